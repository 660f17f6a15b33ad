"""How a volume is looked at: what undo takes back and a session keeps."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, replace
from typing import Annotated, Any, Self

from msgspec import Meta

from microdesigner.app.evented import EventedModel
from microdesigner.core.documents import Number, convert_document

Vector = tuple[float, float, float]
SHARE_STEPS, THRESHOLD_STEPS = 200, 27
"""Steps of the sliders for clip box and slices, and of the threshold, which counts 3×3×3 voxels."""
_Vector = tuple[Number, Number, Number]
_Step = Annotated[int, Meta(ge=-(2**31), lt=2**31)]  # what the controls can hold
_Span = tuple[_Step, _Step]


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


ISOMETRIC = Pose((-0.558747089, 0.698433861, -0.446997671), (0.0, 0.0, 1.0))


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
    clip: tuple[_Span, _Span, _Span]
    slices: bool
    positions: tuple[_Step, _Step, _Step]
    threshold: _Step

    @property
    def clip_box(self) -> tuple[tuple[float, float], tuple[float, float], tuple[float, float]]:
        """The clip box in shares of each axis."""
        x, y, z = ((low / SHARE_STEPS, high / SHARE_STEPS) for low, high in self.clip)
        return x, y, z

    @property
    def slice_positions(self) -> Vector:
        """Where the slices are, in shares of the clip box."""
        x, y, z = (position / SHARE_STEPS for position in self.positions)
        return x, y, z

    @property
    def threshold_share(self) -> float:
        """The threshold in 0..1."""
        return self.threshold / THRESHOLD_STEPS

    def to_json(self) -> dict[str, Any]:
        """A JSON-able dictionary that `from_json` reads back equal."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: object, source: str = "the session") -> Self:
        """Read a view's document; raises InputError naming `source` and the entry when it is none."""
        return convert_document(document, cls, source, "a view", "choose another file")


DEFAULT_VIEW = ViewState(
    ISOMETRIC, orthographic=False, maximised=None, palette="paper", smooth=True, visible=(), opacity=(),
    clip=((0, SHARE_STEPS),) * 3, slices=False, positions=(SHARE_STEPS // 2,) * 3, threshold=0,
)  # fmt: skip
TITLES = {
    "pose": "Move the camera", "orthographic": "Change the projection", "maximised": "Maximise a view",
    "palette": "Change the colours", "smooth": "Smooth surfaces or voxels", "visible": "Show or hide a phase",
    "opacity": "Change an opacity", "clip": "Move the clip box", "slices": "Show or hide slices",
    "positions": "Move a slice", "threshold": "Change the threshold",
}  # fmt: skip


class ViewModel(EventedModel[ViewState]):
    """How the volume is looked at now."""

    def change(self, merge_key: Callable[[str], str], **entries: Any) -> None:
        """Change entries of the state by name; `merge_key` gives the key of a change of what it is told."""
        after = replace(self.state, **entries)
        changed = changed_field(self.state, after)
        if changed:
            self.edit(after, TITLES[changed.split()[0]], merge_key(f"view {changed}"))

    def restore(self, state: ViewState) -> None:
        """Set the state without a step of undo, its numbers within what the controls can show."""
        x, y, z = ((_within(low, SHARE_STEPS), _within(high, SHARE_STEPS)) for low, high in state.clip)
        i, j, k = (_within(position, SHARE_STEPS) for position in state.positions)
        opacity = tuple(_within(percent, 100) for percent in state.opacity)
        threshold = _within(state.threshold, THRESHOLD_STEPS)
        super().restore(replace(state, clip=(x, y, z), positions=(i, j, k), opacity=opacity, threshold=threshold))


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


def _within(value: int, most: int) -> int:
    return min(most, max(0, value))
