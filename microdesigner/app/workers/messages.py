"""What passes between the window and a worker process."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class Answer:
    """The value that a task was to compute."""

    value: Any


@dataclass(frozen=True)
class Ready:
    """A model is loaded on `device` and waits for requests."""

    model: str
    device: str


@dataclass(frozen=True)
class Done:
    """A task ended well; its last report."""


@dataclass(frozen=True)
class Failed:
    """A task ended with an error: a sentence to show, details on request; `fatal`: its process ended too."""

    message: str
    details: str = ""
    fatal: bool = False


@dataclass(frozen=True)
class Cancelled:
    """A task ended because it was asked to."""


WorkerEvent = Any
"""An event of a task (Progress, Preview, Answer, ...), or one of the three ends: Done, Failed, Cancelled."""
Report = tuple[int, WorkerEvent]
"""The number that `Worker.ask` gave a task, and an event of it."""
ENDS = (Done, Failed, Cancelled)


class Task(Protocol):
    """Something to compute in a worker process; picklable."""

    def events(self) -> Iterator[Any]:
        """Compute, and yield events on the way.

        Closing the generator cancels the task, so it yields often. What it imports loads in the worker process alone.

        Raises
        ------
        MicrodesignerError
            With a sentence for the user when the task cannot be done.
        """
        ...
