"""One worker process with the threads that start it, feed it, read it and see that it ends."""

import atexit
import contextlib
import multiprocessing
import queue
import tempfile
import threading
from collections import deque
from collections.abc import Callable
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Union

import psutil

from microdesigner.app.workers.messages import ENDS, Failed, Report, Task
from microdesigner.app.workers.process import CANCEL, SECONDS_TO_END, end_children, serve
from microdesigner.app.workers.transport import receive, send
from microdesigner.io.mapped_arrays import PREFIX

Message = Union[Report, "Link"]
"""A report, or the link whose process has ended."""
_links: set["Link"] = set()
_links_lock = threading.Lock()


class Link:
    """A process that takes tasks from `waiting`, one at a time, while `state` guards both; reports go to `inbox`.

    Attributes
    ----------
    current : int or None
        Number of the task that runs.
    cancelled : bool
        Whether that task is to end.
    connected : bool
        Whether the process has come up.
    exit_code : int or None
        Of the process, when it has ended.
    fate : str
        Why there is no process any more, for the details of a message.
    """

    def __init__(
        self, state: threading.Condition, waiting: deque[tuple[int, Task]], inbox: "queue.SimpleQueue[Message]"
    ) -> None:
        self._state, self._waiting, self._inbox = state, waiting, inbox
        self.current: int | None = None
        self.cancelled = self.connected = False
        self.exit_code: int | None = None
        self.pid: int | None = None
        self.fate = ""
        self._ending = self._over = self._cancel_sent = False
        self._begun, self._ended = threading.Event(), threading.Event()
        self._folder: tempfile.TemporaryDirectory[str] | None = None  # of the process, for temporary files
        with _links_lock:
            _links.add(self)
        try:
            _thread(self._run, "worker-feeder")
        except RuntimeError as error:
            self._give_up(error)

    def cancel(self) -> bool:
        """Ask the running task to end; whether it had not been asked before. Call it with `state` held."""
        if self.current is None or self.cancelled:
            return False
        self.cancelled = True
        self._state.notify_all()
        return True

    def end(self, seconds: float) -> None:
        """Ask the process to end, and kill it with all that it started when it still lives after `seconds`."""
        with self._state:
            self._ending = True
            self._state.notify_all()
        try:
            _thread(lambda: self._end_by_force(seconds), "worker-end")
        except RuntimeError:  # no thread is left that could wait
            _kill(self.pid)

    def wait_ended(self, seconds: float) -> bool:
        """Wait until process and threads have ended; whether they have."""
        return self._ended.wait(seconds)

    def _run(self) -> None:
        try:
            process, connection = self._started()
            reader = _thread(lambda: self._read(process, connection), "worker-reader")
        except (OSError, RuntimeError, MemoryError) as error:
            self._give_up(error)
            return
        finally:
            self._begun.set()
        with contextlib.suppress(OSError):  # the reader notices that the process has ended
            while self._feed(connection):
                pass
            send(connection, None)
        reader.join()
        self._bury()

    def _give_up(self, error: Exception) -> None:
        """The system has no processes, threads, files or memory left."""
        self.fate = f"The process could not be started: {error}."
        self._begun.set()
        _kill(self.pid)
        self._bury()

    def _started(self) -> tuple[SpawnProcess, Connection]:
        self._folder = tempfile.TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True)
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=serve, args=(theirs, self._folder.name), name="microdesigner-worker")
        try:
            process.start()
        except (OSError, MemoryError):
            ours.close()
            raise
        finally:
            theirs.close()
        self.pid = process.pid
        return process, ours

    def _feed(self, connection: Connection) -> bool:
        """Send what is next; False when nothing will be any more."""
        with self._state:
            self._state.wait_for(self._something_to_do)
            if self._over or self._ending:
                return False
            if self.current is None:
                number, task = self._waiting.popleft()
                self.current, self.cancelled, self._cancel_sent = number, False, False
            else:
                task, self._cancel_sent = None, True
        if task is None:
            send(connection, CANCEL)
        else:
            self._send_task(connection, number, task)
        return True

    def _send_task(self, connection: Connection, number: int, task: Task) -> None:
        try:
            send(connection, (number, task))
        except OSError:
            raise
        except Exception as error:  # noqa: BLE001 - what cannot be pickled raises errors of its own
            self._take((number, Failed(f"The work cannot be sent to its process ({error}).")))

    def _something_to_do(self) -> bool:
        if self.current is None:
            return self._over or self._ending or bool(self._waiting)
        return self._over or self._ending or (self.cancelled and not self._cancel_sent)

    def _read(self, process: SpawnProcess, connection: Connection) -> None:
        with contextlib.suppress(Exception):  # a message cut short when the process ended
            while connection in wait([connection, process.sentinel]):
                message = receive(connection)
                self.connected = True
                if message is not None:
                    self._take(message)
        if not wait([process.sentinel], SECONDS_TO_END):
            _kill(self.pid)
        process.join()
        connection.close()
        self.exit_code = process.exitcode
        self.fate = f"Exit code {self.exit_code}."
        with self._state:
            self._over = True
            self._state.notify_all()

    def _take(self, report: Report) -> None:
        self._inbox.put(report)
        if isinstance(report[1], ENDS):
            with self._state:
                self.current, self.cancelled = None, False
                self._state.notify_all()

    def _end_by_force(self, seconds: float) -> None:
        if not self._ended.wait(seconds):
            self._begun.wait()
            if self.exit_code is None:
                _kill(self.pid)

    def _bury(self) -> None:
        if self._folder is not None:
            self._folder.cleanup()
        self._ended.set()
        with _links_lock:
            _links.discard(self)
        self._inbox.put(self)


def end_all() -> None:
    """End every worker process of this program and wait until they are gone."""
    with _links_lock:
        links = list(_links)
    for link in links:
        link.end(SECONDS_TO_END)
    for link in links:
        link.wait_ended(2 * SECONDS_TO_END)


atexit.register(end_all)


def _thread(target: Callable[[], None], name: str) -> threading.Thread:
    thread = threading.Thread(target=target, name=name, daemon=True)
    thread.start()
    return thread


def _kill(pid: int | None) -> None:
    with contextlib.suppress(psutil.Error):
        if pid is not None:
            process = psutil.Process(pid)
            end_children(process)
            process.kill()
