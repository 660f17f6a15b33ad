"""The split of volumes about which nothing says what belongs together, made after they are measured."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from microdesigner.data.store import VALIDATION_EVERY, held_out_groups

ALIKE = 0.3
DEVIATIONS = 3.0


def neighbours_alike(values: NDArray[np.float64]) -> bool:
    """Whether volumes that follow each other have like `values` (the fractions of their first phase), as overlapping
    subvolumes and snapshots of one sample have: lag-1 autocorrelation above `ALIKE` and above what chance gives."""
    if len(values) < 3 or values.std() == 0:
        return False
    away = values - values.mean()
    correlation = float((away[1:] * away[:-1]).sum() / (away**2).sum())
    return correlation > max(ALIKE, DEVIATIONS / math.sqrt(len(values)))


def sides(values: NDArray[np.float64]) -> Sequence[tuple[int, bool] | None]:
    """Series and side (True: held out) of each volume, in the order of their names; None leaves it out.

    Where neighbours are alike the last share 1/`VALIDATION_EVERY` is held out, and as many before it are left out.
    """
    count = len(values)
    if not neighbours_alike(values):
        return [(number, bool(side)) for number, side in enumerate(held_out_groups(np.arange(count)))]
    held_out = max(1, round(count / VALIDATION_EVERY))
    training = range(max(1, count - 2 * held_out))
    return [
        (0, False) if number in training else (1, True) if number >= count - held_out else None
        for number in range(count)
    ]
