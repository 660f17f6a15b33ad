"""The memory layout in which descriptors are computed: layers of the film one after another, x fastest."""

import numpy as np
from numpy.typing import NDArray

from microdesigner.descriptors.compiled import compiled

Film = NDArray[np.uint8]
D, A, M = np.uint8(1), np.uint8(2), np.uint8(3)
_TILE = 32


def film_of(phases: NDArray[np.uint8]) -> Film:
    """Labels [x, y, z] as a contiguous film [z, y, x] of label + 1: 1 donor, 2 acceptor, 3 mixed, 0 any further phase.

    Zero is what the labelling of components takes for background.
    """
    if phases.T.flags.c_contiguous:
        film = phases.T + np.uint8(1)
        return film if phases.max(initial=0) < M else np.where(film > M, np.uint8(0), film)
    return _transposed(np.ascontiguousarray(phases))


@compiled
def _transposed(phases: NDArray[np.uint8]) -> Film:
    nx, ny, nz = phases.shape
    film = np.empty((nz, ny, nx), np.uint8)
    # square tiles stay in the fastest cache although one side of the copy strides
    for y in range(ny):
        for z0 in range(0, nz, _TILE):
            for x0 in range(0, nx, _TILE):
                for z in range(z0, min(z0 + _TILE, nz)):
                    for x in range(x0, min(x0 + _TILE, nx)):
                        label = phases[x, y, z]
                        film[z, y, x] = label + 1 if label < 3 else 0
    return film
