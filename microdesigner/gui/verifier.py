"""Simulates the recipe of the sample on show beside the window."""

from PySide6.QtCore import QObject, QTimer, Signal

from microdesigner.app.background import BackgroundWork, Done
from microdesigner.app.messages import Cancelled, Failed
from microdesigner.core.events import Progress
from microdesigner.core.request import Request
from microdesigner.core.result import Sample

WORK = "microdesigner.evaluation.verification:verify_sample"
POLL_MS = 50


class Verifier(QObject):
    """One verification at a time, in a process that lives as long as it takes."""

    started = Signal()
    progressed = Signal(int, int)  # done, total
    verified = Signal(object, object, object)  # Request, Sample, Verification
    failed = Signal(str, str)  # sentence, details
    ended = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work: BackgroundWork | None = None
        self._cancelled: list[BackgroundWork] = []
        self._subject: tuple[Request, Sample] | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self._poll)

    @property
    def running(self) -> bool:
        """Whether a simulation is under way."""
        return self._work is not None

    def start(self, request: Request, sample: Sample) -> None:
        """Simulate the recipe of a sample; whatever runs is cancelled."""
        self.cancel()
        self._subject = request, sample
        self._work = BackgroundWork(WORK, request, sample)
        self._timer.start()
        self.started.emit()

    def cancel(self) -> None:
        """Stop at once as far as the window is concerned; the process ends at its next step."""
        if self._work is not None:
            self._work.cancel()
            self._cancelled.append(self._work)
            self._end()

    def close(self) -> None:
        """End every process."""
        self._timer.stop()
        for work in [*self._cancelled, *([self._work] if self._work else [])]:
            work.close()
        self._cancelled, self._work = [], None

    def _poll(self) -> None:
        for work in [work for work in self._cancelled if _ended(work.poll())]:
            self._cancelled.remove(work)
            work.close()
        for event in self._work.poll() if self._work is not None else ():
            self._tell(event)
        if self._work is None and not self._cancelled:
            self._timer.stop()

    def _tell(self, event: object) -> None:
        if isinstance(event, Progress):
            self.progressed.emit(event.done, event.total)
        elif isinstance(event, Failed):
            self.failed.emit(event.message, event.details)
        elif not isinstance(event, Done | Cancelled) and self._subject is not None:
            self.verified.emit(*self._subject, event)
        if isinstance(event, Failed | Done) and self._work is not None:
            self._work.close()
            self._end()

    def _end(self) -> None:
        self._work = None
        self.ended.emit()


def _ended(events: list[object]) -> bool:
    return any(isinstance(event, Done | Cancelled | Failed) for event in events)
