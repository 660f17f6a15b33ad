"""The few worst tetrahedra of a mesh made better by moving their nodes a little, images of one another alike."""

import numpy as np
from numpy.typing import NDArray

from microdesigner.meshing.quality import Cells, Points, qualities

GOOD_ENOUGH = 0.2
_ROUNDS = 6
_STEPS = (0.3, 0.1, 0.03)  # of a cell
_FARTHEST = 0.15  # that a node of an interface moves in all
_DIRECTIONS = np.stack(np.meshgrid(*[(-1.0, 0.0, 1.0)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
_DIRECTIONS = np.delete(_DIRECTIONS, 13, axis=0)
_DIRECTIONS /= np.linalg.norm(_DIRECTIONS, axis=1, keepdims=True)
_MOVES = np.concatenate([length * _DIRECTIONS for length in _STEPS])
_WORTH = 1e-3  # what a move must gain


def improved(
    points: Points, cells: Cells, masters: NDArray[np.int32], still: NDArray[np.bool_], tied: NDArray[np.bool_]
) -> Points:
    """`points` (node, xyz), in cells, with the nodes of tetrahedra below `GOOD_ENOUGH` moved where that helps them all.

    Nodes move like their `masters` (node,), and not along axes where `still` (node, axis); those that are `tied` to an
    interface (node,) only by a little.
    """
    points, before = points.copy(), points
    around = _Around(cells, masters)
    for _ in range(_ROUNDS):
        bad = np.unique(masters[cells[qualities(points, cells) < GOOD_ENOUGH]])
        moved = sum(_move(points, before, cells, around, int(node), still, tied) for node in bad)
        if not moved:
            break
    return points


class _Around:
    """The images of each node, and the tetrahedra at any of them."""

    def __init__(self, cells: Cells, masters: NDArray[np.int32]) -> None:
        owners = masters[cells].ravel()
        self._cells = np.argsort(owners, kind="stable") // 4
        self._starts = np.concatenate([[0], np.cumsum(np.bincount(owners, minlength=len(masters)))])
        self._nodes = np.argsort(masters, kind="stable")
        self._firsts = np.concatenate([[0], np.cumsum(np.bincount(masters, minlength=len(masters)))])

    def cells_at(self, node: int) -> NDArray[np.intp]:
        """Numbers of the tetrahedra."""
        return np.unique(self._cells[self._starts[node] : self._starts[node + 1]])

    def images(self, node: int) -> NDArray[np.intp]:
        """Numbers of the nodes, the node itself among them."""
        return self._nodes[self._firsts[node] : self._firsts[node + 1]]


def _move(
    points: Points,
    before: Points,
    cells: Cells,
    around: _Around,
    node: int,
    still: NDArray[np.bool_],
    tied: NDArray[np.bool_],
) -> bool:
    """Move a node to the best of some places near it; whether any is better than where it is."""
    near, images = cells[around.cells_at(node)], around.images(node)
    free = ~still[images].any(axis=0)
    used = np.unique(near)
    local = np.searchsorted(used, near)  # (tetrahedron, corner)
    there = np.isin(used, images)
    steps = np.unique(_MOVES * free, axis=0)  # (trial, xyz)
    if tied[images].any():
        steps = steps[np.linalg.norm(points[node] + steps - before[node], axis=1) <= _FARTHEST]
    trials = np.repeat(points[used][None], len(steps), axis=0)  # (trial, node, xyz)
    trials[:, there] += steps[:, None]
    offsets = len(used) * np.arange(len(steps))
    each = np.asarray(local + offsets[:, None, None], np.int32)  # (trial, tetrahedron, corner)
    found = qualities(trials.reshape(-1, 3), each.reshape(-1, 4))
    worst = found.reshape(len(steps), -1).min(axis=1)
    best = int(worst.argmax()) if len(steps) else 0
    if not len(steps) or worst[best] < qualities(points[used], local.astype(np.int32)).min() + _WORTH:
        return False
    points[images] += steps[best]
    return True
