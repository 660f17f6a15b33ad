"""Meshes of the phases of a volume: pure data, safe to build in any thread."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
from vtkmodules.vtkCommonCore import vtkSMPTools
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkImageData, vtkPolyData
from vtkmodules.vtkFiltersCore import vtkBinnedDecimation, vtkPolyDataNormals, vtkSurfaceNets3D

from microdesigner.core.microstructure import Microstructure, PhaseArray
from microdesigner.view3d.caps import BEYOND, pressed_into
from microdesigner.view3d.smooth_layers import TEXELS, SmoothLayer, smooth_layer

SMOOTHING_STEPS = 16
COARSE_BINS = 24  # along the longest axis, while the picture moves
OVERVIEW = "All phases"  # unless the volume has a title
FIRST_LOOK = 1 << 18  # voxels of what is shown until the meshes of a larger volume are built
MOST_MESHED, THINNED_TO = 1 << 23, 1 << 22  # voxels; surfaces of 512³ take gigabytes, several triangles to a pixel
SHARP_DEGREES = 60.0
PART_TRIANGLES = 60_000  # drawn by software in some 20 ms, so that drawing can stop for the user in between
EMPTY_LABEL = 255
Span = tuple[float, float]
Spacing = tuple[float, float, float]
WHOLE: tuple[Span, Span, Span] = ((0.0, 1.0), (0.0, 1.0), (0.0, 1.0))

vtkSMPTools.SetBackend("STDThread")


@dataclass(frozen=True)
class Shaping:
    """What changes the meshes themselves: smooth or voxel surfaces, the threshold, the clip box in shares of each axis.

    A voxel passes the threshold when its phase fills at least that share of the 3×3×3 voxels around it; 0 passes all.
    """

    smooth: bool = True
    threshold: float = 0.0
    clip: tuple[Span, Span, Span] = WHOLE


@dataclass(frozen=True)
class PhaseMesh:
    """Surface of one phase in nm, the same in parts that are quick to draw, and its coarse twin."""

    fine: vtkPolyData
    parts: tuple[vtkPolyData, ...]
    coarse: vtkPolyData


@dataclass(frozen=True)
class Geometry:
    """What a scene needs of a volume: labels in the clip box (255 below the threshold), its corner, a mesh per phase.

    `meshes` holds None for a phase without voxels. They are those of every `every`-th voxel along each axis.
    `smooth_faces` holds the outside of the box, unless voxels are wanted.
    """

    microstructure: Microstructure
    shaping: Shaping
    labels: PhaseArray
    corner_nm: tuple[float, float, float]
    meshes: tuple[PhaseMesh | None, ...]
    every: int = 1
    smooth_faces: tuple[SmoothLayer, ...] = ()

    @property
    def size_nm(self) -> tuple[float, float, float]:
        """Edges of the whole volume."""
        x, y, z = (edge * nm for edge, nm in zip(self.microstructure.shape, self.microstructure.spacing, strict=True))
        return x, y, z


def build_geometry(
    microstructure: Microstructure,
    shaping: Shaping | None = None,
    stopped: Callable[[], bool] = lambda: False,
    texels: int = TEXELS,
) -> Geometry:
    """Meshes of every phase of `microstructure`, smooth faces with `texels` a voxel; where it is `stopped`, without
    those still to be made."""
    shaping = shaping or Shaping()
    ranges = tuple(_voxel_range(span, edge) for span, edge in zip(shaping.clip, microstructure.shape, strict=True))
    labels = microstructure.phases[tuple(slice(*limits) for limits in ranges)]
    spacing, phases = microstructure.spacing, len(microstructure.phase_names)
    corner = (ranges[0][0] * spacing[0], ranges[1][0] * spacing[1], ranges[2][0] * spacing[2])
    shown = apply_threshold(labels, shaping.threshold, phases)
    every = math.ceil((shown.size / THINNED_TO) ** (1 / 3)) if shown.size > MOST_MESHED else 1
    few, edges = _thinned(shown, spacing, every)
    meshes = tuple(
        None if stopped() else phase_mesh(few == label, edges, corner, shaping.smooth) for label in range(phases)
    )
    faces = outer_layers(shown) if shaping.smooth and not stopped() else []
    smooth = tuple(smooth_layer(np.take(shown, index, axis), texels) for axis, index, _ in faces)
    return Geometry(microstructure, shaping, shown, corner, meshes, every, smooth)


def first_look(microstructure: Microstructure) -> Microstructure | None:
    """What stands for a large volume, seconds before its own meshes are built; None for others."""
    labels = microstructure.phases
    if labels.size <= MOST_MESHED:
        return None
    few, edges = _thinned(labels, microstructure.spacing, math.ceil((labels.size / FIRST_LOOK) ** (1 / 3)))
    title = f"{microstructure.provenance.get('title', OVERVIEW)}, coarse"
    return replace(microstructure, phases=few, voxel_nm=edges if microstructure.voxel_nm else None,
                   provenance={"title": title})  # fmt: skip


def outer_layers(labels: PhaseArray) -> list[tuple[int, int, float]]:
    """Axis, layer and place in voxels of the six faces of a volume."""
    return [(axis, *side) for axis, edge in enumerate(labels.shape) for side in ((0, 0.0), (edge - 1, float(edge)))]


def apply_threshold(labels: PhaseArray, threshold: float, phases: int) -> PhaseArray:
    """`labels` with EMPTY_LABEL where a voxel's phase fills less than `threshold` of its 3×3×3 neighbourhood."""
    if threshold <= 0:
        return labels
    shown = labels.copy()
    layers = max(1, THINNED_TO * len(labels) // labels.size)
    for start in range(0, len(labels), layers):
        first = max(0, start - 1)
        part = labels[first : start + layers + 1]  # one layer more on both sides
        inner = slice(start - first, start - first + layers)
        for label in range(phases):
            mask = part == label
            below = (mask & (_neighbourhood_share(mask) < threshold))[inner]
            shown[start : start + layers][below] = EMPTY_LABEL
    return shown


def phase_mesh(
    mask: NDArray[np.bool_],
    spacing: Spacing,
    corner: Spacing,
    smooth: bool = True,
) -> PhaseMesh | None:
    """Closed surface of the True voxels of `mask` [x, y, z], or None when there are none."""
    if not mask.any():
        return None
    nets = vtkSurfaceNets3D()
    beyond = BEYOND if smooth else 0
    start = (corner[0] - beyond * spacing[0], corner[1] - beyond * spacing[1], corner[2] - beyond * spacing[2])
    nets.SetInputData(padded_image(np.pad(mask, beyond, mode="edge"), spacing, start))
    nets.SetBackgroundLabel(0)
    nets.SetValue(0, 1)
    nets.SetOutputMeshTypeToTriangles()
    nets.SetSmoothing(smooth)
    nets.SetNumberOfIterations(SMOOTHING_STEPS)
    nets.SetRelaxationFactor(0.5)
    nets.SetConstraintScale(1.0)
    nets.Update()
    surface = nets.GetOutput()
    surface.GetCellData().Initialize()
    fine = surface
    if smooth:
        x, y, z = (c + n * edge for c, n, edge in zip(corner, mask.shape, spacing, strict=True))
        bounds = (corner[0], x, corner[1], y, corner[2], z)
        fine = surface = pressed_into(surface, bounds)
    return PhaseMesh(fine, _parts(fine), _coarse_twin(surface, mask.shape))


def _voxel_range(span: Span, edge: int) -> tuple[int, int]:
    first = min(edge - 1, max(0, round(span[0] * edge)))
    return first, max(first + 1, min(edge, round(span[1] * edge)))


def _thinned(labels: PhaseArray, spacing: Spacing, every: int) -> tuple[PhaseArray, Spacing]:
    """The voxel in the middle of each `every`³ of `labels`, and the edges of what it stands for."""
    if every == 1:
        return labels, spacing
    counts = [-(-edge // every) for edge in labels.shape]
    places = [((np.arange(n) + 0.5) * edge / n).astype(int) for n, edge in zip(counts, labels.shape, strict=True)]
    x, y, z = (nm * edge / n for nm, edge, n in zip(spacing, labels.shape, counts, strict=True))
    return labels[np.ix_(*places)], (x, y, z)


def _neighbourhood_share(mask: NDArray[np.bool_]) -> NDArray[np.float32]:
    counts = mask.astype(np.float32)
    for axis in range(3):
        before, after = [(0, 0)] * 3, [slice(None)] * 3
        before[axis] = (1, 1)
        padded = np.pad(counts, before, mode="edge")
        parts = []
        for start in range(3):
            after[axis] = slice(start, start + counts.shape[axis])
            parts.append(padded[tuple(after)])
        counts = parts[0] + parts[1] + parts[2]
    return counts / np.float32(27)


def padded_image(mask: NDArray[np.bool_], spacing: Spacing, corner: Spacing) -> vtkImageData:
    """The mask with an empty layer around it, so that surfaces are closed where the phase meets the box."""
    padded = np.pad(mask.view(np.uint8), 1)
    image = vtkImageData()
    image.SetDimensions(*padded.shape)
    image.SetSpacing(*spacing)
    image.SetOrigin(*(start - edge / 2 for start, edge in zip(corner, spacing, strict=True)))
    scalars = numpy_to_vtk(padded.ravel(order="F"), deep=True)
    scalars.SetName("phase")
    image.GetPointData().SetScalars(scalars)
    return image


def _coarse_twin(surface: vtkPolyData, shape: tuple[int, ...]) -> vtkPolyData:
    """`surface` in fewer triangles, its points gathered in bins. Sharp edges stay sharp in its shading: where both
    sides of a thin sheet meet in a bin, their mean normal would shade it black."""
    share = min(1.0, COARSE_BINS / max(shape))
    decimation = vtkBinnedDecimation()
    decimation.SetInputData(surface)
    decimation.SetNumberOfDivisions(*(max(8, round(edge * share)) for edge in shape))
    decimation.SetPointGenerationModeToBinAverages()
    decimation.AutoAdjustNumberOfDivisionsOff()
    decimation.Update()
    return with_normals(decimation.GetOutput(), sharp=True)


def _parts(surface: vtkPolyData) -> tuple[vtkPolyData, ...]:
    """`surface` in parts of PART_TRIANGLES that share its points, which the graphics memory then holds once."""
    if surface.GetNumberOfCells() <= PART_TRIANGLES:
        return (surface,)
    corners = vtk_to_numpy(surface.GetPolys().GetConnectivityArray()).astype(np.int32)
    parts = []
    for start in range(0, corners.size, 3 * PART_TRIANGLES):
        cells = vtkCellArray()
        cells.SetData(3, numpy_to_vtk(corners[start : start + 3 * PART_TRIANGLES], deep=True))
        part = vtkPolyData()
        part.SetPoints(surface.GetPoints())
        part.GetPointData().SetNormals(surface.GetPointData().GetNormals())
        part.SetPolys(cells)
        parts.append(part)
    return tuple(parts)


def with_normals(surface: vtkPolyData, sharp: bool) -> vtkPolyData:
    """`surface` with normals at its points; where it is `sharp`, with several at the points of sharp edges."""
    normals = vtkPolyDataNormals()
    normals.SetInputData(surface)
    normals.SetSplitting(sharp)
    normals.SetFeatureAngle(SHARP_DEGREES)
    normals.ConsistencyOff()
    normals.AutoOrientNormalsOff()
    normals.ComputeCellNormalsOff()
    normals.Update()
    output: vtkPolyData = normals.GetOutput()
    output.GetCellData().Initialize()
    return output
