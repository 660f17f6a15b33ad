"""How a volume is looked at: what undo takes back and a session keeps."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, replace
from typing import Annotated, Any, Self

from msgspec import Meta

from microdesigner.app.evented import EventedModel
from microdesigner.core.documents import Number, convert_document

Vector = tuple[float, float, float]
SHARE_STEPS, THRESHOLD_STEPS = 200, 27
"""Steps along an axis while no volume is shown, and of the threshold, which counts 3×3×3 voxels."""
_Vector = tuple[Number, Number, Number]
_Step = Annotated[int, Meta(ge=-(2**31), lt=2**31)]  # what the controls can hold
_Span = tuple[_Step, _Step]
_Steps = Annotated[int, Meta(ge=1, lt=2**31)]


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
    """All controls of the views. `orthogonal` puts three flat slices beside the 3-D view, which shows them too.

    Opacities are in percent. The clip box counts `steps` along each axis, the voxels of the volume on show; `positions`
    are the layers of the slices, counted from 0 in the whole volume. `palette` is a name, or "own" and its colours;
    `own_colours` are the user's last, for when that is chosen again.
    """

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
    steps: tuple[_Steps, _Steps, _Steps] = (SHARE_STEPS,) * 3
    own_colours: str = ""
    orthogonal: bool = False

    @property
    def clip_box(self) -> tuple[tuple[float, float], tuple[float, float], tuple[float, float]]:
        """The clip box in shares of each axis."""
        x, y, z = ((low / steps, high / steps) for (low, high), steps in zip(self.clip, self.steps, strict=True))
        return x, y, z

    @property
    def slice_positions(self) -> Vector:
        """Where the middles of the slices' layers are, in shares of the clip box; one outside lies at its end."""
        x, y, z = (
            (_within(position, low, max(low, high - 1)) - low + 0.5) / max(1, high - low)
            for position, (low, high) in zip(self.positions, self.clip, strict=True)
        )
        return x, y, z

    @property
    def cut(self) -> bool:
        """Whether something of the volume is left out besides hidden phases."""
        return replace(self, **_whole(self.steps)) != replace(self, positions=_whole(self.steps)["positions"])

    @property
    def threshold_share(self) -> float:
        """The threshold in 0..1."""
        return self.threshold / THRESHOLD_STEPS

    def to_json(self) -> dict[str, Any]:
        """A JSON-able dictionary that `from_json` reads back equal."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: object, source: str = "the session") -> Self:
        """Read a view's document; raises InputError naming `source` and the entry when it is none.

        Version 0.1.0 wrote no `steps`, and the slices in shares of the clip box.
        """
        state = convert_document(document, cls, source, "a view", "choose another file")
        if isinstance(document, dict) and "steps" not in document:
            spans = zip(state.positions, state.clip, strict=True)
            x, y, z = (low + position * (high - low) // SHARE_STEPS for position, (low, high) in spans)
            state = replace(state, positions=(x, y, z))
        return state

    def in_steps(self, steps: tuple[int, int, int]) -> Self:
        """The same cut, as nearly as it can be, of a volume of so many voxels along each axis; entries within it."""
        axes = list(zip(self.clip, self.positions, self.steps, steps, strict=True))
        x, y, z = ((_rescaled(low, own, new), _rescaled(high, own, new)) for (low, high), _, own, new in axes)
        i, j, k = (_within(position * new // own, 0, new - 1) for _, position, own, new in axes)
        return replace(self, clip=(x, y, z), positions=(i, j, k), steps=steps)


DEFAULT_VIEW = ViewState(
    ISOMETRIC, orthographic=False, maximised=None, palette="paper", smooth=True, visible=(), opacity=(),
    clip=((0, SHARE_STEPS),) * 3, slices=False, positions=(SHARE_STEPS // 2,) * 3, threshold=0,
)  # fmt: skip
TITLES = {
    "pose": "Move the camera", "orthographic": "Change the projection", "maximised": "Maximise a view",
    "palette": "Change the colours", "own_colours": "Change the colours", "smooth": "Smooth surfaces or voxels",
    "visible": "Show or hide a phase",
    "opacity": "Change an opacity", "clip": "Move the clip box", "slices": "Show or hide slices",
    "orthogonal": "Show or hide orthogonal slices", "positions": "Move a slice", "threshold": "Change the threshold",
}  # fmt: skip


def _whole(steps: tuple[int, int, int]) -> dict[str, Any]:
    """Entries of a state that leaves nothing out."""
    return {
        "clip": tuple((0, edge) for edge in steps), "slices": False, "positions": tuple(edge // 2 for edge in steps),
        "threshold": 0,
    }  # fmt: skip


class ViewModel(EventedModel[ViewState]):
    """How the volume is looked at now."""

    def change(self, merge_key: Callable[[str], str], **entries: Any) -> None:
        """Change entries of the state by name; `merge_key` gives the key of a change of what it is told."""
        after = replace(self.state, **entries)
        changed = changed_field(self.state, after)
        if changed:
            self.edit(after, TITLES[changed.split()[0]], merge_key(f"view {changed}"))

    def show_whole(self) -> None:
        """Leave nothing out, as one step: no clip box, no slices, no threshold."""
        if self.state.cut:
            self.edit(replace(self.state, **_whole(self.state.steps)), "Show the whole volume")

    def restore(self, state: ViewState) -> None:
        """Set the state without a step of undo, its numbers within what the controls can show: a cut counts the voxels
        of the volume on show."""
        opacity = tuple(_within(percent, 0, 100) for percent in state.opacity)
        threshold = _within(state.threshold, 0, THRESHOLD_STEPS)
        super().restore(replace(state.in_steps(self.state.steps), opacity=opacity, threshold=threshold))

    def count_voxels(self, shape: tuple[int, int, int]) -> None:
        """Let clip box and slices count the voxels of a volume of this shape from now on."""
        super().restore(self.state.in_steps(shape))


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


def _within(value: int, least: int, most: int) -> int:
    return min(most, max(least, value))


def _rescaled(step: int, own: int, new: int) -> int:
    return _within(round(step * new / own), 0, new)
