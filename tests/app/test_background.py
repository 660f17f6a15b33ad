"""Work in a process of its own: told as it goes, stopped when asked, never waited for."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from microdesigner.app.background import BackgroundWork, Done
from microdesigner.app.messages import Cancelled, Failed
from microdesigner.core.errors import InputError

ENDS = (Done, Failed, Cancelled)
MUCH = 4 << 20  # more than a pipe holds


class _Gate:
    """Cannot be unpickled before its file exists."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[Any, tuple[Path]]:
        return _wait_for, (self._path,)


def _wait_for(path: Path) -> Path:
    while not path.exists():
        time.sleep(0.01)
    return path


def count(upto: int) -> Iterator[int]:
    yield from range(upto)


def refuse() -> Iterator[int]:
    yield 1
    raise InputError("That is no number; give one.")


def measure(gate: object, payload: bytes) -> Iterator[int]:
    yield len(payload)


def _events(work: BackgroundWork) -> list[Any]:
    events: list[Any] = []
    end = time.monotonic() + 60
    while not (events and isinstance(events[-1], ENDS)):
        assert time.monotonic() < end, "waited in vain"
        events += work.poll()
        time.sleep(0.005)
    return events


def _work(function: str, *arguments: Any) -> BackgroundWork:
    return BackgroundWork(f"{__name__}:{function}", *arguments)


def test_events_arrive_in_order_and_the_process_is_gone_with_the_last() -> None:
    work = _work("count", 3)
    events = _events(work)
    assert events[:3] == [0, 1, 2]
    assert isinstance(events[3], Done)
    assert not work._process.is_alive()
    work.close()


def test_a_refusal_is_its_sentence() -> None:
    work = _work("refuse")
    *_, end = _events(work)
    assert isinstance(end, Failed)
    assert end.message == "That is no number; give one."
    work.close()


def test_cancelling_ends_the_work() -> None:
    work = _work("count", 10**9)
    work.cancel()
    *_, end = _events(work)
    assert isinstance(end, Cancelled)
    work.close()


def test_starting_does_not_wait_until_the_process_takes_its_arguments(tmp_path: Path) -> None:
    work = _work("measure", _Gate(tmp_path / "open"), bytes(MUCH))
    (tmp_path / "open").touch()  # would never be reached if it did
    assert _events(work)[0] == MUCH
    work.close()


def test_a_process_that_dies_is_told() -> None:
    work = _work("count", 10**9)
    while not work.poll():
        time.sleep(0.01)
    work._process.kill()
    *_, end = _events(work)
    assert isinstance(end, Failed)
    work.close()
