"""A few of many, evenly spread."""

import numpy as np
from numpy.typing import NDArray


def evenly_spread(total: int, count: int) -> NDArray[np.intp]:
    """At most `count` of the numbers 0 to `total` - 1."""
    return np.linspace(0, total - 1, min(count, total)).astype(np.intp)


def some_of(mask: NDArray[np.bool_], count: int) -> NDArray[np.intp]:
    """At most `count` of the numbers at which `mask` (n,) is true."""
    numbers = np.flatnonzero(mask)
    return numbers[evenly_spread(len(numbers), count)]
