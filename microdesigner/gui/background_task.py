"""Background work as Qt hears it."""

from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from microdesigner.app.background import BackgroundWork, Done
from microdesigner.app.messages import Cancelled, Failed
from microdesigner.core.events import Progress

POLL_MS = 50


class BackgroundTask(QObject):
    """One piece of background work at a time; starting another drops the one before."""

    progressed = Signal(object)  # Progress
    result = Signal(object)  # any other event
    finished = Signal()
    failed = Signal(str, str)  # sentence, details
    cancelled = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work: BackgroundWork | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self._poll)

    @property
    def running(self) -> bool:
        """Whether work is under way."""
        return self._work is not None

    def start(self, function: str, *arguments: Any) -> None:
        """Run the generator `function` ("module:name")."""
        self.close()
        self._work = BackgroundWork(function, *arguments)
        self._timer.start()

    def cancel(self) -> None:
        """Ask the work to end at its next event."""
        if self._work is not None:
            self._work.cancel()

    def close(self) -> None:
        """End the work, by force if need be; nothing is told any more."""
        self._timer.stop()
        if self._work is not None:
            self._work.close()
            self._work = None

    def _poll(self) -> None:
        for event in self._work.poll() if self._work is not None else ():
            if isinstance(event, Progress):
                self.progressed.emit(event)
            elif isinstance(event, Done | Failed | Cancelled):
                self.close()
                self._tell_end(event)
                return
            else:
                self.result.emit(event)

    def _tell_end(self, event: Done | Failed | Cancelled) -> None:
        if isinstance(event, Failed):
            self.failed.emit(event.message, event.details)
        elif isinstance(event, Cancelled):
            self.cancelled.emit()
        else:
            self.finished.emit()
