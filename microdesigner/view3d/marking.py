"""A part of a volume that is marked: what is not fades in flat pictures, and lines along its border lie over all."""

import numpy as np
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import numpy_to_vtk, numpy_to_vtkIdTypeArray
from vtkmodules.vtkCommonCore import vtkPoints
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData

from microdesigner.view3d.drawing import flat_actor
from microdesigner.view3d.palettes import Colour, Surroundings, colour_of

Mask = NDArray[np.bool_]
Segments = NDArray[np.float64]
FADE = 0.68  # share of the background in what is not marked
MOST_LINES = 600  # of all edges of the border; rounder parts are shown by three sections instead
LINE, HALO = 2.0, 4.5  # pixels
MARK = colour_of("#e8a200")
_CROSSING = (1, 3)
"""How many of the four voxels around an edge are marked where the border has an edge."""


def resampled(mask: Mask, shape: tuple[int, int, int]) -> Mask:
    """`mask` [x, y, z] in as many voxels as stand for the same volume, the nearest of each."""
    if mask.shape == shape:
        return mask
    places = [((np.arange(n) + 0.5) * edge / n).astype(int) for n, edge in zip(shape, mask.shape, strict=True)]
    return mask[np.ix_(*places)]


def faded(pixels: NDArray[np.uint8], marked: Mask, ground: Colour) -> NDArray[np.uint8]:
    """RGBA [first axis, second axis] where pixels of voxels that are not `marked` [first axis, second axis], as many or
    fewer, come near the colour `ground`."""
    enlarged = [np.arange(edge) * own // edge for edge, own in zip(pixels.shape, marked.shape, strict=False)]
    others = ~marked[np.ix_(*enlarged)]
    result = pixels.copy()
    back = FADE * 255 * np.array(ground)
    result[others, :3] = np.round((1 - FADE) * result[others, :3] + back).astype(np.uint8)
    return result


def outline(mask: Mask) -> Segments:
    """Edges of the border of the marked voxels [segment, end, axis], in voxels from the corner of the volume."""
    part = mask if 2 * mask.sum() <= mask.size else ~mask
    if not part.any():
        return np.zeros((0, 2, 3))
    where = [np.flatnonzero(part.any(tuple({0, 1, 2} - {axis}))) for axis in range(3)]
    box = tuple(slice(int(found[0]), int(found[-1]) + 1) for found in where)
    corner = np.array([span.start for span in box])
    inner = part[box]
    if inner.all():  # a box, a slab or one layer
        inner = np.ones((1, 1, 1), bool)
        return corner + _edges(inner) * [span.stop - span.start for span in box]
    edges = _edges(inner)
    return corner + (edges if len(edges) <= MOST_LINES else _sections(inner))


class Outline:
    """The border of what is marked in a volume, found anew only where the mask or the volume's size is another."""

    def __init__(self) -> None:
        self._drawn: tuple[Mask | None, tuple[float, float, float]] | None = None

    def changed(self, mask: Mask | None, size: tuple[float, float, float]) -> Segments | None:
        """Segments of the border of a mask on a volume of this `size`, in its lengths; None where they are the last."""
        if self._drawn is not None and self._drawn[0] is mask and self._drawn[1] == size:
            return None
        self._drawn = mask, size
        return np.zeros((0, 2, 3)) if mask is None else outline(mask) * (np.array(size) / mask.shape)

    def forget(self) -> None:
        """Draw the same again in views that are new."""
        self._drawn = None


def _edges(part: Mask) -> Segments:
    """All edges at which the border of a part bends."""
    padded = np.pad(part, 1).astype(np.int8)
    segments = []
    for axis in range(3):
        around = np.moveaxis(padded, axis, 0)[1:-1]
        four = [around[:, i : around.shape[1] - 1 + i, j : around.shape[2] - 1 + j] for i in (0, 1) for j in (0, 1)]
        count = sum(four[1:], four[0].copy())
        bends = np.isin(count, _CROSSING) | ((count == 2) & (four[0] == four[3]))  # two that touch along it
        segments.append(_runs(bends, axis))
    return np.concatenate(segments)


def _sections(part: Mask) -> Segments:
    """The border of a part in the layers across x, y, z in its middle."""
    segments = []
    for axis, edge in enumerate(part.shape):
        layer = np.pad(np.take(part, edge // 2, axis), 1)
        for along in (0, 1):
            borders = np.diff(layer.astype(np.int8), axis=1 - along) != 0
            lines = np.moveaxis(borders, along, 0)[1:-1]  # [place along, line]
            flat = _runs(lines[:, :, None], 0)[:, :, :2]
            if along:
                flat = flat[:, :, ::-1]
            segments.append(np.insert(flat, axis, edge // 2 + 0.5, axis=2))
    return np.concatenate(segments)


def _runs(flags: NDArray[np.bool_], axis: int) -> Segments:
    """Segments along `axis` where consecutive `flags` [along it, second, third] are set."""
    steps = np.diff(np.pad(flags, ((1, 1), (0, 0), (0, 0))).astype(np.int8), axis=0)
    starts, ends = (np.argwhere(np.moveaxis(steps, 0, 2) == sign) for sign in (1, -1))
    ends_in_order = np.stack([starts[:, [2, 0, 1]], ends[:, [2, 0, 1]]], axis=1)  # [segment, end, (along, ...)]
    return np.moveaxis(ends_in_order, 2, 0)[_order(axis)].transpose(1, 2, 0).astype(float)


def _order(axis: int) -> list[int]:
    """Which of (along, second, third) is x, y and z, where `axis` runs first and the others follow in their order."""
    others = [other for other in range(3) if other != axis]
    return [[axis, *others].index(other) for other in range(3)]


class Marking:
    """Lines along the border of a marked part in one view, over everything else."""

    def __init__(self) -> None:
        self._data = vtkPolyData()
        self._halo, self._line = flat_actor(self._data), flat_actor(self._data)
        self._line.GetProperty().SetColor(*MARK)
        self.props = (self._halo, self._line)
        self.shown = False

    def show(self, segments: Segments) -> None:
        """Lie along segments [segment, end, axis] in the lengths of the volume; none where there are none."""
        self.shown = bool(len(segments))
        count = len(segments)
        points, cells = vtkPoints(), vtkCellArray()
        points.SetData(numpy_to_vtk(np.ascontiguousarray(segments.reshape(-1, 3)), deep=True))
        cells.SetData(2, numpy_to_vtkIdTypeArray(np.arange(2 * count, dtype=np.int64), deep=True))
        self._data.SetPoints(points)
        self._data.SetLines(cells)

    def place(self, scale: float, surroundings: Surroundings) -> None:
        """Set widths for a display scale, and the colour of the halo."""
        self._halo.GetProperty().SetColor(*surroundings.background)
        self._halo.GetProperty().SetOpacity(0.6)
        self._halo.GetProperty().SetLineWidth(HALO * scale)
        self._line.GetProperty().SetLineWidth(LINE * scale)
