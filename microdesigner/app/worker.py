"""The engine's process: receives jobs, runs the generator of events, sends them back thinned out.

The engine is imported when the first model is asked for; until then the process costs little.
"""

import contextlib
import importlib
import os
import signal
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, Protocol

from microdesigner.app.messages import Cancelled, EngineEvent, Failed, Ready
from microdesigner.app.tasks import Answer, Task
from microdesigner.core.errors import MicrodesignerError
from microdesigner.core.events import Draft, GenerationEvent, Preview, Progress
from microdesigner.core.request import Request

NICENESS = 10
SECONDS_BETWEEN_UPDATES = 0.1


class EngineLike(Protocol):
    """What a worker needs of an engine."""

    def generate(self, request: Any) -> Iterator[GenerationEvent | Answer]:
        """Events of one request; closing the iterator cancels it."""
        ...

    def draft(self, request: Any) -> Draft:
        """A quick look at what a request makes."""
        ...


@dataclass(frozen=True)
class Job:
    """A request, or a task that needs no model, with its number; without either it only loads the model in `bundle`.

    `draft`: a quick look at what the request makes is enough.
    """

    number: int
    model: str
    bundle: str
    request: Request | Task | None
    draft: bool = False


def serve(connection: Connection, cancelled_up_to: Any, factory_path: str) -> None:
    """Run jobs from `connection` until it closes; jobs up to number `cancelled_up_to` stop at their next event."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    engines: dict[str, EngineLike] = {}
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while (job := connection.recv()) is not None:
            _run(job, connection, lambda number: number <= cancelled_up_to.value, factory_path, engines)


def _run(
    job: Job,
    connection: Connection,
    is_cancelled: Callable[[int], bool],
    factory_path: str,
    engines: dict[str, EngineLike],
) -> None:
    def send(event: EngineEvent) -> None:
        connection.send((job.number, event))

    if is_cancelled(job.number):
        return send(Cancelled())
    try:
        engine = _engine(job.bundle, factory_path, engines)
        send(Ready(job.model, str(getattr(engine, "device", "cpu"))))
        if job.request is not None and job.draft:
            send(engine.draft(job.request))
        elif job.request is not None:
            _generate(engine, job.request, send, lambda: is_cancelled(job.number))
    except OSError as error:
        if isinstance(error, BrokenPipeError | ConnectionResetError):
            raise
        send(_failure(error))
    except Exception as error:  # noqa: BLE001 - whatever it is, it is reported
        send(_failure(error))
    return None


def _generate(
    engine: EngineLike, request: Request | Task, send: Callable[[EngineEvent], None], is_cancelled: Callable[[], bool]
) -> None:
    events = engine.generate(request)
    throttle = Throttle()
    try:
        for event in events:
            if is_cancelled():
                return send(Cancelled())
            if throttle.passes(event, time.monotonic()):
                send(event)
    finally:
        if hasattr(events, "close"):
            events.close()
    return None


class Throttle:
    """Lets ten updates of a kind through per second, and every result."""

    def __init__(self) -> None:
        self._last: dict[object, float] = {}

    def passes(self, event: GenerationEvent | Answer, now: float) -> bool:
        """Whether `event` at time `now` (s) is worth sending; a stage's last step always is."""
        if not isinstance(event, Progress | Preview):
            return True
        kind = (type(event), event.stage if isinstance(event, Progress) else "")
        last_step = isinstance(event, Progress) and event.done >= event.total
        if not last_step and now - self._last.get(kind, -1.0) < SECONDS_BETWEEN_UPDATES:
            return False
        self._last[kind] = now
        return True


def _engine(bundle: str, factory_path: str, engines: dict[str, EngineLike]) -> EngineLike:
    if bundle not in engines:
        engines.clear()
        module, _, name = factory_path.partition(":")
        engines[bundle] = getattr(importlib.import_module(module), name).load(bundle)
    return engines[bundle]


def _failure(error: Exception) -> Failed:
    details = traceback.format_exc()
    if isinstance(error, MicrodesignerError):
        return Failed(str(error), details)
    reason = " ".join(str(error).split())[:200] or type(error).__name__
    return Failed(f"The work stopped unexpectedly ({reason}).", details)
