"""Simulates the recipe of the sample on show beside the window."""

from PySide6.QtCore import QObject, Signal

from microdesigner.core.events import Progress
from microdesigner.core.request import Request
from microdesigner.core.result import Sample
from microdesigner.gui.background_task import BackgroundTask

WORK = "microdesigner.evaluation.verification:verify_sample"


class Verifier(QObject):
    """One verification at a time, in a process that lives as long as it takes."""

    started = Signal()
    progressed = Signal(int, int)  # done, total
    verified = Signal(object, object, object)  # Request, Sample, Verification
    failed = Signal(str, str)  # sentence, details
    ended = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._subject: tuple[Request, Sample] | None = None
        self._task = BackgroundTask(self)
        self._task.progressed.connect(self._progressed)
        self._task.result.connect(self._verified)
        self._task.failed.connect(self._failed)
        self._task.finished.connect(self._end)

    @property
    def running(self) -> bool:
        """Whether a simulation is under way."""
        return self._subject is not None

    def start(self, request: Request, sample: Sample) -> None:
        """Simulate the recipe of a sample; whatever runs is cancelled."""
        self.cancel()
        self._subject = request, sample
        self._task.start(WORK, request, sample)
        self.started.emit()

    def cancel(self) -> None:
        """Stop at once as far as the window is concerned; the process ends at its next step."""
        self._task.cancel()
        self._end()

    def close(self) -> None:
        """End the process."""
        self._task.close()

    def _progressed(self, progress: Progress) -> None:
        if self.running:
            self.progressed.emit(progress.done, progress.total)

    def _verified(self, verification: object) -> None:
        if self._subject is not None:
            self.verified.emit(*self._subject, verification)

    def _failed(self, message: str, details: str) -> None:
        if self.running:
            self.failed.emit(message, details)
        self._end()

    def _end(self) -> None:
        if self.running:
            self._subject = None
            self.ended.emit()
