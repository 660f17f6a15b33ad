"""From grey values to bands, dark to bright."""

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import ACCEPTOR, DONOR, MIXED, PhaseArray
from microdesigner.core.slabs import slabs

Method = Literal["otsu", "threshold", "fraction"]
BINS = 256
BANDS: dict[int, tuple[tuple[float, int], ...]] = {
    2: ((0, DONOR), (1, ACCEPTOR)),
    3: ((0, DONOR), (1, MIXED), (2, ACCEPTOR)),
}
"""Phases of the bands of a segmentation from dark to bright: what is mixed looks in between."""


@dataclass(frozen=True)
class Segmentation:
    """How grey values become bands 0, 1 (, 2), counted from dark to bright.

    `method` "otsu" finds the limits by itself (Otsu 1979); "threshold" takes `values` as the greatest grey values of
    the darker bands; "fraction" takes `values` as the shares of all voxels in the darker bands. Limits are found on
    each whole source volume, before it is cut. Raises InputError when `values` do not suit.
    """

    method: Method = "otsu"
    bands: Literal[2, 3] = 2
    values: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if self.method not in get_args(Method):
            raise InputError(f"The segmentation must be one of {', '.join(get_args(Method))}; got {self.method!r}.")
        if self.bands not in (2, 3):
            raise InputError(f"A segmentation makes 2 or 3 phases; got {self.bands}.")
        expected = 0 if self.method == "otsu" else self.bands - 1
        if len(self.values) != expected:
            raise InputError(
                f"A segmentation by {self.method} into {self.bands} phases takes {expected} values; "
                f"got {len(self.values)}."
            )
        if self.method == "threshold" and list(self.values) != sorted(set(self.values)):
            raise InputError(f"The thresholds must rise; got {_listed(self.values)}.")
        if self.method == "fraction" and (min(self.values) <= 0 or sum(self.values) >= 1):
            raise InputError(
                f"The darker phases' fractions must be positive and sum to less than 1; got {_listed(self.values)}."
            )


def limits(values: NDArray[Any], how: Segmentation) -> tuple[float, ...]:
    """The greatest grey value of each darker band. Raises InputError where the values do not allow it."""
    low, high = extent(values)
    if not np.isfinite((low, high)).all():
        raise InputError("It holds grey values that are no numbers; export the volume without gaps.")
    if low == high:
        raise InputError("All its grey values are equal; nothing can be told apart in it.")
    if how.method == "threshold":
        return how.values
    if how.method == "fraction":
        of_share = _counted_limit if values.dtype.kind in "iu" and values.dtype.itemsize <= 2 else _limit_of_share
        return tuple(of_share(values, share) for share in np.cumsum(how.values))
    return otsu_limits(values, how.bands)


def extent(values: NDArray[Any]) -> tuple[Any, Any]:
    """The least and the greatest of the values, no numbers where one is none."""
    parts = [(part.min(), part.max()) for part in map(values.__getitem__, slabs(values))]
    lows, highs = zip(*parts, strict=True)
    return np.min(lows), np.max(highs)


def banded(values: NDArray[Any], limits: tuple[float, ...]) -> PhaseArray:
    """Band of every voxel: how many limits its value exceeds."""
    return np.digitize(values, limits, right=True).astype(np.uint8)


def histogram(values: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Counts and edges over the whole range; whole numbers get bins of whole width around them."""
    low, high = map(float, extent(values))
    if values.dtype.kind in "iu":
        width = max(1, -(-(int(high) - int(low) + 1) // BINS))
        edges = np.arange(low - 0.5, high + width, width)
    else:
        edges = np.linspace(low, high, BINS + 1)
    counts = np.zeros(len(edges) - 1, np.int64)
    for part in slabs(values):
        counts += np.histogram(values[part], edges)[0]
    return counts, edges


def otsu_limits(values: NDArray[Any], bands: int) -> tuple[float, ...]:
    """Limits of greatest variance between 2 or 3 bands (Otsu, IEEE Trans. SMC 9 (1979) 62)."""
    counts, edges = histogram(values)
    weight = np.concatenate([[0.0], np.cumsum(counts)])
    moment = np.concatenate([[0.0], np.cumsum(counts * (edges[1:] + edges[:-1]) / 2)])
    mass = weight[None, :] - weight[:, None]  # (from edge, to edge)
    with np.errstate(divide="ignore", invalid="ignore"):
        between = np.where(mass > 0, (moment[None, :] - moment[:, None]) ** 2 / mass, -np.inf)
    if bands == 2:
        best = int(np.argmax(between[0] + between[:, -1]))
        return (float(edges[best]),)
    total = between[0][:, None] + between + between[:, -1][None, :]
    first, second = np.unravel_index(int(np.argmax(total)), total.shape)
    return float(edges[first]), float(edges[second])


def _counted_limit(values: NDArray[Any], share: float) -> float:
    """`_limit_of_share` of whole numbers of at most two bytes, by how often each occurs."""
    low = int(np.iinfo(values.dtype).min)
    counts = np.zeros(1 << (8 * values.dtype.itemsize), np.int64)
    for part in slabs(values):
        counts += np.bincount(values[part].ravel().astype(np.int64) - low, minlength=len(counts))
    up_to = np.cumsum(counts)
    rank = _rank(values.size, share)
    level = int(np.searchsorted(up_to, rank))
    below = int(up_to[level] - counts[level])
    if rank - below < up_to[level] - rank and below:
        level = int(np.flatnonzero(counts[:level])[-1])
    return float(level + low)


def _rank(size: int, share: float) -> int:
    return min(max(round(share * size), 1), size - 1)


def _limit_of_share(values: NDArray[Any], share: float) -> float:
    """The value whose share of voxels at or below it comes closest to `share`; equal values stay together."""
    values, rank = values.ravel(), _rank(values.size, share)
    limit = np.partition(values, rank - 1)[rank - 1]
    below = values < limit
    if rank - np.count_nonzero(below) < np.count_nonzero(values <= limit) - rank and below.any():
        limit = values[below].max()
    return float(limit)


def _listed(values: tuple[float, ...]) -> str:
    return ", ".join(f"{value:g}" for value in values)
