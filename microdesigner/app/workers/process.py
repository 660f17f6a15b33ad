"""The worker process: receives tasks, runs their generators of events, sends the events back at a limited rate."""

import contextlib
import os
import queue
import shutil
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

import psutil

from microdesigner.app.workers.messages import Cancelled, Done, Failed, Task, WorkerEvent
from microdesigner.app.workers.transport import receive, send
from microdesigner.core.errors import MicrodesignerError
from microdesigner.core.events import Preview, Progress
from microdesigner.core.shortages import shortage_of

NICENESS = 10
SECONDS_BETWEEN_UPDATES = 0.1
SECONDS_TO_END = 2.0
CANCEL = "cancel"


def serve(connection: Connection, folder: str) -> None:
    """Run the tasks that come through `connection`, until None comes or the other side has ended; temporary files lie
    in `folder`, which goes with the process."""
    tempfile.tempdir = folder
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    lower_priority()
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # idle threads leave the processors to the window
    send(connection, None)  # this process is up
    inbox = _Inbox(connection)
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        while (numbered := inbox.tasks.get()) is not None:
            number, task = numbered
            _run(task, partial(_send_report, connection, number), inbox.is_cancelled)


def _send_report(connection: Connection, number: int, event: WorkerEvent) -> None:
    send(connection, (number, event))


def lower_priority(pid: int | None = None) -> None:
    """Let the window and other programs have the processors before the process `pid` (this one)."""
    with contextlib.suppress(psutil.Error, OSError):
        psutil.Process(pid).nice(psutil.BELOW_NORMAL_PRIORITY_CLASS if sys.platform == "win32" else NICENESS)


class _Inbox:
    """Reads the pipe in a thread, so that a running task learns that it is cancelled."""

    def __init__(self, connection: Connection) -> None:
        self.tasks: queue.SimpleQueue[tuple[int, Task] | None] = queue.SimpleQueue()
        self._cancelled = threading.Event()
        self._connection = connection
        threading.Thread(target=self._receive, name="inbox", daemon=True).start()

    def is_cancelled(self) -> bool:
        """Whether the running task is to end."""
        return self._cancelled.is_set()

    def _receive(self) -> None:
        with contextlib.suppress(EOFError, OSError):
            while (message := receive(self._connection)) is not None:
                if message == CANCEL:
                    self._cancelled.set()
                else:
                    self._cancelled.clear()
                    self.tasks.put(message)
        self._cancelled.set()
        self.tasks.put(None)
        time.sleep(SECONDS_TO_END)  # the process has ended by itself by then, or else its window is gone
        end_children()
        shutil.rmtree(tempfile.gettempdir(), ignore_errors=True)  # whoever made it may have been killed
        os._exit(1)


def end_children(process: psutil.Process | None = None) -> None:
    """Kill all processes that `process` (this one) has started."""
    with contextlib.suppress(psutil.Error):
        for child in (process or psutil.Process()).children(recursive=True):
            with contextlib.suppress(psutil.Error):
                child.kill()


def _run(task: Task, report: Callable[[WorkerEvent], None], is_cancelled: Callable[[], bool]) -> None:
    """Run one task; its last event is Done, Failed or Cancelled."""
    try:
        end: WorkerEvent = _events(task, report, is_cancelled)
    except (BrokenPipeError, ConnectionResetError):
        raise
    except MicrodesignerError as error:
        end = Failed(str(error), traceback.format_exc())
    except Exception as error:  # noqa: BLE001 - whatever it is, it is reported
        end = Failed(_sentence(error), traceback.format_exc())
    report(end)


def _events(task: Task, report: Callable[[WorkerEvent], None], is_cancelled: Callable[[], bool]) -> Done | Cancelled:
    if is_cancelled():
        return Cancelled()
    throttle = Throttle()
    events = task.events()
    try:
        for event in events:
            if is_cancelled():
                return Cancelled()
            if throttle.passes(event, time.monotonic()):
                report(event)
    finally:
        if hasattr(events, "close"):
            events.close()
    return Done()


class Throttle:
    """Lets ten updates of a kind through per second, and every result."""

    def __init__(self) -> None:
        self._last: dict[object, float] = {}

    def passes(self, event: Any, now: float) -> bool:
        """Whether `event` at time `now` (s) is sent; a stage's last step always is."""
        if not isinstance(event, Progress | Preview):
            return True
        kind = (type(event), event.stage if isinstance(event, Progress) else "")
        last_step = isinstance(event, Progress) and event.done >= event.total
        if not last_step and now - self._last.get(kind, -1.0) < SECONDS_BETWEEN_UPDATES:
            return False
        self._last[kind] = now
        return True


def _sentence(error: Exception) -> str:
    if shortage := shortage_of(error):
        return str(shortage)
    reason = " ".join(str(error).split())[:200] or type(error).__name__
    return f"The work stopped unexpectedly ({reason})."
