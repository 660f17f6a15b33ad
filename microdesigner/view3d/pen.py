"""What draws lines and letters of a picture."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

LINE, WORDS = 1.0, 9.0  # points


@dataclass
class Pen:
    """Draws in pixels of the picture, sizes in points."""

    axes: Any
    point: float  # in pixels
    colour: str

    def line(self, *points: NDArray[np.float64], width: float = LINE, colour: str = "") -> None:
        x, y = zip(*points, strict=True)
        self.axes.plot(x, y, color=colour or self.colour, lw=width, solid_capstyle="butt")

    def words(self, at: NDArray[np.float64], text: str, size: float = WORDS, **options: Any) -> None:
        self.axes.text(*at, text, **{"color": self.colour, "fontsize": size, "ha": "left", "va": "baseline"} | options)
