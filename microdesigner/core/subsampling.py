"""Evenly spaced subsets, the same at every call."""

import numpy as np
from numpy.typing import NDArray


def evenly_spread(total: int, count: int) -> NDArray[np.intp]:
    """At most `count` of the numbers 0 to `total` - 1."""
    return np.linspace(0, total - 1, min(count, total)).astype(np.intp)


def subsample_evenly(mask: NDArray[np.bool_], count: int) -> NDArray[np.intp]:
    """At most `count` of the indices at which `mask` (n,) is true, evenly spaced among them."""
    numbers = np.flatnonzero(mask)
    return numbers[evenly_spread(len(numbers), count)]
