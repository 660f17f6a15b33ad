"""Where phases meet: pairs of voxels that share a face, and each voxel's nearest contact among its 26 neighbours."""

import numpy as np
from numpy.typing import NDArray

from microdesigner.descriptors.compiled import compiled
from microdesigner.descriptors.film import Film

FACE, EDGE, CORNER = 1, 2, 3


def face_pairs(film: Film, periodic: bool) -> NDArray[np.int64]:
    """Count the pairs of unlike voxels that share a face: int64 [axis z y x, 4, 4], symmetric in the two film labels.

    Pairs across the lateral sides count if `periodic`, as in GraSPI's STAT_e.
    """
    counted: NDArray[np.int64] = _face_pairs(film, periodic)
    return counted + counted.transpose(0, 2, 1)


def contacts(film: Film, phase: np.uint8, other: np.uint8, periodic: bool) -> NDArray[np.uint8]:
    """Nearest contact of each voxel of `phase` with `other`, uint8 [z, y, x]: 0 none, or FACE, EDGE, CORNER."""
    others = (film == other).astype(np.uint8)
    padded = np.pad(others, 1)
    if periodic:
        padded[1:-1] = np.pad(others, ((0, 0), (1, 1), (1, 1)), mode="wrap")
    nearest: NDArray[np.uint8] = _contacts(film, phase, padded)
    return nearest


@compiled
def _face_pairs(film: Film, periodic: bool) -> NDArray[np.int64]:
    nz, ny, nx = film.shape
    counts = np.zeros((3, 4, 4), np.int64)
    # two voxels that already touch inside have no second face across the sides
    wrap_y, wrap_x = periodic and ny > 2, periodic and nx > 2
    for z in range(nz):
        for y in range(ny):
            row = film[z, y]
            if z + 1 < nz:
                _count_rows(counts[0], row, film[z + 1, y])
            if y + 1 < ny:
                _count_rows(counts[1], row, film[z, y + 1])
            elif wrap_y:
                _count_rows(counts[1], row, film[z, 0])
            _count_rows(counts[2], row[: nx - 1], row[1:])
            if wrap_x:
                _count_rows(counts[2], row[nx - 1 :], row[:1])
    return counts


@compiled
def _count_rows(counts: NDArray[np.int64], row: NDArray[np.uint8], beside: NDArray[np.uint8]) -> None:
    for x in range(len(row)):
        if row[x] != beside[x]:
            counts[row[x], beside[x]] += 1


@compiled
def _contacts(film: Film, phase: np.uint8, padded: NDArray[np.uint8]) -> NDArray[np.uint8]:
    nz, ny, nx = film.shape
    none = np.uint8(CORNER + 1)
    nearest = np.full((nz, ny, nx), none, np.uint8)
    for z in range(nz):
        for y in range(ny):
            out = nearest[z, y]
            for dz in range(3):
                for dy in range(3):
                    row = padded[z + dz, y + dy]
                    straight = np.uint8(abs(dz - 1) + abs(dy - 1))
                    oblique = np.uint8(straight + 1)
                    for x in range(nx):
                        ahead = straight if row[x + 1] else none
                        aside = oblique if row[x] | row[x + 2] else none
                        out[x] = min(out[x], min(ahead, aside))
            for x in range(nx):
                out[x] = out[x] if film[z, y, x] == phase and out[x] < none else 0
    return nearest
