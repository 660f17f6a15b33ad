"""What can be chosen of a picture, as plain data that needs no VTK."""

from dataclasses import dataclass, field
from typing import Literal

Background = Literal["as shown", "white", "transparent"]


@dataclass(frozen=True)
class Annotations:
    """What explains a picture: names of the views and a scale bar in each, arrows along x, y, z, and what is asked for
    beside them: names of the colours, lengths along the edges, the electrodes at top and bottom. Flat slices have a
    crosshair, and what is kept of the film is marked in both."""

    titles: bool = True
    scale_bar: bool = True
    directions: bool = True
    legend: bool = False
    axes: bool = False
    electrodes: bool = False
    crosshair: bool = True
    kept: bool = True


@dataclass(frozen=True)
class PictureChoice:
    """A format by its suffix, how many times as large as on the screen, and what is shown."""

    suffix: str = "png"
    scale: int = 2
    annotations: Annotations = field(default_factory=Annotations)
    background: Background = "as shown"
