"""Tasks on processes of this machine: lost processes, full memory, failures, and how all of them end."""

import multiprocessing
import os
import signal
import time
from pathlib import Path

import psutil
import pytest

from microdesigner.core.errors import InputError, MicrodesignerError
from microdesigner.data.pool import ProcessPool, Task, in_processes


def children_now() -> set[int | None]:
    return {process.pid for process in multiprocessing.active_children()}


def double(number: int) -> int:
    return 2 * number


def die(journal: Path, times: int) -> int:
    """End this process without a word the first `times` times."""
    with journal.open("a") as file:
        file.write("x")
    if journal.stat().st_size <= times:
        os.kill(os.getpid(), signal.SIGKILL)
    return journal.stat().st_size


def find_memory_full(journal: Path) -> int:
    with journal.open("a") as file:
        file.write("x")
    if journal.stat().st_size == 1:
        raise MemoryError
    return 7


def refuse() -> None:
    raise InputError("no such thing; choose another.")


class _NeedsTwoError(Exception):
    """Cannot be made again from its `args` in another process."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(f"{first} and {second}")


def fail_strangely() -> None:
    raise _NeedsTwoError("one", "two")


def wait_long(journal: Path) -> None:
    journal.write_text(str(os.getpid()))
    time.sleep(600)


def test_results_come_and_processes_are_used_again() -> None:
    with ProcessPool(2) as pool:
        assert sorted(pool.results([(double, number) for number in range(5)])) == [0, 2, 4, 6, 8]
        children = children_now()
        assert list(pool.results([(double, 5)], at_once=1)) == [10]
        assert children_now() == children
    assert not children & children_now()


def test_a_task_is_tried_again_when_its_process_is_lost_or_lacks_memory(tmp_path: Path) -> None:
    with ProcessPool(1) as pool:
        assert list(pool.results([(die, tmp_path / "dead", 2)])) == [3]
        assert list(pool.results([(find_memory_full, tmp_path / "full")])) == [7]
        with pytest.raises(MicrodesignerError, match="again and again at the same task"):
            list(pool.results([(die, tmp_path / "hopeless", 100)]))
    assert (tmp_path / "hopeless").stat().st_size == 3


@pytest.mark.parametrize("workers", [1, 2])
def test_what_a_task_raises_is_raised_here(workers: int) -> None:
    with pytest.raises(InputError, match="no such thing"):
        list(in_processes([(refuse,)], workers))
    with pytest.raises((_NeedsTwoError, RuntimeError), match="one and two"):
        list(in_processes([(fail_strangely,)], workers))


def test_what_is_under_way_ends_with_the_generator(tmp_path: Path) -> None:
    tasks: list[Task] = [(double, 1), (wait_long, tmp_path / "pid")]
    results = in_processes(tasks, 2)
    assert next(results) == 2
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
        time.sleep(0.01)
    results.close()
    assert not psutil.pid_exists(int((tmp_path / "pid").read_text()))


def stand_still(journal: Path) -> int:
    """Stop this process as by a signal from outside, the first time."""
    with journal.open("a") as file:
        file.write("x")
    if journal.stat().st_size == 1:
        os.kill(os.getpid(), signal.SIGSTOP)
    return 7


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="needs a signal that stops a process")
def test_a_task_whose_process_stands_still_is_tried_again(tmp_path: Path) -> None:
    with ProcessPool(1) as pool:
        assert list(pool.results([(stand_still, tmp_path / "journal")])) == [7]
    assert (tmp_path / "journal").stat().st_size == 2
