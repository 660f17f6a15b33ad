"""The memory layout in which descriptors are computed: layers of the film one after another, x fastest."""

import numpy as np
from numpy.typing import NDArray

from microdesigner.descriptors.compiled import compiled

Film = NDArray[np.uint8]
D, A, M = np.uint8(1), np.uint8(2), np.uint8(4)
PHASES = {"D": D, "A": A, "M": M}
_KNOWN = len(PHASES)
_TILE = 32
_BITS = np.array([1 << label if label < _KNOWN else 0 for label in range(256)], np.uint8)


def film_of(phases: NDArray[np.uint8]) -> Film:
    """Labels [x, y, z] as a contiguous film [z, y, x] with a bit per phase: 1 donor, 2 acceptor, 4 mixed, 0 any other.

    With a bit per phase, one `or` of two voxels tells which pair of phases meets there.
    """
    if not phases.T.flags.c_contiguous:
        return _transposed(np.ascontiguousarray(phases), _BITS)
    film: Film = np.left_shift(np.uint8(1), phases.T)
    film &= np.uint8((1 << _KNOWN) - 1)
    return film


@compiled
def _transposed(phases: NDArray[np.uint8], bits: NDArray[np.uint8]) -> Film:
    nx, ny, nz = phases.shape
    film = np.empty((nz, ny, nx), np.uint8)
    # square tiles stay in the fastest cache although one side of the copy strides
    for y in range(ny):
        for z0 in range(0, nz, _TILE):
            for x0 in range(0, nx, _TILE):
                for z in range(z0, min(z0 + _TILE, nz)):
                    for x in range(x0, min(x0 + _TILE, nx)):
                        film[z, y, x] = bits[phases[x, y, z]]
    return film
