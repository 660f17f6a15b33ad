"""Long use of the window, off screen, with the stand-in's engine."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from microdesigner.app.store.history import History
from microdesigner.app.store.job_store import JobStore
from microdesigner.app.store.jobs import JobQueue
from microdesigner.core.request import Request
from tests.gui import stand_in
from tests.torture.long_runs import Reading, read_twice

SECONDS = 300.0
SHAPE = (16, 16, 8)
FEW = 10


@contextmanager
def _window(home: Path) -> Iterator[tuple[Any, Callable[[Callable[[], bool]], None]]]:
    """An open window whose engine is ready, and a function that runs it until a condition holds."""
    os.environ |= {"MICRODESIGNER_HOME": str(home), "MICRODESIGNER_TEST_STEP_S": "0", "QT_QPA_PLATFORM": "offscreen"}
    from PySide6.QtCore import QCoreApplication, QEvent
    from PySide6.QtWidgets import QApplication

    from microdesigner.app import volume_open
    from microdesigner.app.store.settings import Settings
    from microdesigner.app.workers import end_all
    from microdesigner.gui import application

    volume_open.shipped = lambda name: home / "shipped" / name  # type: ignore[assignment]  # no first result
    stand_in.write_card(home / "models" / stand_in.MODEL, shape=SHAPE)
    app = QApplication.instance() or application.make_application([])
    assert isinstance(app, QApplication)
    window = application.open_window(app, stand_in.FACTORY, Settings(model=stand_in.MODEL))

    def until(condition: Callable[[], bool]) -> None:
        end = time.monotonic() + SECONDS
        while not condition():
            QCoreApplication.processEvents()
            assert time.monotonic() < end, f"waited in vain: {window.error_bar.text.text()}"
            time.sleep(0.001)

    try:
        until(lambda: "ready" in window.device.text())
        yield window, until
    finally:
        window.close()
        window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        app.processEvents()
        end_all()


def window_cycles(folder: Path, count: int) -> Iterator[Reading]:
    """Generate, see that it runs, cancel."""
    with _window(folder) as (window, until):
        window.request_model.set_options(quality="paper")

        def cycle(_: int) -> None:
            window.generate()
            until(lambda: window.targets.run_bar.progress.value() > 0)
            window.targets.run_bar.cancel.click()
            assert window.targets.run_bar.generate.isEnabled()
            until(lambda: not window.generation.running)

        yield from read_twice(count, cycle)


def history(folder: Path, count: int) -> Iterator[Reading]:
    """A window is opened on a history of few films, then on one of many."""
    for number in (FEW, count):
        home = folder / str(number)
        _store_history(home / "history", number)
        yield _start(home, number)


def queue(folder: Path, count: int) -> Iterator[Reading]:
    """A window is opened on a queue of few jobs, then on one of many."""
    for number in (FEW, count):
        home = folder / str(number)
        store = JobStore(home / "history")
        JobQueue(store.save).add([Request(seed=seed, model=stand_in.MODEL) for seed in range(number)])
        store.close()
        yield _start(home, number)


def sweep(folder: Path, count: int) -> Iterator[Reading]:
    """Every step of a sweep is generated, stored and pictured, and its row in the queue tells of it. Read from the half
    on: the strip of the newest 200 films fills before."""
    with _window(folder) as (window, until):
        requests = [
            Request({"vol_frac_D": 0.3 + 0.2 * number / count}, seed=1, model=stand_in.MODEL, steps=1)
            for number in range(count)
        ]
        window.queue.enqueue(requests, "vol_frac_D")
        jobs, stored = window.queue.queue, list[int]()
        window.history.service.added.connect(lambda entry: stored.append(entry.number))

        def step(number: int) -> None:
            until(lambda: not jobs.jobs[number].open and len(stored) > number)  # what waits to be stored is in memory
            assert jobs.jobs[number].samples, jobs.jobs[number].message

        yield from read_twice(count, step, 0.5)


def _start(home: Path, number: int) -> Reading:
    started = time.process_time()
    with _window(home) as (window, until):
        until(
            lambda: (
                window.history.panel.list.count() >= min(number, 1)
                or not (home / "history" / "history.sqlite").exists()
            )
        )
        return Reading.now(number, time.process_time() - started)


def _store_history(folder: Path, count: int) -> None:
    """`count` entries, which share the volume of the first."""
    stored = History(folder)
    request = Request(model=stand_in.MODEL)
    stored.add(request, stand_in.sample(SHAPE, request, 0), b"")
    columns = "made, model, seed, request, measured, volume"
    stored._database.do(
        lambda database: database.execute(
            f"WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) "
            f"INSERT INTO samples (number, {columns}) SELECT i, {columns} FROM n, samples WHERE number = 1"
        )
    )
