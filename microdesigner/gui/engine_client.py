"""Between the window and the engine's process: one generation at a time, the newest counts."""

import time
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from microdesigner.app.catalogue import Catalogue
from microdesigner.app.generation_progress import GenerationProgress
from microdesigner.app.store.paces import load_paces, save_paces
from microdesigner.app.workers import Answer, Cancelled, Done, Failed, Ready, Task, Worker
from microdesigner.app.workers.engine import Analyse, Generate, LoadModel, MakeDraft
from microdesigner.core.events import Draft, Finished, Preview, Progress, SampleDone
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.paths import user_data
from microdesigner.core.request import Request
from microdesigner.gui.worker_client import WorkerClient

TICK_MS = 100


class EngineClient(WorkerClient):
    """Runs requests in the engine's process and tells in signals what happens. Reports of older jobs are dropped."""

    ready = Signal(str, str)  # model, device
    started = Signal(object)  # Request
    progressed = Signal(object)  # Outlook, ten times a second
    previewed = Signal(object)  # coarse labels
    drafted = Signal(object, object)  # Request, coarse labels
    sampled = Signal(int, object)  # index, Sample
    finished = Signal(object)  # Result
    failed = Signal(str, str)  # sentence, details
    analysed = Signal(object, object)  # Microstructure, the Sample that a model sees in it
    not_analysed = Signal(object, str)  # Microstructure, sentence
    ended = Signal()  # after finished, failed or cancelled

    def __init__(self, engine: str, catalogue: Catalogue, parent: QObject | None = None) -> None:
        super().__init__(Worker("The engine"), parent)
        self._engine = engine
        self.device, self.threads = "auto", 0  # 0: as many as suit it
        self._catalogue = catalogue
        self.started_up = False  # whether requests are accepted
        self.request: Request | None = None  # being served
        self.drafting = False  # whether a draft is all that is asked for
        self._job: int | None = None
        self._progress: GenerationProgress | None = None
        self._paces = load_paces(user_data())
        self._tick = QTimer(self)
        self._tick.setInterval(TICK_MS)
        self._tick.timeout.connect(self._tell_outlook)
        self._analysis: tuple[int, Microstructure] | None = None

    @property
    def running(self) -> bool:
        """Whether a request is being served."""
        return self._job is not None

    def start(self, model: str | None) -> None:
        """Start the process and load `model` in it."""
        self._worker.start()
        self.started_up = True
        if model is not None:
            self.warm(model)

    def warm(self, model: str) -> None:
        """Load another model ahead of its first request."""
        load = self._load(model)
        if self.started_up and load is not None:
            self._ask(load)

    def use(self, device: str, threads: int, model: str) -> None:
        """Compute on another device, or with other threads, from the next request on; `model` is loaded for it."""
        if (device, threads) != (self.device, self.threads):
            self.device, self.threads = device, threads
            if model:
                self.warm(model)

    def generate(self, request: Request) -> None:
        """Serve `request`; whatever runs is cancelled."""
        if self._serve(request, drafting=False):
            self._progress = GenerationProgress(request, self._paces)
            self.started.emit(request)

    def draft(self, request: Request) -> None:
        """Ask for a quick look at `request`, of which only `drafted` tells; whatever runs is cancelled."""
        self._serve(request, drafting=True)

    def analyse(self, model: str, volume: Microstructure) -> None:
        """Have `model` look at a volume that it did not generate, after what runs; an earlier such look is dropped."""
        self.drop_analysis()
        load = self._load(model)
        if self.started_up and load is not None:
            self._analysis = self._ask(Analyse(load, volume)), volume

    def drop_analysis(self) -> None:
        """Cancel the look at a volume that is not on show any more."""
        if self._analysis is not None:
            self._worker.cancel(self._analysis[0])
            self._analysis = None

    def cancel(self) -> None:
        """Stop at once as far as the window is concerned; the process stops at its next step."""
        if self._job is not None:
            self._worker.cancel(self._job)
            self._end()

    def close(self) -> None:
        """Stop everything."""
        self.started_up = False
        self._job = self._analysis = self._progress = None
        self._tick.stop()
        super().close()

    def _load(self, model: str) -> LoadModel | None:
        folder = self._catalogue.folder(model)
        if folder is None:
            return None
        return LoadModel(model, folder, self._engine, self.device, self.threads or None)

    def _serve(self, request: Request, drafting: bool) -> bool:
        """Send `request` off; False where that cannot be."""
        if self._job is not None:
            self._worker.cancel(self._job)
        self._progress = None
        self._tick.stop()
        load = self._load(request.model)
        if load is None:
            self.failed.emit(f"The model {request.model} is not installed; choose another one.", "")
            self._end()
            return False
        self._ask(load)  # by itself, so that cancelling a request does not end the loading
        task: Task = MakeDraft(load, request) if drafting else Generate(load, request)
        self._job = self._ask(task)
        self.request, self.drafting = request, drafting
        return True

    def _end(self) -> None:
        self._job = self.request = self._progress = None
        self._tick.stop()
        self.ended.emit()

    def _take(self, number: int, event: Any) -> None:
        if isinstance(event, Ready):
            self.ready.emit(event.model, event.device)
        elif self._analysis is not None and number == self._analysis[0]:
            self._take_analysis(event, self._analysis[1])
        elif isinstance(event, Failed) and (number == self._job or self._job is None):
            self.failed.emit(event.message, event.details)
            self._end()
        elif number == self._job:
            self._emit_event(event)

    def _take_analysis(self, event: Any, volume: Microstructure) -> None:
        if isinstance(event, Answer):
            self.analysed.emit(volume, event.value)
        elif isinstance(event, Done | Cancelled):
            self._analysis = None
        elif isinstance(event, Failed):
            self._analysis = None
            self.not_analysed.emit(volume, event.message)

    def _emit_event(self, event: Any) -> None:
        if isinstance(event, Progress):
            self._take_progress(event)
        elif isinstance(event, Preview):
            self.previewed.emit(event.phases)
        elif isinstance(event, Draft) and self.request is not None:
            request, self._job, self.request = self.request, None, None
            self.drafted.emit(request, event.phases)
        elif isinstance(event, SampleDone):
            self.sampled.emit(event.index, event.sample)
        elif isinstance(event, Finished):
            save_paces(self._paces, user_data())
            self.finished.emit(event.result)
            self._end()
        elif isinstance(event, Done | Cancelled):
            self._end()

    def _take_progress(self, event: Progress) -> None:
        if self._progress is not None:
            self._progress.add(event, time.monotonic())
            self._tell_outlook()
            self._tick.start()

    def _tell_outlook(self) -> None:
        if self._progress is not None:
            self.progressed.emit(self._progress.outlook(time.monotonic()))
