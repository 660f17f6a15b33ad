"""The window with a queue, off screen and with the stand-in's engine in its process, as a user finds and leaves it."""

import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from signal import SIGKILL, SIGSTOP, Signals
from types import TracebackType

import psutil

from microdesigner.app.store.history import History
from microdesigner.app.store.job_store import JobStore
from microdesigner.app.store.jobs import JobQueue, State
from microdesigner.app.store.settings import Settings
from microdesigner.core.request import Request
from microdesigner.core.shortages import shortage_of
from tests.gui import stand_in
from tests.torture.area import Area
from tests.torture.forks import Done
from tests.torture.shortages import Shortage, little_memory, shortages

JOBS = 4
SECONDS = 60.0
SENTENCES = 2
"""The most that may tell of one shortage: of what could not be kept, and of what cannot be computed."""
UNFORESEEN = "not foreseen"
LEAST_MEMORY_MB = (64, 256)
"""With less Qt waits for ever for threads that it could not start."""


def window() -> Area:
    """Works off the queue that it finds."""
    return Area("window", _use, _check, _compare, _prepare, _shortages, _stand)


def _prepare(folder: Path) -> None:
    stand_in.write_card(folder / "models" / stand_in.MODEL, shape=(16, 16, 8))
    store = JobStore(folder / "history")
    JobQueue(store.save).add([Request(seed=seed, model=stand_in.MODEL, steps=2) for seed in range(JOBS)])
    store.close()


def _use(folder: Path, done: Done) -> int:
    with _opened(folder, done) as window:
        window.work_off()
    return window.tell()


def _stand(folder: Path, done: Done, shortage: Shortage) -> int:
    """The queue is worked off under `shortage`, of which one sentence tells at most; what failed then is asked for
    again behind it, in the same window."""
    with _opened(folder, done) as window:
        with shortage(folder):
            window.work_off()
        wrong = [sentence for sentence in window.said if UNFORESEEN in sentence]
        if not window.said and not window.all_done():
            wrong.append("failed without a word")
        if len(dict.fromkeys(window.said)) > SENTENCES:
            wrong.append(f"too many sentences: {window.said}")
        window.said[:] = wrong
        window.work_off()
    return window.tell()


class _Window:
    """An open window whose engine is ready, and what it says of problems."""

    def __init__(self, folder: Path, done: Done) -> None:
        from microdesigner.app import volume_open
        from microdesigner.gui import application
        from microdesigner.gui.gui_thread_gc import GuiThreadGC

        volume_open.shipped = lambda name: folder / "shipped" / name  # type: ignore[assignment]  # no first result
        app = application.make_application([])
        self._collector = GuiThreadGC(app)
        self._window = window = application.open_window(app, stand_in.FACTORY, Settings.load())
        self.said: list[str] = []
        window.workspace.failed.connect(lambda sentence, *_: self.said.append(sentence))
        sys.excepthook = self._unforeseen
        window.history.service.added.connect(lambda _: done())
        self._run(lambda: "ready" in window.device.text())

    def work_off(self) -> None:
        """Run all that is not done, until nothing waits."""
        queue = self._window.queue.queue
        for job in queue.jobs:
            if job.state in (State.FAILED, State.CANCELLED):
                self._window.queue.panel.repeated.emit(job.key)
        self._window.queue.panel.pause.setChecked(False)
        self._run(lambda: not any(job.open for job in queue.jobs))

    def all_done(self) -> bool:
        """Whether all jobs have their films."""
        return all(job.state is State.DONE for job in self._window.queue.queue.jobs)

    def tell(self) -> int:
        """Write what was said to standard error; 1 where that is something."""
        sys.stderr.write("\n".join(dict.fromkeys(self.said)))
        return 1 if self.said else 0

    def close(self) -> None:
        """Leave nothing behind."""
        from PySide6.QtCore import QCoreApplication

        from microdesigner.app.workers import end_all

        if not self.all_done():
            self.said += [job.message or f"a job is {job.state}" for job in self._window.queue.queue.jobs]
        self._window.close()
        QCoreApplication.processEvents()
        self._collector.end()
        end_all()

    def _run(self, condition: Callable[[], bool]) -> None:
        from PySide6.QtCore import QCoreApplication

        end = time.monotonic() + SECONDS
        while not condition():
            if time.monotonic() > end:
                self.said.append(f"{UNFORESEEN}: waited in vain")
                return
            QCoreApplication.processEvents()
            time.sleep(0.002)

    def _unforeseen(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """As the program tells of it, but with where it was."""
        shortage = shortage_of(error)
        details = "".join(traceback.format_exception(kind, error, trace))
        self.said.append(str(shortage) if shortage else f"{UNFORESEEN}: {details}")


@contextmanager
def _opened(folder: Path, done: Done) -> Iterator[_Window]:
    """The window on the user folder `folder`."""
    os.environ |= {"MICRODESIGNER_HOME": str(folder), "MICRODESIGNER_TEST_STEP_S": "0.01"}
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    window = _Window(folder, done)
    yield window
    window.close()


def _shortages(mounts: bool) -> Mapping[str, Sequence[Shortage]]:
    """What can be lifted while the window stands, and what becomes of the engine."""
    lifted = {name: some for name, some in shortages(mounts).items() if name != "no rights"}
    return lifted | {
        "little memory": [little_memory(megabytes) for megabytes in LEAST_MEMORY_MB],
        "engine killed": [_engine_gets(SIGKILL)],
        "engine hangs": [_engine_gets(SIGSTOP)],
    }


def _engine_gets(number: Signals) -> Shortage:
    """A signal, before it is asked for anything."""

    @contextmanager
    def send(_: Path) -> Iterator[None]:
        for child in psutil.Process().children(recursive=True):
            child.send_signal(number)
        yield

    return send


def _check(folder: Path, _: Path, done: int) -> None:
    history = History(folder / "history")
    entries = history.entries()
    assert not history.take_problems()
    assert len(entries) >= done
    for entry in entries:
        expected = stand_in.volume((16, 16, 8), entry.request.seed, {})
        assert (history.load(entry).microstructure.phases == expected).all()
    store = JobStore(folder / "history")
    jobs = store.load()
    assert not store.take_problems()
    assert sorted(job.request.seed for job in jobs) == list(range(JOBS)), "jobs were lost"
    made = {entry.request.seed for entry in entries}
    assert all(job.request.seed in made for job in jobs if job.state is State.DONE), "a job is done without its film"
    store.save(jobs)
    store.close()
    settings = Settings.load(folder / "settings.json")
    assert not settings.take_problems()


def _compare(folder: Path, _: Path) -> None:
    store = JobStore(folder / "history")
    assert [job.state for job in store.load()] == [State.DONE] * JOBS
    store.close()
    assert {entry.request.seed for entry in History(folder / "history").entries()} == set(range(JOBS))
