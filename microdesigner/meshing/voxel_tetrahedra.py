"""Six tetrahedra per cell of a labelled grid, along the diagonal that all cells share, so that neighbours fit.

A periodic film is cut through the middle of its first cells, whose halves go to both ends: so the two faces carry the
same phases, node by node and triangle by triangle, and no step of the voxels lies between them.
"""

from dataclasses import dataclass
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.microstructure import PhaseArray

Points = NDArray[np.float64]
Cells = NDArray[np.int32]


@dataclass(frozen=True)
class Lattice:
    """The nodes of a grid of cells and what meets there.

    Attributes
    ----------
    labels : ndarray of uint8
        Phase of each cell [x, y, z]; a periodic film has one more along x and y, of half width like the first.
    lines : tuple of ndarray
        Places of the planes of nodes along x, y, z, in cells from the corner.
    wraps : tuple of bool
        Along which axes the last plane is the first one again.
    """

    labels: PhaseArray
    lines: tuple[NDArray[np.float64], ...]
    wraps: tuple[bool, bool, bool]

    @property
    def numbers(self) -> NDArray[np.int32]:
        """The number of the node at each place [x, y, z] of the lattice."""
        shape = tuple(len(line) for line in self.lines)
        return np.arange(np.prod(shape), dtype=np.int32).reshape(shape)

    @property
    def points(self) -> Points:
        """Where each node lies, (node, xyz), in cells."""
        return np.stack(np.meshgrid(*self.lines, indexing="ij"), axis=-1).reshape(-1, 3)

    @property
    def masters(self) -> NDArray[np.int32]:
        """For each node the one of which it is the periodic image; most are their own."""
        found = self.numbers
        for axis, wraps in enumerate(self.wraps):
            if wraps:
                first, last = ([slice(None)] * 3 for _ in range(2))
                first[axis], last[axis] = slice(0, 1), slice(-1, None)
                found[tuple(last)] = found[tuple(first)]
        return found.ravel()

    @property
    def on_face(self) -> NDArray[np.bool_]:
        """Which nodes lie on a face of the box across each axis, (node, axis)."""
        ends = [np.isin(line, (line[0], line[-1])) for line in self.lines]
        return np.stack(np.meshgrid(*ends, indexing="ij"), axis=-1).reshape(-1, 3)


def lattice_of(labels: PhaseArray, periodic: bool) -> Lattice:
    """The lattice of a film's cells [x, y, z]."""
    lines = [np.arange(n + 1, dtype=np.float64) for n in labels.shape]
    if periodic:
        for axis in (0, 1):
            n = labels.shape[axis]
            lines[axis] = np.concatenate([[0.0], np.arange(n) + 0.5, [n]])
            first = np.take(labels, [0], axis)
            labels = np.concatenate([labels, first], axis)
    return Lattice(labels, tuple(lines), (periodic, periodic, False))


def tetrahedra(lattice: Lattice) -> tuple[Cells, NDArray[np.uint8]]:
    """Corners (tetrahedron, 4) of positive volume, and the phase of each."""
    x, y, z = lattice.labels.shape
    numbers, found = lattice.numbers, []
    for order in permutations(range(3)):
        place = np.zeros(3, int)
        corners = [numbers[:x, :y, :z].ravel()]
        for axis in order:
            place[axis] += 1
            i, j, k = place
            corners.append(numbers[i : i + x, j : j + y, k : k + z].ravel())
        if np.linalg.det(np.eye(3)[list(order)]) < 0:
            corners[1], corners[2] = corners[2], corners[1]
        found.append(np.stack(corners, axis=1))
    return np.concatenate(found), np.tile(lattice.labels.ravel(), 6)
