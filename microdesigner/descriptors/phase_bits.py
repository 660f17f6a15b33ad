"""The memory layout in which descriptors are computed: layer after layer of the film, x fastest, with a bit per phase.

With a bit per phase, one `or` of two voxels tells which pair of phases meets there.
"""

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.compiled import compiled
from microdesigner.core.phases import MOST_PHASES

PhaseBits = NDArray[np.uint8]
D, A, M = np.uint8(1), np.uint8(2), np.uint8(4)
PHASES = {"D": D, "A": A, "M": M}
CATHODE, ANODE = np.uint8(1), np.uint8(2)
"""Bits of the electrodes that a connected part touches: the first layer of the film and the last."""
_KNOWN = MOST_PHASES
_TILE = 64
_BITS = np.array([1 << label if label < _KNOWN else 0 for label in range(256)], np.uint8)


def pack_phases(phases: NDArray[np.uint8]) -> PhaseBits:
    """Labels as a contiguous array of layers with a bit per phase.

    Parameters
    ----------
    phases : ndarray of uint8, shape (x, y, z)
        Labels.

    Returns
    -------
    ndarray of uint8, shape (z, y, x)
        1 for label 0 (donor), 2 for 1 (acceptor), 4 for 2 (mixed) and so on to 128 for 7; 0 for any other.

    Examples
    --------
    >>> pack_phases(np.array([[[0, 1, 2, 3, 9]]], np.uint8)).ravel().tolist()
    [1, 2, 4, 8, 0]
    """
    if not phases.T.flags.c_contiguous:
        return _transposed(np.ascontiguousarray(phases), _BITS)
    packed: PhaseBits = np.left_shift(np.uint8(1), phases.T)  # which shifts the bit of a label beyond the last out
    return packed


def bit_of(label: int) -> np.uint8:
    """The bit of a phase by its label."""
    return np.uint8(1 << label)


def carriers_of(packed: PhaseBits) -> PhaseBits:
    """The film without its mixed phase, as one in which only donor and acceptor conduct."""
    carriers: PhaseBits = packed & (D | A)
    return carriers


@compiled
def _transposed(phases: NDArray[np.uint8], bits: NDArray[np.uint8]) -> PhaseBits:
    nx, ny, nz = phases.shape
    packed = np.empty((nz, ny, nx), np.uint8)
    # Both sides stride by powers of two, which share few places in the cache: a small square turns each tile round.
    tile = np.empty((_TILE, _TILE), np.uint8)
    for y in range(ny):
        for z0 in range(0, nz, _TILE):
            z1 = min(z0 + _TILE, nz)
            for x0 in range(0, nx, _TILE):
                x1 = min(x0 + _TILE, nx)
                for x in range(x0, x1):
                    for z in range(z0, z1):
                        tile[z - z0, x - x0] = bits[phases[x, y, z]]
                for z in range(z0, z1):
                    for x in range(x0, x1):
                        packed[z, y, x] = tile[z - z0, x - x0]
    return packed
