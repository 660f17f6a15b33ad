"""How a volume is looked at: what undo takes back and a session keeps."""

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from microdesigner.core.errors import InputError

Vector = tuple[float, float, float]


@dataclass(frozen=True)
class Pose:
    """Where the camera is, in nm. One that is fitted to the volume has a direction only."""

    direction: Vector
    up: Vector
    position: Vector | None = None
    focal_point: Vector | None = None
    parallel_scale: float | None = None

    @property
    def fitted(self) -> bool:
        """Whether the camera shows the whole volume, whatever its size."""
        return self.position is None or self.focal_point is None or self.parallel_scale is None


@dataclass(frozen=True)
class ViewState:
    """All controls of the views. Opacities in percent, clip box and slices in steps of their sliders."""

    pose: Pose
    orthographic: bool
    maximised: int | None
    palette: str
    smooth: bool
    visible: tuple[bool, ...]
    opacity: tuple[int, ...]
    clip: tuple[tuple[int, int], ...]
    slices: bool
    positions: tuple[int, ...]
    threshold: int

    def to_json(self) -> dict[str, Any]:
        """A JSON-able dictionary that `from_json` reads back equal."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: object) -> Self:
        """Read a view's document; raises InputError when it is none."""
        try:
            values = _read(document, _VIEW)
            return cls(**values | {"pose": Pose(**_read(values["pose"], _POSE))})
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"The view of the session cannot be read ({error}); it is left as it is.") from None


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


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{value!r} is no true or false")
    return value


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{value!r} is no whole number")
    return value


def _number(value: Any) -> float:
    if not math.isfinite(value):
        raise ValueError(f"{value!r} is no number")
    return float(value)


def _vector(value: Any) -> Vector:
    x, y, z = map(_number, value)
    return x, y, z


def _optional(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else read(value)


_POSE: dict[str, Callable[[Any], Any]] = {
    "direction": _vector, "up": _vector, "position": _optional(_vector), "focal_point": _optional(_vector),
    "parallel_scale": _optional(_number),
}  # fmt: skip
_VIEW: dict[str, Callable[[Any], Any]] = {
    "pose": dict, "orthographic": _flag, "maximised": _optional(_whole), "palette": str, "smooth": _flag,
    "visible": lambda flags: tuple(map(_flag, flags)), "opacity": lambda shares: tuple(map(_whole, shares)),
    "clip": lambda spans: tuple((_whole(low), _whole(high)) for low, high in spans), "slices": _flag,
    "positions": lambda places: tuple(map(_whole, places)), "threshold": _whole,
}  # fmt: skip


def _read(document: object, readers: Mapping[str, Callable[[Any], Any]]) -> dict[str, Any]:
    if not isinstance(document, Mapping):
        raise TypeError("not an object")
    return {name: read(document[name]) for name, read in readers.items()}
