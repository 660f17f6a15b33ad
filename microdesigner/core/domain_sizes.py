"""The distribution of domain sizes given the targets, from which one is drawn before a sample is denoised.

Few conditions leave a film's domain size open, and a denoiser left to choose it as it goes settles near the mean of all
films; drawn first, the sizes of many samples scatter as those of real films do. A denoiser that is conditioned on a
size follows it in part; how far is measured, and the condition's value is corrected for it.
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
CONDITION_MARGIN = 2.0
LEAST_SPREAD = 0.05
SPREAD_LEVELS = (0.16, 0.5, 0.84)


@dataclass(frozen=True)
class SizeResponse:
    """How a denoiser follows the domain size that it is conditioned on; the default follows it exactly.

    Of films whose other targets leave ln(size) with a median M and a variance V it makes on average
    `offset` + `slope` M + V / (V + `conditioning_error_std`²) (ln(condition) - M): the posterior mean of a value with
    the prior (M, V) that is observed with an error of that standard deviation.
    """

    offset: float = 0.0
    slope: float = 1.0
    conditioning_error_std: float = 0.0

    def predicted(
        self, condition: NDArray[np.float64], middle: NDArray[np.float64], spread: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """ln(size) of what is made, each (n,); `middle` and `spread` are M and the square root of V."""
        return self.offset + self.slope * middle + self._share(spread) * (condition - middle)

    def condition_for(self, size: float, middle: float, spread: float) -> float:
        """ln(size) to condition on so that ln(size) is `size` on average."""
        return middle + (size - self.offset - self.slope * middle) / float(self._share(np.array(spread)))

    def _share(self, spread: NDArray[np.float64]) -> NDArray[np.float64]:
        return 1 / (1 + (self.conditioning_error_std / np.maximum(spread, LEAST_SPREAD)) ** 2)


@dataclass(frozen=True)
class DomainSizes:
    """Domain sizes `sizes` (n,) in nm of the training films `films`, row by row, and how the denoiser follows."""

    films: Support
    sizes: NDArray[np.float64]
    response: SizeResponse = SizeResponse()

    def condition_value(self, level: float, targets: Mapping[str, float]) -> float:
        """The condition, in nm, for a film of the size `quantile`; within `CONDITION_MARGIN` times what films
        have."""
        return self.condition_for(self.quantile(level, targets), targets)

    def condition_for(self, size: float, targets: Mapping[str, float]) -> float:
        """The condition, in nm, for films of `size` nm on average; within `CONDITION_MARGIN` times what films have."""
        middle, spread = self.left_open(targets)
        condition = self.response.condition_for(math.log(size), middle, spread)
        least, most = math.log(self.sizes.min() / CONDITION_MARGIN), math.log(self.sizes.max() * CONDITION_MARGIN)
        return math.exp(min(max(condition, least), most))

    def left_open(self, targets: Mapping[str, float]) -> tuple[float, float]:
        """Median of ln(size) over films with these `targets`, and half of what lies between its 16 and 84 %."""
        low, middle, high = self._logarithms(SPREAD_LEVELS, targets)
        return middle, (high - low) / 2

    def quantile(self, level: float, targets: Mapping[str, float]) -> float:
        """The domain size in nm that the share `level` of films with these `targets` stays below.

        Films near the targets count by a normal kernel, whose width is the distance to the `NEIGHBOURS`th; their
        logarithms are carried to the targets along a line fitted there (local linear regression: Fan and Gijbels 1996).
        It changes little by little with the targets, and always stays within `REACH` times what films have.
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
