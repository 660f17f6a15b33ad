"""Where phases meet: pairs of voxels that share a face, and each voxel's nearest contact among its 26 neighbours."""

import numpy as np
from numpy.typing import NDArray

from microdesigner.descriptors.compiled import compiled
from microdesigner.descriptors.film import Film

FACE, EDGE, CORNER = 1, 2, 3


def face_pairs(film: Film, one: np.uint8, other: np.uint8, periodic: bool) -> tuple[int, int, int]:
    """Pairs of a voxel of `one` and a voxel of `other` that share a face across z, y and x.

    Pairs across the lateral sides count if `periodic`, as in GraSPI's STAT_e.
    """
    z, y, x = _face_pairs(film, one | other, periodic)
    return int(z), int(y), int(x)


def contacts(film: Film, periodic: bool) -> NDArray[np.uint8]:
    """Nearest contact of each voxel, uint8 [z, y, x]: 0 none, or FACE, EDGE, CORNER.

    Donor voxels meet acceptor ones; acceptor voxels meet donor ones; mixed voxels meet acceptor ones.
    """
    padded = np.pad(film, 1)
    if periodic:
        padded[1:-1] = np.pad(film, ((0, 0), (1, 1), (1, 1)), mode="wrap")
    nearest: NDArray[np.uint8] = _contacts(padded)
    return nearest


def isolated_voxels(film: Film, periodic: bool) -> int:
    """Voxels of which no face neighbour is of the same phase.

    Parameters
    ----------
    film : ndarray of uint8, shape (z, y, x)
        A film as `film_of` gives it; voxels of unknown phases (0) do not count.
    periodic : bool
        Whether x and y wrap. Open faces of the film are no neighbours.

    Returns
    -------
    int
        Number of voxels; sharp domains have none, noise many.
    """
    return int(_isolated(film, periodic))


@compiled
def _isolated(film: Film, periodic: bool) -> int:
    nz, ny, nx = film.shape
    count = 0
    for z in range(nz):
        for y in range(ny):
            south, north = y - 1 if y or not periodic else ny - 1, y + 1 if y + 1 < ny or not periodic else 0
            for x in range(nx):
                own = film[z, y, x]
                west, east = x - 1 if x or not periodic else nx - 1, x + 1 if x + 1 < nx or not periodic else 0
                met = z > 0 and film[z - 1, y, x] == own
                met |= z + 1 < nz and film[z + 1, y, x] == own
                met |= south >= 0 and south != y and film[z, south, x] == own
                met |= north < ny and north != y and film[z, north, x] == own
                met |= west >= 0 and west != x and film[z, y, west] == own
                met |= east < nx and east != x and film[z, y, east] == own
                count += own > 0 and not met
    return count


@compiled
def _face_pairs(film: Film, pair: np.uint8, periodic: bool) -> tuple[int, int, int]:
    nz, ny, nx = film.shape
    across_z, across_y, across_x = 0, 0, 0
    # two voxels that already touch inside have no second face across the sides
    wrap_y, wrap_x = periodic and ny > 2, periodic and nx > 2
    for z in range(nz):
        for y in range(ny):
            row = film[z, y]
            if z + 1 < nz:
                across_z += _met(row, film[z + 1, y], pair)
            if y + 1 < ny:
                across_y += _met(row, film[z, y + 1], pair)
            elif wrap_y:
                across_y += _met(row, film[z, 0], pair)
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
