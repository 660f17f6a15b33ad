"""The voxels of some phases as a network of conductors: one node per voxel, one bond per face that two of them share.

Nodes are numbered along x, then y, then z. A bond is kept with the later of its two nodes, so that one run over the
nodes meets each bond once and those before it are done, which is what products and eliminations need. What a bond
conducts depends on its axis and the classes of its two voxels alone: its kind.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.compiled import compiled

Values = NDArray[np.float64]
Conduct = tuple[float, float, float]
Wraps = tuple[bool, bool, bool]
_WAYS = 6  # a voxel meets one before it along z, y and x, and across the film's sides the first of each


@dataclass(frozen=True)
class Network:
    """Node i has bonds to the earlier nodes `neighbour[start[i] : start[i + 1]]`, each of a `kind`.

    An earlier node at potential 1 gives `onward[kind]` to the later one, which gives `backward[kind]` back: one table
    in both places where bonds conduct alike in both directions. `diagonal` is what a node gives in all, to its
    neighbours and to what `grounded` has joined it to.
    """

    start: NDArray[np.int64]
    neighbour: NDArray[np.int32]
    kind: NDArray[np.uint8]
    onward: Values
    backward: Values
    diagonal: Values

    def grounded(self, conductance: Values) -> "Network":
        """The network with each node joined to potential 0 by `conductance`."""
        return replace(self, diagonal=self.diagonal + conductance)

    def net_outflow(self, potential: Values) -> Values:
        """The current that leaves each node through its bonds and to what it is grounded to."""
        outflow = np.empty_like(potential)
        _multiply(
            self.start,
            self.neighbour,
            self.kind,
            self.onward,
            self.backward,
            self.diagonal,
            potential,
            outflow,
        )
        return outflow

    @property
    def axis(self) -> NDArray[np.uint8]:
        """The axis along which each bond leads: 0 z, 1 y, 2 x."""
        return self.kind % np.uint8(_WAYS) // np.uint8(2)

    @property
    def wraps(self) -> NDArray[np.bool_]:
        """Whether each bond leads across the sides of the film."""
        return self.kind % np.uint8(2) == 1

    @property
    def between_alike(self) -> NDArray[np.bool_]:
        """Whether each bond joins voxels of one class."""
        pairs = np.arange(len(self.onward)) // _WAYS
        classes = math.isqrt(len(self.onward) // _WAYS)
        alike: NDArray[np.bool_] = (pairs // classes == pairs % classes)[self.kind]
        return alike


def network_of(classes: NDArray[np.uint8], onward: Values, wraps: Wraps, backward: Values | None = None) -> Network:
    """The network of the voxels whose class is not 0.

    Parameters
    ----------
    classes : ndarray of uint8, shape (z, y, x)
        0 for voxels that do not take part, 1, 2, ... up to 6 for those that conduct.
    onward : ndarray, shape (classes, classes, 3)
        What the earlier node of a bond gives to the later one at potential 1, by the classes (less 1) of the later and
        of the earlier and the axis z, y, x along which the bond leads.
    wraps : tuple of bool
        Whether the first and last layer along z, y, x are joined.
    backward : ndarray, optional
        What the later node gives to the earlier one, where that differs.

    Returns
    -------
    Network
        Nodes in the order of `classes`; grounded nowhere.
    """
    forth = np.repeat(onward, 2, axis=-1).astype(np.float64)
    back = forth if backward is None else np.repeat(backward, 2, axis=-1).astype(np.float64)
    # an axis of two voxels has no second face between them
    joined = [wrap and length > 2 for wrap, length in zip(wraps, classes.shape, strict=True)]
    number = np.cumsum(classes != 0, dtype=np.int32).reshape(classes.shape) - 1
    start, neighbour, kind = _bonds(classes, number, len(forth), *joined)
    count = len(start) - 1
    diagonal = np.zeros(count)
    diagonal += np.bincount(neighbour, forth.ravel()[kind], count)
    diagonal += np.bincount(later_nodes(start), back.ravel()[kind], count)
    return Network(start, neighbour, kind, forth.ravel(), back.ravel(), diagonal)


def plain(conduct: Conduct) -> Values:
    """The table of a single class whose bonds along z, y and x conduct `conduct`."""
    return np.array(conduct, np.float64)[None, None]


def later_nodes(start: NDArray[np.int64]) -> NDArray[np.int32]:
    """The node that keeps each bond."""
    return np.repeat(np.arange(len(start) - 1, dtype=np.int32), np.diff(start))


@compiled
def _bonds(
    classes: NDArray[np.uint8], number: NDArray[np.int32], most: int, wrap_z: bool, wrap_y: bool, wrap_x: bool
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.uint8]]:
    layers, rows, columns = classes.shape
    count = number[-1, -1, -1] + 1
    start = np.zeros(count + 1, np.int64)
    room = 3 * count + layers * (rows + columns) + rows * columns
    neighbour, kind = np.empty(room, np.int32), np.empty(room, np.uint8)
    bond = 0
    for z in range(layers):
        for y in range(rows):
            for x in range(columns):
                own = classes[z, y, x]
                if not own:
                    continue
                for way in range(_WAYS):
                    axis, wraps = way // 2, way % 2
                    k, j, i = z, y, x
                    if axis == 0:
                        meets = (wrap_z and z == layers - 1) if wraps else z > 0
                        k = 0 if wraps else z - 1
                    elif axis == 1:
                        meets = (wrap_y and y == rows - 1) if wraps else y > 0
                        j = 0 if wraps else y - 1
                    else:
                        meets = (wrap_x and x == columns - 1) if wraps else x > 0
                        i = 0 if wraps else x - 1
                    if meets and classes[k, j, i]:
                        neighbour[bond] = number[k, j, i]
                        kind[bond] = ((own - 1) * most + classes[k, j, i] - 1) * _WAYS + way
                        bond += 1
                start[number[z, y, x] + 1] = bond
    return start, neighbour[:bond].copy(), kind[:bond].copy()


@compiled
def _multiply(
    start: NDArray[np.int64],
    neighbour: NDArray[np.int32],
    kind: NDArray[np.uint8],
    onward: Values,
    backward: Values,
    diagonal: Values,
    potential: Values,
    outflow: Values,
) -> None:
    for node in range(len(potential)):
        own = potential[node]
        total = diagonal[node] * own
        for bond in range(start[node], start[node + 1]):
            other = neighbour[bond]
            total -= onward[kind[bond]] * potential[other]
            outflow[other] -= backward[kind[bond]] * own
        outflow[node] = total
