"""Between the window and the process that measures: tasks go out, answers come back."""

from typing import Any

from PySide6.QtCore import QObject, Signal

from microdesigner.app.workers import Answer, Cancelled, Done, Failed, Task, Worker
from microdesigner.core.events import Progress
from microdesigner.gui.worker_client import WorkerClient


class ComputeClient(WorkerClient):
    """Computes tasks in a process of its own, one after the other; it starts with the first of them."""

    answered = Signal(object, object)  # task, value
    progressed = Signal(object, int, int)  # task, done, total
    notified = Signal(object, object)  # task, another event that it yields
    failed = Signal(object, str, str)  # task, sentence, details

    def __init__(self, parent: QObject | None = None, name: str = "The measuring") -> None:
        super().__init__(Worker(name), parent)
        self._tasks: dict[int, Task] = {}

    @property
    def busy(self) -> bool:
        """Whether a task is under way."""
        return bool(self._tasks)

    def ask(self, task: Task) -> None:
        """Compute a task; `answered` or `failed` tells of it."""
        self._tasks[self._ask(task)] = task

    def cancel(self, task: Task) -> None:
        """Stop a task, whether it runs or waits; nothing is told of it any more."""
        for number in [number for number, own in self._tasks.items() if own is task]:
            del self._tasks[number]
            self._worker.cancel(number)

    def close(self) -> None:
        """Stop everything."""
        self._tasks.clear()
        super().close()

    def _take(self, number: int, event: Any) -> None:
        task = self._tasks.get(number)
        if task is None:
            return
        if isinstance(event, Progress):
            self.progressed.emit(task, event.done, event.total)
        elif isinstance(event, Answer):
            del self._tasks[number]
            self.answered.emit(task, event.value)
        elif isinstance(event, Failed):
            del self._tasks[number]
            self.failed.emit(task, event.message, event.details)
        elif isinstance(event, Done | Cancelled):
            del self._tasks[number]
        else:
            self.notified.emit(task, event)
