"""Figures of agreement between targets and measured values."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Agreement:
    """Squared Pearson correlation (the paper's "R²"), coefficient of determination, mean absolute error, bias, n."""

    squared_pearson: float
    r2: float
    mae: float
    bias: float
    count: int

    def to_json(self) -> dict[str, float | None]:
        """Rounded for reports and cards; None for what too few or too equal values do not have."""
        return {name: finite(value, 5) for name, value in asdict(self).items()}


def finite(value: float, digits: int = 6) -> float | None:
    """`value` rounded for a document; None where it is not a finite number."""
    return round(float(value), digits) if math.isfinite(value) else None


def agreement(target: NDArray[np.float64], measured: NDArray[np.float64]) -> Agreement:
    """Agreement of `measured` (n,) with `target` (n,); pairs whose measured value does not exist (NaN) are left out."""
    exists = np.isfinite(measured)
    target, measured = target[exists], measured[exists]
    if len(target) == 0:
        return Agreement(math.nan, math.nan, math.nan, math.nan, 0)
    error = measured - target
    if np.ptp(target) == 0 or np.ptp(measured) == 0:
        return Agreement(math.nan, math.nan, float(np.abs(error).mean()), float(error.mean()), len(target))
    r2 = 1 - float(np.square(error).sum() / np.square(target - target.mean()).sum())
    pearson = float(np.corrcoef(target, measured)[0, 1])
    return Agreement(pearson**2, r2, float(np.abs(error).mean()), float(error.mean()), len(target))


def mean_curve(curves: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Mean of curves (n,) of several films at each place over those that exist there (NaN: none)."""
    rows = np.stack(curves)
    exists = np.isfinite(rows)
    counts = exists.sum(0)
    mean: NDArray[np.float64] = np.where(counts > 0, np.where(exists, rows, 0).sum(0) / np.maximum(counts, 1), np.nan)
    return mean


def relative_distance(mean: NDArray[np.float64], reference: NDArray[np.float64]) -> float:
    """L1 distance of a curve from a reference over the reference's own size, where both exist; NaN where that is 0."""
    both = np.isfinite(mean) & np.isfinite(reference)
    scale = np.abs(reference[both]).sum()
    return float(np.abs(mean - reference)[both].sum() / scale) if scale > 0 else float("nan")
