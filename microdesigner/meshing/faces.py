"""The sides of cells that lie on the faces of the box or between two phases."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from microdesigner.meshing.quality import Cells, Points

FACE_NAMES = ("x0", "x1", "y0", "y1", "z0", "z1")
"""Of the box: across which axis, and at its beginning or end; z0 is the cathode's side, z1 the anode's."""
TETRAHEDRON_SIDES = ((0, 2, 1), (0, 1, 3), (1, 2, 3), (0, 3, 2))
HEXAHEDRON_SIDES = ((0, 3, 2, 1), (4, 5, 6, 7), (0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7))
"""Corners of the sides of a cell, counter-clockwise seen from outside, in Abaqus' order of sides."""


@dataclass(frozen=True)
class Facets:
    """Sides of cells that belong together.

    Attributes
    ----------
    cells, sides : ndarray of int
        Whose side, and which one of `TETRAHEDRON_SIDES` or `HEXAHEDRON_SIDES`.
    corners : ndarray of int32
        Their nodes (side, 3 or 4), counter-clockwise seen from outside of the cell.
    """

    cells: NDArray[np.intp]
    sides: NDArray[np.intp]
    corners: Cells

    def __len__(self) -> int:
        return len(self.cells)


def sides_of(corners: int) -> tuple[tuple[int, ...], ...]:
    """The sides of a cell with so many corners."""
    return TETRAHEDRON_SIDES if corners == 4 else HEXAHEDRON_SIDES


def box_facets(points: Points, cells: Cells, box: NDArray[np.float64]) -> dict[str, Facets]:
    """The sides on each face of the box from the origin to `box`, by `FACE_NAMES`."""
    found = {}
    for number, name in enumerate(FACE_NAMES):
        axis, end = divmod(number, 2)
        on_face = points[:, axis] == (box[axis] if end else 0.0)
        found[name] = _gathered(cells, [on_face[cells[:, side]].all(axis=1) for side in sides_of(cells.shape[1])])
    return found


def interface_facets(cells: Cells, phases: NDArray[np.uint8]) -> dict[tuple[int, int], Facets]:
    """The sides between two phases by their labels; each is given once, as a side of the lower label's cell."""
    sides = sides_of(cells.shape[1])
    owners = np.tile(np.arange(len(cells)), len(sides))
    kinds = np.repeat(np.arange(len(sides)), len(cells))
    corners = np.concatenate([cells[:, side] for side in sides])
    nodes = np.sort(corners, axis=1)
    order = np.lexsort(nodes.T)
    nodes = nodes[order]
    (same,) = np.nonzero((nodes[1:] == nodes[:-1]).all(axis=1))
    one, other = order[same], order[same + 1]
    labels = np.stack([phases[owners[one]], phases[owners[other]]])
    swapped = labels[0] > labels[1]
    one = np.where(swapped, other, one)
    labels.sort(axis=0)
    found = {}
    for low, high in np.unique(labels[:, labels[0] != labels[1]], axis=1).T:
        chosen = one[(labels[0] == low) & (labels[1] == high)]
        found[int(low), int(high)] = Facets(owners[chosen], kinds[chosen], corners[chosen])
    return found


def _gathered(cells: Cells, masks: list[NDArray[np.bool_]]) -> Facets:
    """The sides of each kind that are marked (cell,)."""
    owners = [np.flatnonzero(mask) for mask in masks]
    kinds = np.repeat(np.arange(len(masks)), [len(numbers) for numbers in owners])
    corners = [cells[numbers][:, side] for numbers, side in zip(owners, sides_of(cells.shape[1]), strict=True)]
    return Facets(np.concatenate(owners), kinds, np.concatenate(corners))
