"""The event loop goes on whatever the worker processes do."""

import time

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QTimer

from microdesigner.app.workers import Done, Report, Worker, end_all
from tests.app.test_worker import Count, Hang, Sum

MOST = 0.05
TRIES = 8


def test_the_event_loop_goes_on_while_much_is_sent_and_processes_are_restarted(qapp: QCoreApplication) -> None:
    values = np.ones(64 << 20, np.uint8)
    gaps = []
    for _ in range(TRIES):  # other programs take processors too, which the same loop without a worker shows
        gaps.append(_longest_gap(values) - _longest_gap(None))
        if gaps[-1] < MOST:
            return
    raise AssertionError(gaps)


def _longest_gap(values: NDArray[np.uint8] | None) -> float:
    """The longest pause (s) of a timer of 5 ms: while `values` go out and come back, a process hangs, is replaced and
    closed, or for a second without any of it."""
    work = Worker()
    ticks: list[float] = []
    timer = QTimer()
    timer.setInterval(5)
    timer.timeout.connect(lambda: ticks.append(time.perf_counter()))
    _wait(work, work.ask(Count(1)))
    timer.start()
    if values is not None:
        work.ask(Count(50, 0.01))
        _wait(work, work.ask(Sum(values)))
        work.ask(Hang())
        _wait(work)
        work.ask(Sum(values))
        work.restart()
    work.close()
    end = time.perf_counter() + (0.2 if values is not None else 1.0)
    while time.perf_counter() < end:
        QCoreApplication.processEvents()
    timer.stop()
    end_all()
    return float(np.diff(ticks).max())


def _wait(work: Worker, number: int | None = None) -> None:
    """Run the event loop until task `number` has ended, or anything is reported."""
    reports: list[Report] = []
    while not (reports if number is None else (number, Done()) in [(n, e) for n, e in reports if isinstance(e, Done)]):
        QCoreApplication.processEvents()
        reports += work.poll()
