"""Which domain sizes films have that measure what is asked: drawn before a sample is denoised for it.

Few conditions leave a film's domain size open, and a denoiser left to choose it as it goes settles near the mean of all
films; drawn first, the sizes of many samples scatter as those of real films do.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.support import Support

NEIGHBOURS = 32
RIDGE = 0.01
REACH = 1.25


@dataclass(frozen=True)
class DomainSizes:
    """Domain sizes `sizes` (n,) in nm of the training films `films`, row by row."""

    films: Support
    sizes: NDArray[np.float64]

    def quantile(self, level: float, targets: Mapping[str, float]) -> float:
        """The domain size in nm that the share `level` of films with these `targets` stays below.

        Films near the targets count by a normal kernel, whose width is the distance to the `NEIGHBOURS`th; their
        logarithms are carried to the targets along a line fitted there (local linear regression: Fan and Gijbels 1996).
        It changes little by little with the targets, and stays within `REACH` times what films have, whatever is asked.
        """
        offsets = self.films.offsets(targets)  # (n, conditions set)
        distances = np.linalg.norm(offsets, axis=1)
        reach = max(float(np.sort(distances)[min(NEIGHBOURS, len(distances)) - 1]), 1e-9)
        weights = np.exp(-0.5 * (distances / reach) ** 2)
        logarithms = np.log(self.sizes)
        carried = logarithms - offsets @ _slope(offsets, weights, logarithms)
        order = np.argsort(carried)
        below = (np.cumsum(weights[order]) - weights[order] / 2) / weights.sum()
        size = float(np.exp(np.interp(level, below, carried[order])))
        return min(max(size, float(self.sizes.min()) / REACH), float(self.sizes.max()) * REACH)


def _slope(
    offsets: NDArray[np.float64], weights: NDArray[np.float64], values: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Weighted least squares of `values` (n,) on `offsets` (n, m), with a little ridge: (m,)."""
    total = weights.sum()
    centred = offsets - weights @ offsets / total
    gram = centred.T @ (weights[:, None] * centred) + RIDGE * total * np.eye(offsets.shape[1])
    return np.linalg.solve(gram, centred.T @ (weights * values))
