"""The queue in the window: gives each job its turn in the engine and keeps what becomes of it."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from microdesigner.app.store.job_store import JobStore
from microdesigner.app.store.jobs import Job, JobQueue, State, without_films
from microdesigner.app.sweep import sweep_title, swept_names
from microdesigner.core.errors import MicrodesignerError
from microdesigner.core.request import Request
from microdesigner.core.result import Sample
from microdesigner.gui.command import Command
from microdesigner.gui.engine_client import EngineClient
from microdesigner.gui.queue.contact_sheet import TILE_ENLARGED
from microdesigner.gui.queue.panel import QueuePanel
from microdesigner.gui.store_thread import StoreThread
from microdesigner.gui.widgets.thumbnails import Colours, thumbnail

COMPLAINT = "The queue could not be kept"


class QueueController(QObject):
    """One job at a time. All is stored through the thread that stores samples, after those it tells of."""

    sampled = Signal(object, object, str, object)  # Request, Sample and note; what hears why it cannot be kept
    waiting_changed = Signal(int)
    swept = Signal(str)  # sweep whose last step ended
    sheet_ready = Signal(object, object)  # jobs and the picture of each, or None
    left_over = Signal(int)  # jobs that wait since the last time
    _film_lost = Signal(str, str)  # key of a job, why what it made could not be kept

    def __init__(
        self,
        folder: Path,
        generation: EngineClient,
        thread: StoreThread,
        colours: Callable[[], Colours],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self.panel = QueuePanel()
        self.queue = JobQueue(self._changed)
        self._store = JobStore(folder)
        self._generation = generation
        self._thread = thread
        self._colours = colours
        self._key: str | None = None  # of the job that runs, and why it has lost a film
        self._why = ""
        self._lost: dict[str, str] = {}  # why films could not be kept, by the key of their job; of the store's thread
        self._connect()

    def load(self) -> None:
        """Show what the last time left; what waited then waits until the user continues."""
        try:
            jobs = self._store.load()
        except (OSError, MicrodesignerError) as error:
            self._thread.failed.emit(str(error))
            return
        for problem in self._store.take_problems():
            self._thread.failed.emit(problem)
        if jobs:
            self.queue.load(jobs)
        waiting = sum(job.open for job in self.queue.jobs)
        self.panel.pause.setChecked(waiting > 0)
        if waiting:
            self.left_over.emit(waiting)

    def enqueue(self, requests: Sequence[Request], swept: str = "") -> None:
        """Let requests wait for their turn; where nothing runs, the first has it now, and several end a pause."""
        jobs = self.queue.add(requests, swept)
        if self._key is None and self._generation.started_up:
            self._start(jobs[0])
            self.panel.pause.setChecked(self.panel.pause.isChecked() and len(jobs) == 1)

    def cancel(self) -> None:
        """Stop what runs; with a step of a sweep the steps that wait go too."""
        job = self.queue.get(self._key) if self._key else None
        if job is not None:
            for step in self.queue.steps(job.sweep):
                self.queue.end(step.key, State.CANCELLED)
        self._generation.cancel()

    def close(self) -> None:
        """Leave what waits to the next start; call it when all is written."""
        self._store.close()

    def commands(self) -> list[Command]:
        """What can be done with the queue."""
        section, pause = self.panel.section.button, self.panel.pause
        return [
            Command("Generate", "Pause the queue", pause.toggle, section=1, checked=pause.isChecked),
            Command("Window", "Queue", section.toggle, ("Ctrl+J",), section=1, checked=section.isChecked),
        ]

    def request_sheet(self, sweep: str) -> None:
        """Fetch the pictures of a sweep's steps."""
        steps = self.queue.steps(sweep)
        self._thread.do(
            "The contact sheet could not be made",
            lambda: self.sheet_ready.emit(steps, [self._store.picture(step.key) for step in steps]),
        )

    def _start(self, job: Job) -> None:
        self._key, self._why = job.key, ""
        self._thread.do(COMPLAINT, lambda: self._lost.pop(job.key, None))
        self.queue.start(job.key)
        self._generation.generate(job.request)

    def _next(self) -> None:
        job = self.queue.next()
        if job is not None and self._key is None and not self.panel.pause.isChecked() and self._generation.started_up:
            self._start(job)

    def _sampled(self, index: int, sample: Sample) -> None:
        job = self.queue.get(self._key) if self._key else None
        if job is None:
            return
        colours = self._colours()
        self.sampled.emit(job.request, sample, self._note(job), lambda why: self._lose(job.key, why))
        if job.sweep:
            self._thread.do(COMPLAINT, lambda: self._keep_picture(job.key, sample, colours))
        self.queue.sampled(job.key, sample)

    def _note(self, job: Job) -> str:
        """By which the films of one sweep are found together in the history."""
        if not job.sweep:
            return ""
        return f"{sweep_title(swept_names(job.swept), len(self.queue.steps(job.sweep)))} ({job.sweep[:4]})"

    def _keep_picture(self, key: str, sample: Sample, colours: Colours) -> None:
        self._store.add_picture(key, thumbnail(sample.microstructure, colours, TILE_ENLARGED))

    def _lose(self, key: str, why: str) -> None:
        """In the store's thread, before any state of the job is stored that tells of the film."""
        self._lost[key] = why
        self._film_lost.emit(key, why)

    def _tell_lost(self, key: str, why: str) -> None:
        if key == self._key:
            self._why = why
        else:
            self.queue.lose(key, why)

    def _failed(self, message: str) -> None:
        if self._key is not None:
            self.queue.end(self._key, State.FAILED, message)

    def _finished(self) -> None:
        if self._key is not None:
            self.queue.end(self._key, State.FAILED if self._why else State.DONE, self._why)

    def _ended(self) -> None:
        job = self.queue.get(self._key) if self._key else None
        self._key = None
        if job is not None:
            self.queue.end(job.key, State.CANCELLED)
            if job.sweep and not any(step.open for step in self.queue.steps(job.sweep)):
                self.swept.emit(job.sweep)
        QTimer.singleShot(0, self, self._next)  # not from here: each refused job would go one call deeper

    def _cancel(self, key: str) -> None:
        if key == self._key:
            self._generation.cancel()
        else:
            self.queue.end(key, State.CANCELLED)

    def _repeat(self, key: str) -> None:
        self.queue.again(key)
        self._next()

    def _changed(self, jobs: Sequence[Job]) -> None:
        self._thread.do(COMPLAINT, lambda: self._store.save(without_films(jobs, self._lost)))
        self.panel.show_jobs(jobs)
        self.waiting_changed.emit(sum(job.state is State.WAITING for job in jobs))

    def _connect(self) -> None:
        generation, panel = self._generation, self.panel
        generation.sampled.connect(self._sampled)
        generation.failed.connect(self._failed)
        generation.finished.connect(lambda _: self._finished())
        generation.ended.connect(self._ended)
        generation.ready.connect(lambda *_: self._next())
        self._film_lost.connect(self._tell_lost)
        panel.moved.connect(self.queue.move)
        panel.removed.connect(self.queue.remove)
        panel.cleared.connect(self.queue.clear_ended)
        panel.cancelled.connect(self._cancel)
        panel.repeated.connect(self._repeat)
        panel.paused.connect(lambda _: self._next())
        panel.sheet_requested.connect(self.request_sheet)
