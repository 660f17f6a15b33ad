"""Which domain sizes films have that measure what is asked: drawn before a sample is denoised for it.

Few conditions leave a film's domain size open, and a denoiser left to choose it as it goes settles near the mean of all
films; drawn first, the sizes of many samples scatter as those of real films do. A denoiser that is told a size follows
it in part; how far is measured, and taken back in what it is told.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.support import Support

NEIGHBOURS = 32
RIDGE = 0.01
REACH = 1.25
LOUDEST = 2.0
LEAST_SPREAD = 0.05
SPREAD_LEVELS = (0.16, 0.5, 0.84)


@dataclass(frozen=True)
class SizeResponse:
    """How a denoiser follows the domain size that it is told; the default follows it exactly.

    Of films whose other targets leave ln(size) with a median M and a variance V it makes on average
    `offset` + `slope` M + V / (V + `noise`²) (ln(told) - M): like a listener who knows what films are like and hears
    the number with an error of that standard deviation (Bayes' estimate).
    """

    offset: float = 0.0
    slope: float = 1.0
    noise: float = 0.0

    def made(
        self, told: NDArray[np.float64], middle: NDArray[np.float64], spread: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """ln(size) of what is made, each (n,); `middle` and `spread` are M and the square root of V."""
        return self.offset + self.slope * middle + self._share(spread) * (told - middle)

    def told(self, wanted: float, middle: float, spread: float) -> float:
        """ln(size) to tell where ln(size) `wanted` is to be made."""
        return middle + (wanted - self.offset - self.slope * middle) / float(self._share(np.array(spread)))

    def _share(self, spread: NDArray[np.float64]) -> NDArray[np.float64]:
        return 1 / (1 + (self.noise / np.maximum(spread, LEAST_SPREAD)) ** 2)


@dataclass(frozen=True)
class DomainSizes:
    """Domain sizes `sizes` (n,) in nm of the training films `films`, row by row, and how the denoiser follows."""

    films: Support
    sizes: NDArray[np.float64]
    response: SizeResponse = SizeResponse()

    def told(self, level: float, targets: Mapping[str, float]) -> float:
        """What to tell the denoiser, in nm, for a film of the size `quantile`; within `LOUDEST` times what films
        have."""
        wanted, low, middle, high = self._logarithms((level, *SPREAD_LEVELS), targets)
        told = self.response.told(wanted, middle, (high - low) / 2)
        least, most = math.log(self.sizes.min() / LOUDEST), math.log(self.sizes.max() * LOUDEST)
        return math.exp(min(max(told, least), most))

    def left_open(self, targets: Mapping[str, float]) -> tuple[float, float]:
        """Median of ln(size) over films with these `targets`, and half of what lies between its 16 and 84 %."""
        low, middle, high = self._logarithms(SPREAD_LEVELS, targets)
        return middle, (high - low) / 2

    def quantile(self, level: float, targets: Mapping[str, float]) -> float:
        """The domain size in nm that the share `level` of films with these `targets` stays below.

        Films near the targets count by a normal kernel, whose width is the distance to the `NEIGHBOURS`th; their
        logarithms are carried to the targets along a line fitted there (local linear regression: Fan and Gijbels 1996).
        It changes little by little with the targets, and stays within `REACH` times what films have, whatever is asked.
        """
        return self._quantiles((level,), targets)[0]

    def _logarithms(self, levels: Sequence[float], targets: Mapping[str, float]) -> list[float]:
        return [math.log(size) for size in self._quantiles(levels, targets)]

    def _quantiles(self, levels: Sequence[float], targets: Mapping[str, float]) -> list[float]:
        offsets = self.films.offsets(targets)  # (n, conditions set)
        distances = np.linalg.norm(offsets, axis=1)
        reach = max(float(np.sort(distances)[min(NEIGHBOURS, len(distances)) - 1]), 1e-9)
        weights = np.exp(-0.5 * (distances / reach) ** 2)
        logarithms = np.log(self.sizes)
        carried = logarithms - offsets @ _slope(offsets, weights, logarithms)
        order = np.argsort(carried)
        below = (np.cumsum(weights[order]) - weights[order] / 2) / weights.sum()
        margin = math.log(REACH)
        bounded = np.interp(levels, below, carried[order]).clip(logarithms.min() - margin, logarithms.max() + margin)
        return [float(size) for size in np.exp(bounded)]


def _slope(
    offsets: NDArray[np.float64], weights: NDArray[np.float64], values: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Weighted least squares of `values` (n,) on `offsets` (n, m), with a little ridge: (m,)."""
    total = weights.sum()
    centred = offsets - weights @ offsets / total
    gram = centred.T @ (weights[:, None] * centred) + RIDGE * total * np.eye(offsets.shape[1])
    return np.linalg.solve(gram, centred.T @ (weights * values))
