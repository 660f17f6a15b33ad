"""What each event of a training holds. Lines of `events.jsonl` that do not fit are skipped by every reader."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from microdesigner.core.documents import Line, Number
from microdesigner.training.presets import Stage

_Step = Annotated[int, Meta(ge=0, le=10**12)]
_Seconds = Annotated[float, Meta(ge=0, le=1e12)]
_Time = Annotated[float, Meta(ge=0, le=2.5e11)]
_SampleFile = Annotated[str, Meta(pattern=r"^samples/[\w-]{1,80}\.vti\Z")]
_ModelName = Annotated[str, Meta(pattern=r"^[^./\\\x00-\x1f][^/\\\x00-\x1f]{0,199}\Z")]
_Pairs = Annotated[list[tuple[Number, Number | None]], Meta(max_length=4096)]


class Event(Struct, frozen=True):
    """When it happened, in seconds since 1970."""

    time: _Time


class ProcessEvent(Event, frozen=True):
    """A process began to train, on `device`; signals to it end the training."""

    pid: Annotated[int, Meta(ge=1, le=1 << 31)]
    device: Line


class StageEvent(Event, frozen=True):
    """A stage started with so many parameters, or finished after so many steps and seconds."""

    stage: Stage
    state: Literal["started", "finished"]
    parameters: _Step | None = None
    likelihood: bool = False
    steps: _Step | None = None
    seconds: _Seconds | None = None

    def __post_init__(self) -> None:
        needed = (self.parameters,) if self.state == "started" else (self.steps, self.seconds)
        if None in needed:
            raise ValueError("an entry is missing")


class StepEvent(Event, frozen=True):
    """An optimiser step was taken; a loss that is not finite is null."""

    stage: Stage
    step: _Step
    progress: Annotated[float, Meta(ge=0, le=1)]
    seconds: _Seconds
    seconds_left: _Seconds
    loss: Number | None = None
    error: Number | None = None


class ValidationEvent(Event, frozen=True):
    """Held-out figures."""

    stage: Stage
    step: _Step
    val_loss: Number | None = None


class SampleEvent(Event, frozen=True):
    """What the networks can do so far: targets beside measured values, and the file of a volume."""

    stage: Stage
    step: _Step
    pairs: dict[str, _Pairs]
    file: _SampleFile | None = None


class MemoryEvent(Event, frozen=True):
    """The memory did not suffice, and the batch was reduced."""

    stage: Stage
    batch: Annotated[int, Meta(ge=1, le=1 << 16)]


class ProgressEvent(Event, frozen=True):
    """Work between the stages."""

    stage: Line
    done: _Step
    total: _Step


class StepNumberEvent(Event, frozen=True):
    """A pause begins or ends."""

    step: _Step


class EvaluatedEvent(Event, frozen=True):
    """The finished model was measured on so many targets."""

    count: _Step
    control: dict[str, dict[str, Number | None]]


class InstalledEvent(Event, frozen=True):
    """The model is among the user's models."""

    model: _ModelName


SCHEMAS: dict[str, type[Event]] = {
    "process": ProcessEvent,
    "stage": StageEvent,
    "step": StepEvent,
    "validation": ValidationEvent,
    "sample": SampleEvent,
    "memory": MemoryEvent,
    "progress": ProgressEvent,
    "pause": StepNumberEvent,
    "continue": StepNumberEvent,
    "evaluated": EvaluatedEvent,
    "installed": InstalledEvent,
}
"""By name; events of newer versions have none and are handed on as they are."""
