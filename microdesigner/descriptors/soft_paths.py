"""The straight paths of tort1 as a function of phase probabilities, with its derivatives.

The sweep of `tortuosity` with products for "and" and maxima for "or": a voxel's state, one per excess, is its own
probability times the largest state below from which a path of that excess may come. Where all probabilities are 0 or 1
it counts the same voxels.
"""

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.compiled import compiled
from microdesigner.descriptors.tortuosity import admissible_excess

Volume = NDArray[np.float32]
_FACES = ((1, 0), (-1, 0), (0, 1), (0, -1))
_CORNERS = ((1, 1), (1, -1), (-1, 1), (-1, -1))
# where a state may come from, by its origin's number: the voxel below, its faces and corners without excess, and its
# faces with the first excess
_STEPS = np.array([(0, 0), *_FACES, *_CORNERS, *_FACES], np.int64)
_FIRST_CORNER, _FIRST_BENT, _LAST = 5, 9, 13


def straight_amount(present: Volume, periodic: bool) -> tuple[float, Volume]:
    """Amount of straight paths to the layer z = 0 in a phase present with probability [x, y, z], and its derivatives by
    these probabilities."""
    layers = np.ascontiguousarray(np.moveaxis(present, 2, 0))
    admissible = admissible_excess(len(layers))
    states, origins = _swept(layers, periodic)
    slopes = _slopes(layers, states, origins, admissible, periodic)
    inner = states[:, :, 1:-1, 1:-1]
    amount = sum(float(inner[height, index].sum(dtype=np.float64)) for height, index in enumerate(admissible))
    return amount, np.moveaxis(slopes, 0, 2)


@compiled
def _swept(layers: Volume, periodic: bool) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """States [z, excess, x + 2, y + 2] and, for each but those without excess, the number of its origin."""
    nz, nx, ny = layers.shape
    states = np.zeros((nz, 4, nx + 2, ny + 2), np.float32)
    origins = np.zeros((nz, 3, nx, ny), np.uint8)
    for excess in range(4):
        states[0, excess, 1 : nx + 1, 1 : ny + 1] = layers[0]
    for height in range(1, nz):
        below, here = states[height - 1], states[height]
        _wrap(below, periodic)
        for x in range(nx):
            for y in range(ny):
                own = layers[height, x, y]
                face, value = _largest(below[0], x + 1, y + 1, 1, _FIRST_CORNER)
                corner, corner_value = _largest(below[0], x + 1, y + 1, _FIRST_CORNER, _FIRST_BENT)
                bent, bent_value = _largest(below[1], x + 1, y + 1, _FIRST_BENT, _LAST)
                here[0, x + 1, y + 1] = own * below[0, x + 1, y + 1]
                origin = face
                for excess in range(1, 4):
                    if excess == 2 and corner_value > value:
                        origin, value = corner, corner_value
                    if excess == 3 and bent_value > value:
                        origin, value = bent, bent_value
                    straight = below[excess, x + 1, y + 1]
                    here[excess, x + 1, y + 1] = own * max(straight, value)
                    origins[height, excess - 1, x, y] = origin if value > straight else 0
    return states, origins


@compiled
def _largest(plane: NDArray[np.float32], x: int, y: int, first: int, end: int) -> tuple[int, np.float32]:
    """Number and value of the largest of the origins `first` to `end` about (x, y)."""
    best = first
    value = plane[x + _STEPS[first, 0], y + _STEPS[first, 1]]
    for number in range(first + 1, end):
        other = plane[x + _STEPS[number, 0], y + _STEPS[number, 1]]
        if other > value:
            best, value = number, other
    return best, value


@compiled
def _slopes(
    layers: Volume,
    states: NDArray[np.float32],
    origins: NDArray[np.uint8],
    admissible: NDArray[np.uint8],
    periodic: bool,
) -> Volume:
    """Derivatives [z, x, y] of the amount, gathered from the last layer down along the origins of the states."""
    nz, nx, ny = layers.shape
    slopes = np.zeros_like(layers)
    here = np.zeros((4, nx + 2, ny + 2), np.float32)
    below = np.zeros((4, nx + 2, ny + 2), np.float32)
    for height in range(nz - 1, 0, -1):
        below[:] = 0
        for x in range(nx):
            for y in range(ny):
                here[admissible[height], x + 1, y + 1] += 1
                for excess in range(4):
                    weight = here[excess, x + 1, y + 1]
                    if weight == 0:
                        continue
                    origin = origins[height, excess - 1, x, y] if excess else 0
                    source = 1 if origin >= _FIRST_BENT else (0 if origin else excess)
                    from_x, from_y = x + 1 + _STEPS[origin, 0], y + 1 + _STEPS[origin, 1]
                    slopes[height, x, y] += weight * states[height - 1, source, from_x, from_y]
                    below[source, from_x, from_y] += weight * layers[height, x, y]
        _fold(below, periodic)
        here, below = below, here
    for x in range(nx):
        for y in range(ny):
            slopes[0, x, y] = here[:, x + 1, y + 1].sum() + 1
    return slopes


@compiled
def _wrap(planes: NDArray[np.float32], periodic: bool) -> None:
    """Fill the rim of planes [excess, x + 2, y + 2] from the opposite sides."""
    if periodic:
        planes[:, 0], planes[:, -1] = planes[:, -2], planes[:, 1]
        planes[:, :, 0], planes[:, :, -1] = planes[:, :, -2], planes[:, :, 1]


@compiled
def _fold(planes: NDArray[np.float32], periodic: bool) -> None:
    """What has gathered in the rim belongs to the opposite sides."""
    if periodic:
        planes[:, :, 1] += planes[:, :, -1]
        planes[:, :, -2] += planes[:, :, 0]
        planes[:, 1] += planes[:, -1]
        planes[:, -2] += planes[:, 0]
