"""Between the window and the engine's process: one generation at a time, the newest counts."""

import time

from PySide6.QtCore import QObject, QTimer, Signal

from microdesigner.app.catalogue import Catalogue
from microdesigner.app.engine_process import EngineProcess
from microdesigner.app.messages import Cancelled, EngineEvent, Failed, Ready
from microdesigner.core.errors import MicrodesignerError
from microdesigner.core.events import Draft, Finished, Preview, Progress, SampleDone
from microdesigner.core.request import Request

POLL_MS = 10


class EngineClient(QObject):
    """Runs requests in the engine's process and tells in signals what happens. Reports of older jobs are dropped."""

    ready = Signal(str, str)  # model, device
    started = Signal(object)  # Request
    progressed = Signal(str, int, int, float)  # stage, done, total, seconds left (negative: not known yet)
    previewed = Signal(object)  # coarse labels
    drafted = Signal(object, object)  # Request, coarse labels
    sampled = Signal(int, object)  # index, Sample
    finished = Signal(object)  # Result
    failed = Signal(str, str)  # sentence, details
    ended = Signal()  # after finished, failed or cancelled

    def __init__(self, process: EngineProcess, catalogue: Catalogue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process = process
        self._catalogue = catalogue
        self.request: Request | None = None  # being served
        self.drafting = False  # whether a draft is all that is asked for
        self._job: int | None = None
        self._stage = ("", 0.0)
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self._poll)

    @property
    def running(self) -> bool:
        """Whether a request is being served."""
        return self._job is not None

    @property
    def started_up(self) -> bool:
        """Whether requests are accepted."""
        return self._timer.isActive()

    def start(self, model: str | None) -> None:
        """Start the process and load `model` in it."""
        self._process.start()
        self._timer.start()
        if model is not None:
            self.warm(model)

    def warm(self, model: str) -> None:
        """Load another model ahead of its first request."""
        folder = self._catalogue.folder(model)
        if self.started_up and folder is not None:
            self._process.warm(model, folder)

    def generate(self, request: Request) -> None:
        """Serve `request`; whatever runs is cancelled."""
        if self._serve(request, drafting=False):
            self._stage = ("", time.monotonic())
            self.started.emit(request)

    def draft(self, request: Request) -> None:
        """Ask for a quick look at `request`, of which only `drafted` tells; whatever runs is cancelled."""
        self._serve(request, drafting=True)

    def cancel(self) -> None:
        """Stop at once as far as the window is concerned; the process stops at its next step."""
        if self._job is not None:
            self._process.cancel()
            self._end()

    def close(self) -> None:
        """Stop everything; returns within a second."""
        self._timer.stop()
        self._job = None
        self._process.close()

    def _serve(self, request: Request, drafting: bool) -> bool:
        """Send `request` off; False where that cannot be."""
        self._process.cancel()
        folder = self._catalogue.folder(request.model)
        try:
            if folder is None:
                raise MicrodesignerError(f"The model {request.model} is not installed; choose another one.")
            self._job = (self._process.draft if drafting else self._process.submit)(request, folder)
        except MicrodesignerError as error:
            self._refuse(str(error))
            return False
        self.request, self.drafting = request, drafting
        return True

    def _refuse(self, message: str) -> None:
        self.failed.emit(message, "")
        self._end()

    def _end(self) -> None:
        self._job = self.request = None
        self.ended.emit()

    def _poll(self) -> None:
        for job, event in self._process.poll():
            if isinstance(event, Ready):
                self.ready.emit(event.model, event.device)
            elif isinstance(event, Failed) and (job == self._job or self._job is None or event.fatal):
                self.failed.emit(event.message, event.details)
                self._end()
            elif job == self._job:
                self._tell(event)

    def _tell(self, event: EngineEvent) -> None:
        if isinstance(event, Progress):
            self.progressed.emit(event.stage, event.done, event.total, self._seconds_left(event))
        elif isinstance(event, Preview):
            self.previewed.emit(event.phases)
        elif isinstance(event, Draft) and self.request is not None:
            request, self._job, self.request = self.request, None, None
            self.drafted.emit(request, event.phases)
        elif isinstance(event, SampleDone):
            self.sampled.emit(event.index, event.sample)
        elif isinstance(event, Finished):
            self.finished.emit(event.result)
            self._end()
        elif isinstance(event, Cancelled):
            self._end()

    def _seconds_left(self, event: Progress) -> float:
        now = time.monotonic()
        if event.stage != self._stage[0]:
            self._stage = (event.stage, now)
        elapsed = now - self._stage[1]
        return elapsed / event.done * (event.total - event.done) if event.done and elapsed > 0.2 else -1.0
