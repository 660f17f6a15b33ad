"""Interfaces of voxels made smooth: Taubin's filter on the corners of the faces between phases.

The filter shrinks and swells by turns, so that small domains keep their volume (G. Taubin, SIGGRAPH 1995, 351). Nodes
stay on the faces of the box, periodic images move alike, and where a tetrahedron would become too thin its nodes stay
nearer to where they were.
"""

import numpy as np
from numpy.typing import NDArray

from microdesigner.meshing.quality import Cells, Points, qualities
from microdesigner.meshing.voxel_tetrahedra import Lattice

SHRINK, SWELL, ROUNDS = 0.5, -0.53, 12
FARTHEST = 0.45  # of a cell
LEAST_QUALITY = 0.1  # of what MMG gets: it and `improving` mend shapes, but no dents
_BACKING_OFF = 20


def smoothed(lattice: Lattice, cells: Cells, edges: Points, least: float = LEAST_QUALITY) -> Points:
    """Where the nodes lie with smooth interfaces, (node, xyz), in cells.

    Parameters
    ----------
    lattice : Lattice
        The grid.
    cells : ndarray of int
        Its tetrahedra.
    edges : ndarray of float
        Lengths of a cell along x, y, z in any unit, in which quality is judged.
    least : float
        Quality that each tetrahedron keeps.
    """
    start, masters = lattice.points, lattice.masters
    one, other = _interface_edges(lattice)
    step = start[other] - start[one]
    one, other = masters[one], masters[other]
    _, first = np.unique(np.stack([one, other]), axis=1, return_index=True)
    one, other, step = one[first], other[first], step[first]
    neighbours = np.bincount(one, minlength=len(start))
    still = _on_face(lattice) | (neighbours == 0)[:, None]
    moved = np.zeros_like(start)
    for _ in range(ROUNDS):
        for share in (SHRINK, SWELL):
            pull = step + moved[other] - moved[one]
            sums = np.stack([np.bincount(one, pull[:, axis], len(start)) for axis in range(3)], axis=1)
            mean = sums / np.maximum(neighbours, 1)[:, None]
            moved += share * np.where(still, 0.0, mean)
    np.clip(moved, -FARTHEST, FARTHEST, out=moved)
    return _backed_off(start, moved, masters, cells, edges, least)


def _backed_off(
    start: Points, moved: Points, masters: NDArray[np.int32], cells: Cells, edges: Points, least: float
) -> Points:
    """`start` plus as much of `moved` as leaves each tetrahedron a shape."""
    for _ in range(_BACKING_OFF):
        points = start + moved[masters]
        thin = qualities(points * edges, cells) < least
        if not thin.any():
            return points
        moved[np.unique(masters[cells[thin]])] *= 0.5
    return start + moved[masters]


def _on_face(lattice: Lattice) -> NDArray[np.bool_]:
    """Which movements (node, axis) would leave a face of the box, for a node or an image of it."""
    found = lattice.on_face
    np.logical_or.at(found, lattice.masters, lattice.on_face)
    return found


def _interface_edges(lattice: Lattice) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The edges of all cell faces between two phases, in both directions."""
    numbers, labels = lattice.numbers, lattice.labels
    one, other = [], []
    for axis in range(3):
        places = np.argwhere(np.diff(labels.astype(np.int16), axis=axis) != 0)  # of the cell before the face
        places[:, axis] += 1
        across = [k for k in range(3) if k != axis]
        corners = []
        for steps in ((0, 0), (1, 0), (1, 1), (0, 1)):
            corner = places.copy()
            corner[:, across] += steps
            corners.append(numbers[tuple(corner.T)])
        for n in range(4):
            one += [corners[n], corners[n - 1]]
            other += [corners[n - 1], corners[n]]
    return np.concatenate(one), np.concatenate(other)
