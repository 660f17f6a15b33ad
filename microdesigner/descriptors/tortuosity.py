"""Straight paths to an electrode (GraSPI's tort1) by one sweep through the layers, without geodesic distances.

A voxel at height h above the electrode layer counts if its shortest path d inside the phase fulfils |d/h - 1| < 1/nz,
that is, if the excess d - h is below h/nz < 1. A step sideways costs at least 1, so only rising paths can count, and
their excess is one of four values. Each voxel keeps one bit per value, "reachable with at most this excess", and
inherits its bits from the nine voxels below it.

That holds for cubic voxels. Where they are boxes, a step sideways may be short, and shortest paths are followed with
their real lengths.
"""

import math

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.compiled import compiled
from microdesigner.descriptors.geodesic import CUBE, electrode_distance
from microdesigner.descriptors.phase_bits import PhaseBits

_CUBIC = 1e-6  # edges that differ by less are equal
_EXCESSES = (0.0, math.sqrt(2) - 1, math.sqrt(3) - 1, 2 * (math.sqrt(2) - 1))


def straight_voxels(
    packed: PhaseBits,
    phase: np.uint8,
    from_top: bool,
    periodic: bool,
    spacing: tuple[float, float, float] = CUBE,
    inside: tuple[slice, slice] | None = None,
) -> tuple[int, int]:
    """Count the voxels of a phase with a straight path to an electrode.

    Parameters
    ----------
    packed : ndarray of uint8, shape (z, y, x)
        A film as `pack_phases` gives it.
    phase : numpy.uint8
        Bit of the phase.
    from_top : bool
        Whether paths lead to the anode (last layer) instead of the cathode (first).
    periodic : bool
        Whether x and y wrap.
    spacing : tuple of float
        Voxel edges along x, y, z in any unit.
    inside : tuple of slice, optional
        Voxels along x and along y that are counted, all by default: of a part of a film its rim is not, see
        `straight_rim`.

    Returns
    -------
    total, farthest : int
        Such voxels in the whole film, the layer at the electrode included, and in the layer farthest from it.

    References
    ----------
    GraSPI's CT_f_D_tort1 and CT_f_A_tort1: O. Wodo et al., Organic Electronics 13 (2012) 1105.
    """
    x, y = inside or (slice(0, packed.shape[2]), slice(0, packed.shape[1]))
    if not is_cubic(spacing):
        return _straight_boxes(packed, phase, from_top, periodic, spacing, (x, y))
    layers = packed[::-1] if from_top else packed
    counted = np.zeros(packed.shape[1:], np.bool_)
    counted[y, x] = True
    total, farthest = _sweep(layers, phase, periodic, admissible_excess(len(packed)), counted)
    return int(total), int(farthest)


def straight_rim(spacing: tuple[float, float, float] = CUBE) -> int:
    """Voxels that a straight path leaves its column by at most: each step aside costs the more height, in layers, and
    all of them together less than one layer."""
    aside = min(spacing[:2]) / spacing[2]
    return int(1 / min(aside, math.sqrt(1 + aside**2) - 1))


def is_cubic(spacing: tuple[float, float, float]) -> bool:
    """Whether voxels of these edges are cubes."""
    return bool(np.allclose(spacing, spacing[0], rtol=_CUBIC, atol=0))


def _straight_boxes(
    packed: PhaseBits,
    phase: np.uint8,
    from_top: bool,
    periodic: bool,
    spacing: tuple[float, float, float],
    inside: tuple[slice, slice],
) -> tuple[int, int]:
    excess = electrode_distance(packed, phase, from_top, periodic, spacing)
    if from_top:
        excess = excess[::-1]
    heights = np.arange(len(packed), dtype=np.float64)[:, None, None]
    excess -= heights
    straight = (excess * len(packed) < heights) & np.isfinite(excess)
    straight[0] = np.isfinite(excess[0])
    straight = straight[:, inside[1], inside[0]]
    return int(np.count_nonzero(straight)), int(np.count_nonzero(straight[-1]))


def admissible_excess(nz: int) -> NDArray[np.uint8]:
    """Index of the largest excess that counts, per height above the electrode: 0 none, 1 √2−1, 2 √3−1, 3 2(√2−1)."""
    heights = np.arange(nz)
    below = np.array(_EXCESSES)[:, None] * nz < heights
    index: NDArray[np.uint8] = np.maximum(below.sum(axis=0) - 1, 0).astype(np.uint8)
    return index


@compiled
def _sweep(
    layers: PhaseBits, phase: np.uint8, periodic: bool, admissible: NDArray[np.uint8], inside: NDArray[np.bool_]
) -> tuple[int, int]:
    nz, ny, nx = layers.shape
    below = np.zeros((ny + 2, nx + 2), np.uint8)
    here = np.zeros((ny + 2, nx + 2), np.uint8)
    total = 0
    counted = 0
    for height in range(nz):
        counted = 0
        shift = admissible[height]
        for y in range(ny):
            labels, out = layers[height, y], here[y + 1]
            south, middle, north = below[y], below[y + 1], below[y + 2]
            for x in range(nx):
                faces = middle[x] | middle[x + 2] | south[x + 1] | north[x + 1]
                corners = south[x] | south[x + 2] | north[x] | north[x + 2]
                bits = middle[x + 1] | ((faces & 1) * 0b1110) | ((faces & 2) << 2) | ((corners & 1) * 0b1100)
                bits = bits if height > 0 else 0b1111
                bits = bits if labels[x] == phase else 0
                out[x + 1] = np.uint8(bits)
                counted += ((bits >> shift) & 1) * inside[y, x]
        total += counted
        if periodic:
            here[1 : ny + 1, 0] = here[1 : ny + 1, nx]
            here[1 : ny + 1, nx + 1] = here[1 : ny + 1, 1]
            here[0] = here[ny]
            here[ny + 1] = here[1]
        below, here = here, below
    return total, counted
