"""Where phases meet: pairs of voxels that share a face, and each voxel's nearest contact among its 26 neighbours."""

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.compiled import compiled
from microdesigner.descriptors.phase_bits import PhaseBits

FACE, EDGE, CORNER = 1, 2, 3


def face_pairs(packed: PhaseBits, one: np.uint8, other: np.uint8, periodic: bool) -> tuple[int, int, int]:
    """Pairs of unlike voxels that share a face.

    Parameters
    ----------
    packed : ndarray of uint8, shape (z, y, x)
        A film as `pack_phases` gives it.
    one, other : numpy.uint8
        Bits of the phases.
    periodic : bool
        Whether pairs across the lateral sides count, as in GraSPI's STAT_e.

    Returns
    -------
    across_z, across_y, across_x : int
        Pairs by the normal of their face.
    """
    z, y, x = _face_pairs(packed, one | other, periodic)
    return int(z), int(y), int(x)


def contacts(packed: PhaseBits, periodic: bool) -> NDArray[np.uint8]:
    """Nearest contact of each voxel with the phase that quenches excitons in it.

    Parameters
    ----------
    packed : ndarray of uint8, shape (z, y, x)
        A film as `pack_phases` gives it.
    periodic : bool
        Whether x and y wrap.

    Returns
    -------
    ndarray of uint8, shape (z, y, x)
        0 none, or FACE, EDGE, CORNER. Donor voxels meet acceptor ones; acceptor voxels meet donor ones; mixed voxels
        meet acceptor ones.
    """
    padded = np.pad(packed, 1)
    if periodic:
        padded[1:-1] = np.pad(packed, ((0, 0), (1, 1), (1, 1)), mode="wrap")
    nearest: NDArray[np.uint8] = _contacts(padded)
    return nearest


def isolated_voxels(packed: PhaseBits, periodic: bool) -> int:
    """Voxels of which no face neighbour is of the same phase.

    Parameters
    ----------
    packed : ndarray of uint8, shape (z, y, x)
        A film as `pack_phases` gives it; voxels of unknown phases (0) do not count.
    periodic : bool
        Whether x and y wrap. Open faces of the film are no neighbours.

    Returns
    -------
    int
        Number of voxels; sharp domains have none, noise many.
    """
    return int(_isolated(packed, periodic))


@compiled
def _isolated(packed: PhaseBits, periodic: bool) -> int:
    nz, ny, nx = packed.shape
    count = 0
    for z in range(nz):
        for y in range(ny):
            south, north = y - 1 if y or not periodic else ny - 1, y + 1 if y + 1 < ny or not periodic else 0
            for x in range(nx):
                own = packed[z, y, x]
                west, east = x - 1 if x or not periodic else nx - 1, x + 1 if x + 1 < nx or not periodic else 0
                met = z > 0 and packed[z - 1, y, x] == own
                met |= z + 1 < nz and packed[z + 1, y, x] == own
                met |= south >= 0 and south != y and packed[z, south, x] == own
                met |= north < ny and north != y and packed[z, north, x] == own
                met |= west >= 0 and west != x and packed[z, y, west] == own
                met |= east < nx and east != x and packed[z, y, east] == own
                count += own > 0 and not met
    return count


@compiled
def _face_pairs(packed: PhaseBits, pair: np.uint8, periodic: bool) -> tuple[int, int, int]:
    nz, ny, nx = packed.shape
    across_z, across_y, across_x = 0, 0, 0
    # two voxels that already touch inside have no second face across the sides
    wrap_y, wrap_x = periodic and ny > 2, periodic and nx > 2
    for z in range(nz):
        for y in range(ny):
            row = packed[z, y]
            if z + 1 < nz:
                across_z += _met(row, packed[z + 1, y], pair)
            if y + 1 < ny:
                across_y += _met(row, packed[z, y + 1], pair)
            elif wrap_y:
                across_y += _met(row, packed[z, 0], pair)
            across_x += _met(row[: nx - 1], row[1:], pair)
            if wrap_x:
                across_x += _met(row[nx - 1 :], row[:1], pair)
    return across_z, across_y, across_x


@compiled
def _met(row: NDArray[np.uint8], beside: NDArray[np.uint8], pair: np.uint8) -> int:
    count = np.int32(0)
    for x in range(len(row)):
        count += np.int32((row[x] | beside[x]) == pair)
    return int(count)


@compiled
def _contacts(padded: NDArray[np.uint8]) -> NDArray[np.uint8]:
    nz, ny, nx = padded.shape[0] - 2, padded.shape[1] - 2, padded.shape[2] - 2
    nearest = np.zeros((nz, ny, nx), np.uint8)
    for z in range(nz):
        for y in range(ny):
            # a: layer below, b: this layer, c: layer above; 0, 1, 2: the row before, this row, the row after
            a0, a1, a2 = padded[z, y], padded[z, y + 1], padded[z, y + 2]
            b0, b1, b2 = padded[z + 1, y], padded[z + 1, y + 1], padded[z + 1, y + 2]
            c0, c1, c2 = padded[z + 2, y], padded[z + 2, y + 1], padded[z + 2, y + 2]
            out = nearest[z, y]
            for x in range(nx):
                i, j, k = x, x + 1, x + 2
                faces = b1[i] | b1[k] | a1[j] | b0[j] | b2[j] | c1[j]
                edges = a0[j] | a2[j] | c0[j] | c2[j] | a1[i] | a1[k] | b0[i] | b0[k] | b2[i] | b2[k] | c1[i] | c1[k]
                corners = a0[i] | a0[k] | a2[i] | a2[k] | c0[i] | c0[k] | c2[i] | c2[k]
                own = b1[j]
                met = ((own & 1) << 1) | ((own & 2) >> 1) | ((own & 4) >> 1)
                kind = FACE if faces & met else EDGE if edges & met else CORNER if corners & met else 0
                out[x] = np.uint8(kind)
    return nearest
