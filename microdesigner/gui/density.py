"""Where points crowd: a smoothed two-dimensional histogram."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BINS = 96
MARGIN = 0.25  # of the points' range, so that the cloud fades out inside the picture
Points = NDArray[np.float64]


@dataclass(frozen=True)
class Density:
    """`values` [x, y] in 0..1 over the rectangle left, bottom, width, height."""

    values: Points
    place: tuple[float, float, float, float]


def density(x: Points, y: Points) -> Density | None:
    """Density of the points with Scott's bandwidth; None where they do not spread in both directions."""
    if len(x) < 2 or np.ptp(x) <= 0 or np.ptp(y) <= 0:
        return None
    spans = [(v.min() - MARGIN * np.ptp(v), v.max() + MARGIN * np.ptp(v)) for v in (x, y)]
    counts, _, _ = np.histogram2d(x, y, bins=BINS, range=spans)
    for axis, (values, (low, high)) in enumerate(zip((x, y), spans, strict=True)):
        bandwidth = values.std() * len(values) ** (-1 / 6) / (high - low) * BINS
        counts = np.apply_along_axis(np.convolve, axis, counts, _kernel(bandwidth), mode="same")
    (left, right), (bottom, top) = spans
    return Density(counts / counts.max(), (left, bottom, right - left, top - bottom))


def _kernel(width: float) -> Points:
    reach = min(BINS // 2 - 1, max(1, round(3 * width)))
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / max(width, 1e-3)) ** 2)
    return np.asarray(weights / weights.sum())
