"""A statistic as a function of a length, ready to be plotted."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Axis = Literal["x", "y", "z"]
AXES: tuple[Axis, Axis, Axis] = ("x", "y", "z")


@dataclass(frozen=True)
class Curve:
    """`value` at `position`, float64 arrays of one length; the unit of `position` is the function's that made it."""

    position: NDArray[np.float64]
    value: NDArray[np.float64]
