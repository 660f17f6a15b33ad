"""The helper processes that compute tasks, run like the engine's own."""

from collections.abc import Iterator

from microdesigner.app.engine_process import EngineProcess
from microdesigner.app.tasks import Answer, Task
from microdesigner.core.events import Progress

FACTORY = "microdesigner.app.analyst:Analyst"


class Analyst:
    """What runs in the process in the engine's place: a task takes the place of a request, and no model is needed."""

    @classmethod
    def load(cls, bundle: str) -> "Analyst":
        """An analyst."""
        return cls()

    def generate(self, task: Task) -> Iterator[Progress | Answer]:
        """The events of one task."""
        yield from task.events()


class AnalystProcess(EngineProcess):
    """A process of lower priority for tasks, one after the other."""

    def __init__(self) -> None:
        super().__init__(FACTORY)

    def ask(self, task: Task) -> int:
        """Queue a task; returns the number that its reports carry, the last being an Answer or a Failed."""
        return self._send("", "", task)
