"""Tasks on processes of this machine, which talk through private pipes; a lost process costs its task one more try."""

import os
import signal
import threading
import traceback
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from multiprocessing.reduction import ForkingPickler
from typing import Any, Self

from microdesigner.core.errors import MicrodesignerError
from microdesigner.core.processes import SECONDS_BETWEEN_LOOKS, StopWatch

Task = tuple[Callable[..., Any], *tuple[Any, ...]]
"""A module-level function and its arguments."""
RETRIES = 2
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")


@dataclass
class _Attempt:
    task: Task
    failures: int = 0


class ProcessPool:
    """At most `workers` processes of one thread each, started when there is work for them; use as a context.

    They end with the context or with this process, whatever they are at. Nobody else can reach them: tasks and results
    travel through pipes that only parent and child hold.
    """

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._idle: list[_Worker] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *ending: object) -> None:
        for worker in self._idle:
            worker.end()

    def results(self, tasks: Iterable[Task], at_once: int | None = None) -> Generator[Any]:
        """The tasks' results as they come, in any order.

        No more tasks are under way than processes, or `at_once`: `tasks` is read as they end, so who ends it or closes
        the generator begins no more, and those under way end at once. A task whose process is lost or stands still, or
        finds too little memory, is tried again. Raises what a task raises, and MicrodesignerError when processes are
        lost at the same task again and again.
        """
        waiting, again = iter(tasks), deque[_Attempt]()
        busy: dict[Connection, tuple[_Worker, _Attempt]] = {}
        most = min(at_once or self._workers, self._workers)
        watch = StopWatch()
        try:
            while True:
                while len(busy) < most and (attempt := _next(again, waiting)) is not None:
                    worker = self._idle.pop() if self._idle else _Worker()
                    worker.begin(attempt.task)
                    busy[worker.connection] = (worker, attempt)
                if not busy:
                    return
                standing = watch.standing(worker.pid for worker, _ in busy.values())
                for worker, _ in busy.values():
                    if worker.pid in standing:
                        worker.kill()  # and so lost
                for ready in wait([*busy], SECONDS_BETWEEN_LOOKS):
                    worker, attempt = busy.pop(ready)  # type: ignore[call-overload]
                    outcome = worker.outcome()
                    if isinstance(outcome, _Lost):
                        worker.end()
                    else:
                        self._idle.append(worker)
                    if isinstance(outcome, _Result):
                        yield outcome.value
                    else:
                        again.append(_once_more(attempt, outcome))
        finally:
            for worker, _ in busy.values():
                worker.end()


def in_processes(tasks: list[Task], workers: int) -> Generator[Any]:
    """Results of `tasks` as they come from `workers` processes; one worker works in this process.

    Closing the generator ends what is under way. Raises what `ProcessPool.results` raises.
    """
    if workers == 1:
        for work, *arguments in tasks:
            yield work(*arguments)
        return
    with ProcessPool(workers) as pool:
        yield from pool.results(tasks)


@dataclass(frozen=True)
class _Result:
    value: Any


@dataclass(frozen=True)
class _Failure:
    error: Exception


class _Lost:
    """The process ended before it answered."""


class _Worker:
    """A process and this process's end of the pipe to it."""

    def __init__(self) -> None:
        context = get_context("spawn")
        self.connection, theirs = context.Pipe()
        self._process: SpawnProcess = context.Process(
            target=_serve, args=(theirs,), name="microdesigner-task", daemon=True
        )
        before = {name: os.environ.get(name) for name in ONE_THREAD}
        os.environ.update(ONE_THREAD)  # libraries read them while they load in the new process
        try:
            self._process.start()
        finally:
            for name, value in before.items():
                os.environ.pop(name) if value is None else os.environ.update({name: value})
        theirs.close()

    @property
    def pid(self) -> int | None:
        return self._process.pid

    def begin(self, task: Task) -> None:
        with suppress(BrokenPipeError):  # a lost process is noticed when its outcome is asked for
            self.connection.send(task)

    def outcome(self) -> _Result | _Failure | _Lost:
        try:
            outcome: _Result | _Failure = self.connection.recv()
        except (EOFError, OSError):
            return _Lost()
        return outcome

    def kill(self) -> None:
        self._process.kill()

    def end(self) -> None:
        self.kill()
        self._process.join()
        self.connection.close()


def _next(again: deque[_Attempt], waiting: Iterator[Task]) -> _Attempt | None:
    if again:
        return again.popleft()
    task = next(waiting, None)
    return None if task is None else _Attempt(task)


def _once_more(attempt: _Attempt, outcome: _Failure | _Lost) -> _Attempt:
    """The next attempt; raises where there is to be none."""
    if isinstance(outcome, _Failure) and not _memory_was_full(outcome.error):
        raise outcome.error
    if attempt.failures == RETRIES:
        raise MicrodesignerError(
            "Worker processes died again and again at the same task, perhaps for lack of memory; use fewer workers."
        )
    return _Attempt(attempt.task, attempt.failures + 1)


def _memory_was_full(error: Exception) -> bool:
    import torch

    return isinstance(error, MemoryError | torch.OutOfMemoryError)


def _serve(connection: Connection) -> None:
    """Work off what comes through `connection` until its other end closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches the whole group; the parent decides what ends
    threading.Thread(target=_end_with_parent, daemon=True).start()
    import torch

    torch.set_num_threads(1)
    with suppress(EOFError, BrokenPipeError):
        while True:
            work, *arguments = connection.recv()
            connection.send_bytes(_packed_outcome(work, arguments))


def _packed_outcome(work: Callable[..., Any], arguments: list[Any]) -> Any:
    try:
        return ForkingPickler.dumps(_Result(work(*arguments)))
    except Exception as error:  # noqa: BLE001 - whatever it is, it is reported
        error.add_note(traceback.format_exc())
        try:
            packed = ForkingPickler.dumps(_Failure(error))
            ForkingPickler.loads(packed)
        except Exception:  # noqa: BLE001 - an exception of a library may not survive the journey
            packed = ForkingPickler.dumps(_Failure(RuntimeError(f"{type(error).__name__}: {error}")))
        return packed


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
