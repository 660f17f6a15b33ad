"""Translucent surfaces whose triangles are drawn from the farthest to the nearest, so that they blend as they should.

Sorting keeps the cost of a frame (depth peeling draws everything once per layer) and lets the picture be drawn part by
part: painter's algorithm, Newell, Newell, Sancha 1972.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
from vtkmodules.vtkCommonCore import vtkPoints
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
from vtkmodules.vtkRenderingCore import vtkActor, vtkCamera, vtkPolyDataMapper, vtkProperty

from microdesigner.view3d.palettes import Colour

DEPTH_LEVELS = np.iinfo(np.uint16).max  # 16 bits sort by radix, eight times as fast as floats


class SortedBlend:
    """Several surfaces as one set of triangles, in actors of at most `part_triangles` each, the farthest first."""

    def __init__(self, surfaces: Sequence[vtkPolyData], look: vtkProperty, part_triangles: int) -> None:
        points = [vtk_to_numpy(surface.GetPoints().GetData()) for surface in surfaces]
        starts = np.cumsum([0, *map(len, points)])
        self._spans = [slice(*ends) for ends in pairwise(starts)]
        self._points = np.concatenate(points)
        self._corners = np.concatenate(
            [_corners(surface) + start for surface, start in zip(surfaces, starts[:-1], strict=True)]
        )  # int32 [triangle, 3]
        self._colours = np.zeros((len(self._points), 4), np.uint8)
        self._shared = _shared_points(surfaces, self._points)
        self._parts = [
            _part(self._shared, look) for _ in range(0, len(self._corners), part_triangles)
        ]  # cells come with the first sorting
        self._part_triangles = part_triangles

    @property
    def actors(self) -> list[vtkActor]:
        """Actors to be drawn in this order."""
        return self._parts

    @property
    def triangles(self) -> int:
        """How many triangles there are."""
        return len(self._corners)

    def colour(self, colours: Sequence[Colour], opacity: Sequence[float]) -> None:
        """Set colour and opacity in 0..1 of each surface."""
        for span, colour, share in zip(self._spans, colours, opacity, strict=True):
            self._colours[span] = np.round(255 * np.array([*colour, share]))
        scalars = numpy_to_vtk(self._colours, deep=True)
        for actor in self._parts:
            actor.GetMapper().GetInput().GetPointData().SetScalars(scalars)

    def sort(self, camera: vtkCamera) -> None:
        """Order the triangles as `camera` sees them."""
        farness = _farness(self._points, camera)[self._corners].sum(axis=1)  # [triangle]
        nearest, farthest = farness.min(), farness.max()
        levels = (farthest - farness) * (DEPTH_LEVELS / max(farthest - nearest, np.finfo(np.float32).tiny))
        order = np.argsort(levels.astype(np.uint16), kind="stable")
        for number, actor in enumerate(self._parts):
            chosen = order[number * self._part_triangles : (number + 1) * self._part_triangles]
            cells = vtkCellArray()
            cells.SetData(3, numpy_to_vtk(self._corners[chosen].ravel(), deep=True))
            actor.GetMapper().GetInput().SetPolys(cells)


def _farness(points: NDArray[np.float32], camera: vtkCamera) -> NDArray[np.float32]:
    """What grows with the distance [point] from the eye, or from its plane in parallel projection."""
    if camera.GetParallelProjection():
        return points @ np.array(camera.GetDirectionOfProjection(), np.float32)
    offset = points - np.array(camera.GetPosition(), np.float32)
    return np.sqrt(np.einsum("ij,ij->i", offset, offset))


def _corners(surface: vtkPolyData) -> NDArray[np.int32]:
    return vtk_to_numpy(surface.GetPolys().GetConnectivityArray()).astype(np.int32).reshape(-1, 3)


def _shared_points(surfaces: Sequence[vtkPolyData], points: NDArray[np.float32]) -> vtkPolyData:
    """Points, and normals where all surfaces have them; without cells."""
    shared = vtkPolyData()
    shared.SetPoints(vtkPoints())
    shared.GetPoints().SetData(numpy_to_vtk(points, deep=True))
    normals = [surface.GetPointData().GetNormals() for surface in surfaces]
    if all(array is not None for array in normals):
        joined = np.concatenate([vtk_to_numpy(array) for array in normals])
        shared.GetPointData().SetNormals(numpy_to_vtk(joined, deep=True))
    return shared


def _part(shared: vtkPolyData, look: vtkProperty) -> vtkActor:
    data = vtkPolyData()
    data.ShallowCopy(shared)
    mapper = vtkPolyDataMapper()
    mapper.SetInputData(data)
    actor = vtkActor()
    actor.SetMapper(mapper)
    actor.SetProperty(look)
    actor.ForceTranslucentOn()
    return actor
