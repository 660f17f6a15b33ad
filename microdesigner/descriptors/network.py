"""The voxels of a phase as a network of conductors: one node per voxel, one bond per face that two of them share.

Nodes are numbered along x, then y, then z. A bond is kept with the later of its two nodes, so that one run over the
nodes meets each bond once and those before it are done, which is what products and eliminations need.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.compiled import compiled

Values = NDArray[np.float64]
Conduct = tuple[float, float, float]


@dataclass(frozen=True)
class Network:
    """Node i has bonds to the earlier nodes `neighbour[start[i] : start[i + 1]]`, of conductance `conduct[axis[...]]`.

    `conduct` holds the conductances across faces normal to z, y and x. The nodes of the first layer are joined to a
    terminal below the film, those of the last to one above it, half a voxel away: `bottom` and `top` nodes of them.
    `diagonal` is the sum of the conductances at each node.
    """

    start: NDArray[np.int64]
    neighbour: NDArray[np.int32]
    axis: NDArray[np.uint8]
    conduct: Values
    diagonal: Values
    bottom: int
    top: int

    @property
    def terminals(self) -> Values:
        """Conductance of each node to the terminals."""
        joined = np.zeros_like(self.diagonal)
        joined[: self.bottom] += 2 * self.conduct[0]
        joined[len(joined) - self.top :] += 2 * self.conduct[0]
        return joined

    @property
    def source(self) -> Values:
        """The current that the upper terminal at potential 1 drives into each node at potential 0."""
        current = np.zeros_like(self.diagonal)
        current[len(current) - self.top :] = 2 * self.conduct[0]
        return current

    def net_outflow(self, potential: Values) -> Values:
        """The current that leaves each node through its bonds and, at potential 0, to the terminals."""
        outflow = np.empty_like(potential)
        _multiply(self.start, self.neighbour, self.axis, self.conduct, self.diagonal, potential, outflow)
        return outflow


def network_of(voxels: NDArray[np.bool_], conduct: Conduct, periodic: bool) -> Network:
    """The network of `voxels` [z, y, x], joined across the lateral sides if `periodic`."""
    _, rows, columns = voxels.shape
    # an axis of two voxels has no second face between them
    number = np.cumsum(voxels, dtype=np.int32).reshape(voxels.shape) - 1
    start, neighbour, axis = _bonds(voxels, number, periodic and rows > 2, periodic and columns > 2)
    conductance = np.array(conduct)
    weight, count = conductance[axis], len(start) - 1
    diagonal = np.zeros(count)
    for nodes in (neighbour, later_nodes(start)):
        diagonal += np.bincount(nodes, weight, count)
    bottom, top = int(voxels[0].sum()), int(voxels[-1].sum())
    diagonal[:bottom] += 2 * conduct[0]
    diagonal[count - top :] += 2 * conduct[0]
    return Network(start, neighbour, axis, conductance, diagonal, bottom, top)


def later_nodes(start: NDArray[np.int64]) -> NDArray[np.int32]:
    """The node that keeps each bond."""
    return np.repeat(np.arange(len(start) - 1, dtype=np.int32), np.diff(start))


@compiled
def _bonds(
    voxels: NDArray[np.bool_], number: NDArray[np.int32], wrap_y: bool, wrap_x: bool
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.uint8]]:
    layers, rows, columns = voxels.shape
    count = number[-1, -1, -1] + 1
    start = np.zeros(count + 1, np.int64)
    most = 3 * count + layers * (rows + columns)
    neighbour, axis = np.empty(most, np.int32), np.empty(most, np.uint8)
    bond = 0
    for z in range(layers):
        for y in range(rows):
            for x in range(columns):
                if not voxels[z, y, x]:
                    continue
                if z > 0 and voxels[z - 1, y, x]:
                    neighbour[bond], axis[bond] = number[z - 1, y, x], 0
                    bond += 1
                if y > 0 and voxels[z, y - 1, x]:
                    neighbour[bond], axis[bond] = number[z, y - 1, x], 1
                    bond += 1
                if wrap_y and y == rows - 1 and voxels[z, 0, x]:
                    neighbour[bond], axis[bond] = number[z, 0, x], 1
                    bond += 1
                if x > 0 and voxels[z, y, x - 1]:
                    neighbour[bond], axis[bond] = number[z, y, x - 1], 2
                    bond += 1
                if wrap_x and x == columns - 1 and voxels[z, y, 0]:
                    neighbour[bond], axis[bond] = number[z, y, 0], 2
                    bond += 1
                start[number[z, y, x] + 1] = bond
    return start, neighbour[:bond].copy(), axis[:bond].copy()


@compiled
def _multiply(
    start: NDArray[np.int64],
    neighbour: NDArray[np.int32],
    axis: NDArray[np.uint8],
    conduct: Values,
    diagonal: Values,
    potential: Values,
    outflow: Values,
) -> None:
    for node in range(len(potential)):
        own = potential[node]
        total = diagonal[node] * own
        for bond in range(start[node], start[node + 1]):
            other, conductance = neighbour[bond], conduct[axis[bond]]
            total -= conductance * potential[other]
            outflow[other] -= conductance * own
        outflow[node] = total
