"""Two-point correlation: how likely two points a given distance apart lie in given phases.

S2_ij(r) = P(x in phase i and x + r in phase j), averaged over the film and over r and -r (S. Torquato, Random
Heterogeneous Materials, Springer 2002, ch. 2). For one phase S2(0) is its fraction φ and S2 tends to φ²; for two it
starts at 0 and tends to φ_i φ_j. The counts come from one Fourier transform and are divided by the number of pairs of
voxels that the boundaries allow at that lag: open axes (z always, x and y unless periodic) are padded with zeros,
periodic ones wrap. Transforms are in 32-bit floats: values are right to about 1e-6.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from microdesigner.core.microstructure import Microstructure
from microdesigner.descriptors.curve import AXES, Axis, Curve

Lags = NDArray[np.float32]


def radial_correlation(microstructure: Microstructure, one: int, other: int | None = None) -> Curve:
    """S2 of two phases over all directions.

    Lags are gathered in shells one shortest voxel edge wide, up to half the film's longest edge; a shell's value is all
    its pairs in the phases over all its pairs.

    Parameters
    ----------
    microstructure : Microstructure
        The volume.
    one, other : int
        Labels of the phases; `other` is `one` again where it is left out.

    Returns
    -------
    Curve
        S2 by distance in nm, or in voxels where the voxel edges are unknown.

    References
    ----------
    S. Torquato, Random Heterogeneous Materials, Springer 2002, ch. 2.

    Examples
    --------
    It starts at the phase's fraction and ends, where there is no order, near its square:

    >>> random = np.random.default_rng(0)
    >>> noise = (random.random((32, 32, 32)) > 0.3).astype(np.uint8)
    >>> curve = radial_correlation(Microstructure(noise), 0)
    >>> round(float(curve.value[0]), 2), round(float(curve.value[5:].mean()), 2)
    (0.3, 0.09)
    """
    return _shells(microstructure, *_pairs(microstructure, one, other))


def lateral_correlation(microstructure: Microstructure, one: int, other: int | None = None) -> Curve:
    """S2 of two phases within the layers; else as `radial_correlation`."""
    found, possible = _pairs(microstructure, one, other)
    return _shells(microstructure, found[:, :, :1], possible[:, :, :1])


def axis_correlation(microstructure: Microstructure, axis: Axis, one: int, other: int | None = None) -> Curve:
    """S2 of two phases along one axis, at each lag that there is; else as `radial_correlation`."""
    found, possible = _pairs(microstructure, one, other)
    index = AXES.index(axis)
    line = tuple(slice(None) if other_axis == index else 0 for other_axis in range(3))
    steps = found.shape[index] // 2 + 1 if _wraps(microstructure)[index] else microstructure.shape[index]
    lags = np.arange(steps)
    value = found[line][:steps].astype(np.float64) / possible[line][:steps]
    return Curve(lags * microstructure.spacing[index], value)


def _wraps(microstructure: Microstructure) -> tuple[bool, bool, bool]:
    return microstructure.periodic, microstructure.periodic, False


def _pairs(microstructure: Microstructure, one: int, other: int | None) -> tuple[Lags, Lags]:
    """Pairs of voxels in the phases, and pairs of voxels, per lag [x, y, z] in the order of a Fourier transform.

    z holds lags from 0 up only; the sum over r and -r makes the rest redundant.
    """
    shape, wraps = microstructure.shape, _wraps(microstructure)
    padded = [
        edge if wrap else fft.next_fast_len(2 * edge - 1, real=True) for edge, wrap in zip(shape, wraps, strict=True)
    ]
    spectrum = fft.rfftn((microstructure.phases == one).astype(np.float32), padded)
    if other is None or other == one:
        power = (spectrum * spectrum.conj()).real
    else:
        # the real part averages r and -r
        power = (spectrum.conj() * fft.rfftn((microstructure.phases == other).astype(np.float32), padded)).real
    found = fft.irfftn(power.astype(np.complex64), padded, overwrite_x=True)[:, :, : shape[2]]
    counts = [
        np.full(length, float(edge)) if wrap else np.maximum(edge - np.abs(_lags(length)), 0)
        for edge, length, wrap in zip(shape, padded, wraps, strict=True)
    ]
    possible = counts[0][:, None, None] * counts[1][:, None] * counts[2][: shape[2]]
    return np.maximum(found, 0), possible.astype(np.float32)


def _lags(length: int) -> NDArray[np.float64]:
    return np.asarray(np.fft.fftfreq(length, 1 / length), np.float64)


def _shells(microstructure: Microstructure, found: Lags, possible: Lags) -> Curve:
    edges = microstructure.spacing
    width = min(edges)
    reach = max(edge * count for edge, count in zip(edges, microstructure.shape, strict=True)) / 2
    bins = int(reach / width) + 1
    lags = (_lags(found.shape[0]), _lags(found.shape[1]), np.arange(found.shape[2], dtype=np.float64))
    near = [np.flatnonzero(np.abs(lag) * edge < bins * width) for lag, edge in zip(lags, edges, strict=True)]
    found, possible = found[np.ix_(*near)], possible[np.ix_(*near)]  # what lies further belongs to no shell
    squares = [(lag[included] * edge) ** 2 for lag, included, edge in zip(lags, near, edges, strict=True)]
    sums = np.zeros((3, bins))
    for layer, square in enumerate(squares[2]):
        distance = np.sqrt(squares[0][:, None] + squares[1] + square)
        shell = np.ceil(distance / width - 0.5).astype(np.int64)
        used = (shell < bins) & (possible[:, :, layer] > 0)
        weights = 1 if layer == 0 else 2  # the lags below zero, which are not stored
        pairs = possible[:, :, layer]
        for row, amount in enumerate((found[:, :, layer], pairs, distance * pairs)):
            sums[row] += weights * np.bincount(shell[used], amount[used], bins)
    filled = sums[1] > 0
    return Curve(sums[2][filled] / sums[1][filled], sums[0][filled] / sums[1][filled])
