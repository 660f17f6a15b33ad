"""Volumes and shapes of tetrahedra."""

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Cells = NDArray[np.int32]
_EDGES = tuple(combinations(range(4), 2))


def volumes(points: Points, cells: Cells) -> NDArray[np.float64]:
    """Signed volumes of tetrahedra (cell, 4) in the cube of the points' unit."""
    origin, *others = (points[cells[:, corner]] for corner in range(4))
    a, b, c = (other - origin for other in others)
    found: NDArray[np.float64] = np.einsum("ij,ij->i", np.cross(a, b), c) / 6
    return found


def qualities(points: Points, cells: Cells) -> NDArray[np.float64]:
    """MMG's measure of each tetrahedron: its volume over the cube of the root mean square of its edges, 1 for a regular
    one, 0 for a flat one, negative where it is turned inside out. It is the mean ratio (A. Liu, B. Joe, BIT 34 (1994)
    268) to the power of 3/2.

    Examples
    --------
    >>> corners = np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]])
    >>> qualities(corners, np.array([[0, 1, 2, 3]], np.int32)).round(3).tolist()
    [0.77]
    """
    squares = np.zeros(len(cells))
    for one, other in _EDGES:
        edge = points[cells[:, one]] - points[cells[:, other]]
        squares += np.einsum("ij,ij->i", edge, edge)
    return 6 * np.sqrt(2) * volumes(points, cells) / (squares / 6) ** 1.5
