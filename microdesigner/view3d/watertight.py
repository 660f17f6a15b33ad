"""Smooth closed surfaces for files: manifold, and of the volume of their phase.

Marching cubes on the voxels gives two triangles at every edge, where the dual grid of the views joins domains that only
touch along an edge. Smoothing by a windowed sinc (G. Taubin et al., ECCV 1996) hardly shrinks; what is lost is given
back by moving the surface along its normals.
"""

import numpy as np
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
from vtkmodules.vtkCommonCore import vtkPoints
from vtkmodules.vtkCommonDataModel import vtkPolyData
from vtkmodules.vtkFiltersCore import vtkFlyingEdges3D, vtkWindowedSincPolyDataFilter

from microdesigner.view3d.surfaces import padded_image, with_normals

PASS_BAND, ITERATIONS = 0.1, 20
WITHIN = 1e-4  # of the phase's volume
_MOST_STEPS = 12
_LONGEST_STEP = 0.25  # of a voxel's shortest edge at once

Spacing = tuple[float, float, float]


def watertight_surface(mask: NDArray[np.bool_], spacing: Spacing) -> vtkPolyData | None:
    """The closed smooth surface of the True voxels of `mask` [x, y, z], None where there are none.

    Its lengths are those of `spacing`; the enclosed volume is that of the voxels.
    """
    if not mask.any():
        return None
    edges = vtkFlyingEdges3D()
    edges.SetInputData(padded_image(mask, (1.0, 1.0, 1.0), (0.0, 0.0, 0.0)))
    edges.SetValue(0, 0.5)
    edges.ComputeNormalsOff()
    edges.ComputeScalarsOff()
    smoothing = vtkWindowedSincPolyDataFilter()
    smoothing.SetInputConnection(edges.GetOutputPort())
    smoothing.SetNumberOfIterations(ITERATIONS)
    smoothing.SetPassBand(PASS_BAND)
    smoothing.BoundarySmoothingOff()
    smoothing.FeatureEdgeSmoothingOff()
    smoothing.NonManifoldSmoothingOn()
    smoothing.NormalizeCoordinatesOn()
    smoothing.Update()
    surface = smoothing.GetOutput()
    corners = vtk_to_numpy(surface.GetPolys().GetConnectivityArray()).reshape(-1, 3)
    points = _inflated(vtk_to_numpy(surface.GetPoints().GetData()).astype(np.float64), corners, float(mask.sum()))
    moved = vtkPoints()
    moved.SetData(numpy_to_vtk((points * spacing).astype(np.float32), deep=True))
    surface.SetPoints(moved)
    return with_normals(surface, sharp=False)


def enclosed_volume(points: NDArray[np.float64], corners: NDArray[np.integer]) -> float:
    """Volume within a closed surface of triangles whose corners turn counter-clockwise seen from outside."""
    first, second, third = (points[corners[:, n]] for n in range(3))
    return float(np.einsum("ij,ij->i", first, np.cross(second, third)).sum() / 6)


def _inflated(points: NDArray[np.float64], corners: NDArray[np.integer], volume: float) -> NDArray[np.float64]:
    """`points` (point, xyz) in voxels, moved along the normals until the surface encloses `volume` voxels."""
    for _ in range(_MOST_STEPS):
        missing = volume - enclosed_volume(points, corners)
        if abs(missing) <= WITHIN * volume:
            break
        first, second, third = (points[corners[:, n]] for n in range(3))
        areas = np.cross(second - first, third - first) / 2  # (triangle, xyz)
        normals = np.stack([_gathered(corners, areas[:, axis], len(points)) for axis in range(3)], axis=1)
        lengths = np.linalg.norm(normals, axis=1, keepdims=True)
        normals = np.divide(normals, lengths, out=np.zeros_like(normals), where=lengths > 0)
        # the volume changes by a third of each triangle's area along the normals of its corners
        gain = sum(float(np.einsum("ij,ij->", areas, normals[corners[:, n]])) for n in range(3)) / 3
        points = points + np.clip(missing / gain, -_LONGEST_STEP, _LONGEST_STEP) * normals
    return points


def _gathered(corners: NDArray[np.integer], amounts: NDArray[np.float64], points: int) -> NDArray[np.float64]:
    """The sum at each point of the amounts of its triangles."""
    sums: NDArray[np.float64] = np.bincount(corners.ravel(), np.repeat(amounts, 3), points).astype(np.float64)
    return sums
