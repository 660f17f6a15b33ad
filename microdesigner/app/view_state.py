"""How a volume is looked at: what undo takes back and a session keeps."""

from dataclasses import asdict, dataclass, fields
from typing import Annotated, Any, Self

from msgspec import Meta

from microdesigner.core.documents import Number, convert_document

Vector = tuple[float, float, float]
_Vector = tuple[Number, Number, Number]
_Step = Annotated[int, Meta(ge=-(2**31), lt=2**31)]  # what the controls can hold


@dataclass(frozen=True)
class Pose:
    """Where the camera is, in nm. One that is fitted to the volume has a direction only."""

    direction: _Vector
    up: _Vector
    position: _Vector | None = None
    focal_point: _Vector | None = None
    parallel_scale: Number | None = None

    @property
    def fitted(self) -> bool:
        """Whether the camera shows the whole volume, whatever its size."""
        return self.position is None or self.focal_point is None or self.parallel_scale is None


@dataclass(frozen=True)
class ViewState:
    """All controls of the views. Opacities in percent, clip box and slices in steps of their sliders."""

    pose: Pose
    orthographic: bool
    maximised: _Step | None
    palette: str
    smooth: bool
    visible: tuple[bool, ...]
    opacity: tuple[_Step, ...]
    clip: tuple[tuple[_Step, _Step], ...]
    slices: bool
    positions: tuple[_Step, ...]
    threshold: _Step

    def to_json(self) -> dict[str, Any]:
        """A JSON-able dictionary that `from_json` reads back equal."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: object, source: str = "the session") -> Self:
        """Read a view's document; raises InputError naming `source` and the entry when it is none."""
        return convert_document(document, cls, source, "a view", "choose another file")


def changed_field(before: ViewState, after: ViewState) -> str:
    """Name of the first entry in which two states differ; with a number behind it where it is one of several."""
    for entry in fields(before):
        old, new = getattr(before, entry.name), getattr(after, entry.name)
        if old != new:
            several = isinstance(old, tuple) and len(old) == len(new)
            return (
                f"{entry.name} {[a != b for a, b in zip(old, new, strict=True)].index(True)}" if several else entry.name
            )
    return ""
