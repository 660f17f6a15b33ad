"""Work of minutes beside the window: a generator of events in a process of its own, which ends with the window."""

import contextlib
import importlib
import multiprocessing
import os
import queue
import signal
import threading
import traceback
from collections.abc import Generator
from multiprocessing.connection import Connection, wait
from typing import Any

from microdesigner.app.messages import Cancelled, Failed
from microdesigner.app.worker import NICENESS
from microdesigner.core.errors import MicrodesignerError

SECONDS_TO_CLOSE = 2.0
REMEDY = "try again, with less at a time if memory is short"


class Done:
    """The work ended well."""


class BackgroundWork:
    """Runs `function`, named "module:function", which yields events. `poll` brings them, and at last Done, Failed or
    Cancelled. The function and its arguments are imported and unpickled in the process alone.

    Nothing waits for the process but a thread: arguments travel when it is ready for them, and the last event is told
    when it has ended, so that `close` returns at once then.
    """

    def __init__(self, function: str, *arguments: Any) -> None:
        context = multiprocessing.get_context("spawn")
        self._cancel = context.Event()
        self._events: queue.SimpleQueue[Any] = queue.SimpleQueue()
        ours, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, self._cancel), name="microdesigner-work")
        self._process.start()
        theirs.close()
        self._connection = ours
        self._reader = threading.Thread(
            target=self._read, args=((function, arguments),), name="work-reader", daemon=True
        )
        self._reader.start()

    def cancel(self) -> None:
        """Close the generator at its next event."""
        self._cancel.set()

    def poll(self) -> list[Any]:
        """Events since the last call."""
        events = []
        with contextlib.suppress(queue.Empty):
            while True:
                events.append(self._events.get_nowait())
        return events

    def close(self) -> None:
        """End the process, by force when it does not answer soon."""
        self.cancel()
        self._process.join(SECONDS_TO_CLOSE)
        if self._process.is_alive():
            self._process.terminate()
            self._process.join(SECONDS_TO_CLOSE)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._reader.join()
        self._connection.close()
        self._process.close()

    def _read(self, order: tuple[str, tuple[Any, ...]]) -> None:
        last: Any = None
        with contextlib.suppress(EOFError, OSError):
            self._connection.send(order)
            while not isinstance(last := self._connection.recv(), Done | Failed | Cancelled):
                self._events.put(last)
        wait([self._process.sentinel])
        ended = isinstance(last, Done | Failed | Cancelled)
        self._events.put(last if ended else Failed(f"The work ended unexpectedly; {REMEDY}."))


def _serve(connection: Connection, cancel: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    with contextlib.suppress(BrokenPipeError, EOFError):
        connection.send(_outcome(connection, cancel, *connection.recv()))


def _outcome(connection: Connection, cancel: Any, function: str, arguments: tuple[Any, ...]) -> Any:
    module, _, name = function.partition(":")
    try:
        with contextlib.closing(_events(module, name, arguments)) as events:
            for event in events:
                connection.send(event)
                if cancel.is_set():
                    return Cancelled()
    except BrokenPipeError:
        raise
    except MicrodesignerError as error:
        return Failed(str(error), traceback.format_exc())
    except OSError as error:
        return Failed(f"{error.strerror or error}; free some space or choose another place.", traceback.format_exc())
    except Exception as error:  # noqa: BLE001 - whatever it is, it is reported
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        return Failed(f"The work stopped unexpectedly ({reason}).", traceback.format_exc())
    return Done()


def _events(module: str, name: str, arguments: tuple[Any, ...]) -> Generator[Any]:
    yield from getattr(importlib.import_module(module), name)(*arguments)
