"""All that makes a picture of a volume, as plain data: to draw the same one elsewhere, larger or in motion."""

from dataclasses import dataclass, field

from microdesigner.app.view_state import Pose, Vector
from microdesigner.core.microstructure import Microstructure
from microdesigner.view3d.palettes import LIGHT, PALETTES, Palette, Surroundings
from microdesigner.view3d.picture_choice import Annotations, Background
from microdesigner.view3d.surfaces import Shaping

SCREEN_DPI = 96.0


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
class RenderJob:
    """A volume, how it is looked at, and the size of the picture in pixels; `scale` enlarges text and lines."""

    microstructure: Microstructure
    look: Look = Look()
    size: tuple[int, int] = (1400, 860)
    scale: float = 1.0
    annotations: Annotations = field(default_factory=Annotations)
    background: Background = "as shown"

    @property
    def dpi(self) -> float:
        """Pixels per inch at which a picture is as large as on the screen."""
        return SCREEN_DPI * self.scale
