"""Work of minutes beside the window, one piece at a time."""

from typing import Any

from PySide6.QtCore import QObject, Signal

from microdesigner.app.workers import Cancelled, Done, Failed, Worker
from microdesigner.app.workers.call import Call
from microdesigner.core.events import Progress
from microdesigner.gui.worker_client import WorkerClient


class BackgroundTask(WorkerClient):
    """One piece of work in a process that ends with it; starting another drops the one before."""

    progressed = Signal(object)  # Progress
    result = Signal(object)  # any other event
    finished = Signal()
    failed = Signal(str, str)  # sentence, details
    cancelled = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(Worker(), parent)
        self._number: int | None = None

    @property
    def running(self) -> bool:
        """Whether work is under way."""
        return self._number is not None

    def start(self, function: str, *arguments: Any) -> None:
        """Run the generator `function` ("module:name")."""
        self.close()
        self._number = self._ask(Call(function, *arguments))

    def cancel(self) -> None:
        """Ask the work to end at its next event."""
        self._worker.cancel()

    def close(self) -> None:
        """End the work, by force if need be; nothing is told any more."""
        self._number = None
        super().close()

    def _take(self, number: int, event: Any) -> None:
        if number != self._number:
            return
        if isinstance(event, Progress):
            self.progressed.emit(event)
        elif isinstance(event, Done | Failed | Cancelled):
            self.close()
            self._emit_end(event)
        else:
            self.result.emit(event)

    def _emit_end(self, event: Done | Failed | Cancelled) -> None:
        if isinstance(event, Failed):
            self.failed.emit(event.message, event.details)
        elif isinstance(event, Cancelled):
            self.cancelled.emit()
        else:
            self.finished.emit()
