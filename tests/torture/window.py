"""The window with a queue, off screen and with the stand-in's engine in its process, as a user finds and leaves it."""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from microdesigner.app.store.history import History
from microdesigner.app.store.job_store import JobStore
from microdesigner.app.store.jobs import JobQueue, State
from microdesigner.app.store.settings import Settings
from microdesigner.core.request import Request
from tests.gui import stand_in
from tests.torture.area import Area
from tests.torture.forks import Done

JOBS = 4
SECONDS = 120.0


def window() -> Area:
    """Works off the queue that it finds."""
    return Area("window with a queue", _use, _check, _compare, _prepare)


def _prepare(folder: Path) -> None:
    stand_in.write_card(folder / "models" / stand_in.MODEL, shape=(16, 16, 8))
    store = JobStore(folder / "history")
    JobQueue(store.save).add([Request(seed=seed, model=stand_in.MODEL, steps=2) for seed in range(JOBS)])
    store.close()


def _use(folder: Path, done: Done) -> int:
    return use_window(folder, done, lambda _: None)


def use_window(folder: Path, done: Done, meanwhile: Callable[..., None]) -> int:
    """Open the window on the user folder `folder`, let its queue run to the end, close it; `meanwhile` is called with
    it again and again. What the window says of problems goes to standard error, and 1 is returned then."""
    os.environ |= {"MICRODESIGNER_HOME": str(folder), "MICRODESIGNER_TEST_STEP_S": "0.01"}
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtCore import QCoreApplication

    from microdesigner.app import volume_open
    from microdesigner.app.workers import end_all
    from microdesigner.gui import application
    from microdesigner.gui.gui_thread_gc import GuiThreadGC

    volume_open.shipped = lambda name: folder / "shipped" / name  # type: ignore[assignment]  # no first result
    app = application.make_application([])
    collector = GuiThreadGC(app)
    opened = application.open_window(app, stand_in.FACTORY, Settings.load())
    said: list[str] = []
    opened.error_bar.tell = lambda sentence, *_, **__: said.append(sentence)  # type: ignore[method-assign]
    opened.history.service.added.connect(lambda _: done())
    queue = opened.queue.queue

    def run(condition: Callable[[], bool]) -> bool:
        end = time.monotonic() + SECONDS
        while not condition() and time.monotonic() < end:
            QCoreApplication.processEvents()
            meanwhile(opened)
            time.sleep(0.002)
        return condition()

    if run(lambda: opened.generation.started_up):
        for job in queue.jobs:
            if job.state in (State.FAILED, State.CANCELLED):
                queue.again(job.key)
        opened.queue.panel.pause.setChecked(False)
        if not run(lambda: not any(job.open for job in queue.jobs)):
            said.append("the queue did not come to its end")
    failed = [job.message for job in queue.jobs if job.state is State.FAILED]
    opened.close()
    QCoreApplication.processEvents()
    collector.end()
    end_all()
    sys.stderr.write("\n".join(dict.fromkeys(said + failed)))
    return 1 if said or failed else 0


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
