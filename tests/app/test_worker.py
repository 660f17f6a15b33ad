"""One worker for all background work: events back, cancelled, restarted, never waited for."""

import os
import signal
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from numpy.typing import NDArray

from microdesigner.app.workers import Answer, Cancelled, Done, Failed, Report, Worker, end_all, worker
from microdesigner.app.workers.messages import ENDS
from microdesigner.app.workers.process import NICENESS, Throttle
from microdesigner.core.errors import InputError
from microdesigner.core.events import Progress

stoppable = pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="needs a signal that stops a process")


@dataclass(frozen=True)
class Count:
    """Yields numbers, `seconds` apart."""

    upto: int
    seconds: float = 0.0

    def events(self) -> Iterator[int]:
        for number in range(self.upto):
            yield number
            time.sleep(self.seconds)


@dataclass(frozen=True)
class Refuse:
    """Cannot be done."""

    def events(self) -> Iterator[int]:
        yield 1
        raise InputError("That is no number; give one.")


@dataclass(frozen=True)
class Raise:
    """Ends with an error of its own."""

    error: Exception

    def events(self) -> Iterator[int]:
        raise self.error
        yield 1


@dataclass(frozen=True)
class Leave:
    """Ends its process."""

    def events(self) -> Iterator[int]:
        yield os.getpid()
        os._exit(3)


@dataclass(frozen=True)
class Hang:
    """Yields its process's number, then nothing more for a long time."""

    def events(self) -> Iterator[int]:
        yield os.getpid()
        time.sleep(600)


@dataclass(frozen=True)
class Sum:
    """Answers with the array and its sum."""

    values: NDArray[np.uint8]

    def events(self) -> Iterator[Answer]:
        yield Answer((self.values, int(self.values.sum(dtype=np.int64))))


@dataclass(frozen=True)
class WriteAtEnd:
    """Writes a file when it is closed."""

    path: Path

    def events(self) -> Iterator[int]:
        try:
            while True:
                yield os.getpid()
                time.sleep(0.01)
        finally:
            self.path.touch()


@dataclass(frozen=True)
class StartChild:
    """Yields the number of a process that it started."""

    def events(self) -> Iterator[int]:
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        yield child.pid
        time.sleep(600)


SEEN: weakref.WeakKeyDictionary[Worker, list[Report]] = weakref.WeakKeyDictionary()


def collect(work: Worker, enough: Callable[[list[Report]], bool]) -> list[Report]:
    reports = SEEN.setdefault(work, [])
    end = time.monotonic() + 120
    while not enough(reports):
        assert time.monotonic() < end, reports
        reports += work.poll()
        time.sleep(0.005)
    return reports


def end_of(work: Worker, number: int) -> list[Any]:
    """Events of one task, the last one its end."""
    reports = collect(work, lambda reports: any(n == number and isinstance(event, ENDS) for n, event in reports))
    return [event for n, event in reports if n == number]


def first_of(work: Worker, number: int) -> Any:
    """The first event of a task."""
    return next(
        event for n, event in collect(work, lambda reports: any(n == number for n, _ in reports)) if n == number
    )


def is_gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_events_arrive_in_order_and_one_process_does_all(work: Worker) -> None:
    first, second = work.ask(Count(3)), work.ask(Count(2))
    assert work.busy
    reports = collect(work, lambda reports: sum(isinstance(event, Done) for _, event in reports) == 2)
    assert reports == [*((first, n) for n in range(3)), (first, Done()), (second, 0), (second, 1), (second, Done())]
    assert not work.busy
    pid = work.pid
    assert pid is not None
    end_of(work, work.ask(Count(1)))
    assert work.pid == pid


def test_a_process_has_lower_priority(work: Worker) -> None:
    assert end_of(work, work.ask(Count(1)))
    assert work.pid is not None
    assert psutil.Process(work.pid).nice() == (
        NICENESS if sys.platform != "win32" else psutil.BELOW_NORMAL_PRIORITY_CLASS
    )


def test_a_refusal_is_its_sentence_and_the_next_task_is_done(work: Worker) -> None:
    refused, next_one = work.ask(Refuse()), work.ask(Count(1))
    *_, end = end_of(work, refused)
    assert isinstance(end, Failed)
    assert (end.message, end.fatal) == ("That is no number; give one.", False)
    assert "InputError" in end.details
    assert end_of(work, next_one) == [0, Done()]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (MemoryError(), "not enough memory"),
        (OSError(28, "No space left on device"), "No space left on device; free some space"),
        (RuntimeError("a\nb"), "unexpectedly (a b)"),
        (ValueError("x" * 5000), "unexpectedly (xxx"),
    ],
)
def test_every_error_is_one_sentence(work: Worker, error: Exception, words: str) -> None:
    (end,) = end_of(work, work.ask(Raise(error)))
    assert isinstance(end, Failed)
    assert words in end.message
    assert len(end.message) < 300
    assert "\n" not in end.message


def test_what_cannot_be_pickled_is_refused_and_the_next_task_is_done(work: Worker) -> None:
    (end,) = end_of(work, work.ask(Sum(lambda: None)))  # type: ignore[arg-type]
    assert isinstance(end, Failed)
    assert end_of(work, work.ask(Count(1))) == [0, Done()]


def test_cancel_stops_what_runs_and_what_waits_but_not_what_follows(work: Worker) -> None:
    running, waiting = work.ask(Count(10**6, 0.01)), work.ask(Count(1))
    first_of(work, running)
    work.cancel()
    work.cancel()
    following = work.ask(Count(1))
    reports = collect(work, lambda reports: (following, Done()) in reports)
    assert (running, Cancelled()) in reports
    assert [event for number, event in reports if number == waiting] == [Cancelled()]


def test_a_cancelled_generator_is_closed(work: Worker, tmp_path: Path) -> None:
    number = work.ask(WriteAtEnd(tmp_path / "closed"))
    first_of(work, number)
    work.cancel()
    assert end_of(work, number)[-1] == Cancelled()
    assert (tmp_path / "closed").exists()


def test_arrays_go_and_come_back_whole_and_can_be_written(work: Worker) -> None:
    values = np.random.default_rng(0).integers(0, 255, (300, 100, 111), dtype=np.uint8)
    (answer, _) = end_of(work, work.ask(Sum(values)))
    back, total = answer.value
    np.testing.assert_array_equal(back, values)
    assert total == values.sum(dtype=np.int64)
    assert back.flags.writeable


def test_a_crash_is_one_sentence_and_waiting_tasks_go_to_the_next_process(work: Worker) -> None:
    crashing, waiting = work.ask(Leave()), work.ask(Count(1))
    pid, end = end_of(work, crashing)
    assert isinstance(end, Failed)
    assert end.fatal
    assert end.message.startswith("The engine stopped unexpectedly")
    assert "Exit code 3" in end.details
    assert end_of(work, waiting) == [0, Done()]
    assert work.pid not in (None, pid)


def test_a_killed_process_is_told_and_the_next_task_is_done(work: Worker) -> None:
    number = work.ask(Hang())
    pid = first_of(work, number)
    os.kill(pid, signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    _, end = end_of(work, number)
    assert isinstance(end, Failed)
    assert "ended by the system" in end.message or sys.platform == "win32"
    assert end_of(work, work.ask(Count(1))) == [0, Done()]


@stoppable
def test_a_process_that_is_stopped_is_replaced_and_told(work: Worker) -> None:
    number = work.ask(Hang())
    pid = first_of(work, number)
    os.kill(pid, signal.SIGSTOP)
    _, end = end_of(work, number)
    assert isinstance(end, Failed)
    assert "stood still" in end.message
    assert end_of(work, work.ask(Count(1))) == [0, Done()]
    assert is_gone(pid)


def test_a_task_that_does_not_obey_is_ended_when_another_one_waits(
    work: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "SECONDS_TO_CANCEL", 0.2)
    hanging = work.ask(Hang())
    first_of(work, hanging)
    work.cancel()
    assert end_of(work, work.ask(Count(1))) == [0, Done()]
    assert (hanging, Cancelled()) in SEEN[work]


def test_a_restart_tells_of_the_running_task_and_keeps_those_that_wait(work: Worker) -> None:
    hanging, waiting = work.ask(Hang()), work.ask(Count(1))
    pid = first_of(work, hanging)
    work.restart()
    reports = collect(work, lambda reports: (waiting, Done()) in reports)
    assert (hanging, Cancelled()) in reports
    assert work.pid != pid


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="needs a signal that stops a process")
def test_close_asks_then_kills_with_all_children_and_never_waits(work: Worker, tmp_path: Path) -> None:
    pid = first_of(work, work.ask(WriteAtEnd(tmp_path / "closed")))
    work.close()
    end_all()
    assert is_gone(pid)
    assert (tmp_path / "closed").exists()
    child = first_of(work, work.ask(StartChild()))
    pid = work.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    work.close()
    end_all()
    assert is_gone(pid)
    assert is_gone(child)


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
def test_a_process_that_cannot_be_started_is_told_and_tried_again(work: Worker) -> None:
    resource = pytest.importorskip("resource")
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    free = os.open(os.devnull, os.O_RDONLY)
    os.close(free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free + 1, limits[1]))
    try:
        (failed,) = end_of(work, work.ask(Count(1)))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert isinstance(failed, Failed)
    assert failed.message.startswith("The engine could not be started")
    assert "Too many open files" in failed.details
    assert end_of(work, work.ask(Count(1))) == [0, Done()]


def test_without_a_thread_left_work_is_refused_and_a_process_still_ended(
    work: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none_left(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as system:
        system.setattr(threading.Thread, "start", none_left)
        (failed,) = end_of(work, work.ask(Count(1)))
    assert isinstance(failed, Failed)
    assert failed.message.startswith("The engine could not be started")
    pid = first_of(work, work.ask(Hang()))
    with monkeypatch.context() as system:
        system.setattr(threading.Thread, "start", none_left)
        work.close()
    end_all()
    assert is_gone(pid)


PROGRAM = """
import time
from microdesigner.app.workers import Worker
from tests.app.test_worker import Hang
if __name__ == "__main__":
    work = Worker()
    work.ask(Hang())
    while not (reports := work.poll()):
        time.sleep(0.01)
    print(reports[0][1], flush=True)
    {ending}
"""


@pytest.mark.parametrize("ending", ["pass", "raise SystemExit(1)", "import os; os.kill(os.getpid(), 9)"])
def test_nothing_is_left_when_the_program_ends(tmp_path: Path, ending: str) -> None:
    script = tmp_path / "program.py"
    script.write_text(PROGRAM.format(ending=ending), encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[2]), *sys.path])}
    done = subprocess.run(
        [sys.executable, str(script)], stdout=subprocess.PIPE, text=True, env=environment, check=False
    )
    end = time.monotonic() + 30
    while not is_gone(int(done.stdout)):
        assert time.monotonic() < end, "a process was left"
        time.sleep(0.05)


def test_ten_updates_a_second_and_every_last_step() -> None:
    throttle = Throttle()
    passed = [throttle.passes(Progress("denoise", n, 1000), n / 1000) for n in range(1001)]
    assert 9 <= sum(passed) <= 12
    assert passed[-1]
    assert throttle.passes(Progress("decode", 0, 2), 1.0)
