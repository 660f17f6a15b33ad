"""A value with its standard error, as estimates of a film from a part of it are told."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from microdesigner.core.descriptor_spec import spec_of
from microdesigner.core.quantity import unit_words


@dataclass(frozen=True)
class Estimate:
    """A value and its standard error, in one unit.

    Examples
    --------
    >>> print(Estimate(0.41234, 0.0312), Estimate(34.2, 2.64), Estimate(1.0, 0.0))
    0.412 ± 0.031 34.2 ± 2.6 1 ± 0
    """

    value: float
    error: float

    def __str__(self) -> str:
        decimals = max(0, 1 - math.floor(math.log10(self.error))) if self.error > 0 else 0
        return f"{self.value:.{decimals}f} ± {self.error:.{decimals}f}"


def told(estimates: Mapping[str, Estimate]) -> str:
    """Estimates by name of their quantity, in words with their units."""
    words = []
    for name, estimate in estimates.items():
        spec = spec_of(name)
        words.append(f"{spec.words} {estimate}{unit_words(spec.unit, ' {}')}")
    return ", ".join(words)
