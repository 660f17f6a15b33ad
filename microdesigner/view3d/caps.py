"""Smooth surfaces that end on the faces of their box: flat there, with straight edges and a shading of their own."""

import numpy as np
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
from vtkmodules.vtkCommonCore import vtkPoints
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
from vtkmodules.vtkFiltersCore import vtkTriangleMeshPointNormals

from microdesigner.view3d.camera import Bounds

BEYOND = 3  # layers by which the phase goes on outside the box, so that smoothing rounds no edge of it

Points = NDArray[np.float32]  # (point, xyz)
Corners = NDArray[np.integer]  # (triangle, corner)


def triangles_of(surface: vtkPolyData) -> tuple[Points, Corners]:
    """Points and triangles of a surface."""
    points = vtk_to_numpy(surface.GetPoints().GetData())
    return points, vtk_to_numpy(surface.GetPolys().GetConnectivityArray()).reshape(-1, 3)


def surface_of(points: Points, corners: Corners, normals: Points | None = None) -> vtkPolyData:
    """A surface of points, triangles and, where there are any, normals at the points."""
    surface = vtkPolyData()
    surface.SetPoints(vtkPoints())
    surface.GetPoints().SetData(numpy_to_vtk(points, deep=True))
    cells = vtkCellArray()
    cells.SetData(3, numpy_to_vtk(np.ascontiguousarray(corners, np.int32).ravel(), deep=True))
    surface.SetPolys(cells)
    if normals is not None:
        surface.GetPointData().SetNormals(numpy_to_vtk(normals, deep=True))
    return surface


def pressed_into(surface: vtkPolyData, bounds: Bounds) -> vtkPolyData:
    """A closed surface of a phase that goes on BEYOND its box, with what lies outside pressed onto the faces.

    It stays closed; where it folds over in a face, the fold shows its back. The faces of the box have normals of their
    own, so that its edges are sharp; those of the phase's border are from before, as if it went on.
    """
    outside, corners = triangles_of(surface)
    normals = _smooth_normals(surface)
    low, high = np.array(bounds[0::2], np.float32), np.array(bounds[1::2], np.float32)
    points = np.clip(outside, low, high)
    faces = _faces(points, corners, low, high)
    all_points, all_corners, all_normals = [points], [corners[faces == 0]], [normals]
    count = len(points)
    for number in range(6):
        flat = corners[faces == 1 << number]
        used = np.zeros(len(points), np.bool_)
        used[flat] = True
        places = np.cumsum(used) - 1 + count
        normal = np.zeros(3, np.float32)
        normal[number // 2] = 1 if number % 2 else -1
        all_points.append(points[used])
        all_corners.append(places[flat])
        all_normals.append(np.tile(normal, (int(used.sum()), 1)))
        count += int(used.sum())
    return surface_of(np.concatenate(all_points), np.concatenate(all_corners), np.concatenate(all_normals))


def _faces(points: Points, corners: Corners, low: Points, high: Points) -> NDArray[np.uint8]:
    """The bit of the face of the box (low x, high x, low y, ...) that holds all of a triangle, if one does."""
    bits = np.zeros(len(points), np.uint8)
    for axis in range(3):
        bits |= (points[:, axis] == low[axis]).astype(np.uint8) << (2 * axis)
        bits |= (points[:, axis] == high[axis]).astype(np.uint8) << (2 * axis + 1)
    first, second, third = (bits[corners[:, n]] for n in range(3))
    shared: NDArray[np.uint8] = first & second & third
    return shared & -shared  # one in an edge of the box, which nobody sees, goes to the first


def _smooth_normals(surface: vtkPolyData) -> Points:
    normals = vtkTriangleMeshPointNormals()
    normals.SetInputData(surface)
    normals.Update()
    found: Points = vtk_to_numpy(normals.GetOutput().GetPointData().GetNormals())
    return found
