"""What the engine's process says beside the events of a generation."""

from dataclasses import dataclass

from microdesigner.app.tasks import Answer
from microdesigner.core.events import GenerationEvent


@dataclass(frozen=True)
class Ready:
    """A model is loaded and waits for requests."""

    model: str
    device: str


@dataclass(frozen=True)
class Failed:
    """A job ended with an error: a sentence to show, details for whoever asks; `fatal`: the process ended too."""

    message: str
    details: str = ""
    fatal: bool = False


@dataclass(frozen=True)
class Cancelled:
    """A job ended because it was asked to."""


EngineEvent = GenerationEvent | Answer | Ready | Failed | Cancelled
Report = tuple[int, EngineEvent]
