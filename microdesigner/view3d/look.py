"""All that makes a picture of a volume, as plain data: to draw the same one elsewhere, larger or in motion."""

from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from microdesigner.app.view_state import Pose, Vector
from microdesigner.core.microstructure import Microstructure
from microdesigner.view3d.palettes import LIGHT, PALETTES, Palette, Surroundings
from microdesigner.view3d.picture_choice import Annotations, Background
from microdesigner.view3d.surfaces import Shaping

SCREEN_DPI = 96.0
Area = tuple[float, float, float, float]
"""Left, bottom, right, top in shares of what it is a part of."""
WHOLE: Area = (0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True)
class Look:
    """State of a Scene beside its volume; None or an empty tuple leaves what the scene chooses itself."""

    shaping: Shaping = field(default_factory=Shaping)
    palette: Palette = PALETTES["paper"]
    surroundings: Surroundings = LIGHT
    visible: tuple[bool, ...] = ()
    opacity: tuple[float, ...] = ()
    slices: bool = False
    slice_positions: tuple[float, float, float] = (0.5, 0.5, 0.5)
    maximised: int | None = None
    orthographic: bool = False
    pose: Pose | None = None
    ruler: tuple[Vector, ...] = ()  # ends of a measured distance in nm


@dataclass(frozen=True)
class SliceLook:
    """A flat slice beside the views: the layer across `axis` at `crosshair`, a voxel of a volume of `voxels`. `place`
    is that of its panel in the picture, `area` that of the whole layer, which reaches beyond where it is enlarged."""

    axis: int
    crosshair: tuple[int, int, int]
    voxels: tuple[int, int, int]
    place: Area
    area: Area


@dataclass(frozen=True)
class RenderJob:
    """A volume, how it is looked at, and the size of the picture in pixels; `scale` enlarges text and lines. The 3-D
    views fill `views` of the picture, None where they are not in it. Voxels [x, y, z] that are `marked`, of the volume
    or of a finer one that it stands for, are shown so where the annotations say it."""

    microstructure: Microstructure
    look: Look = Look()
    size: tuple[int, int] = (1400, 860)
    scale: float = 1.0
    annotations: Annotations = field(default_factory=Annotations)
    background: Background = "as shown"
    views: Area | None = WHOLE
    slices: tuple[SliceLook, ...] = ()
    marked: NDArray[np.bool_] | None = None

    @property
    def shown_mark(self) -> NDArray[np.bool_] | None:
        """The voxels that the picture marks."""
        return self.marked if self.annotations.kept else None

    @property
    def views_place(self) -> tuple[int, int, int, int]:
        """Left, bottom, right, top of the 3-D views in pixels; those of the whole picture where there are none."""
        left, bottom, right, top = self.views or WHOLE
        width, height = self.size
        return round(left * width), round(bottom * height), round(right * width), round(top * height)

    def of_views(self) -> Self:
        """The 3-D views alone."""
        left, bottom, right, top = self.views_place
        return replace(self, size=(right - left, top - bottom), views=WHOLE, slices=())

    @property
    def dpi(self) -> float:
        """Pixels per inch at which a picture is as large as on the screen."""
        return SCREEN_DPI * self.scale
