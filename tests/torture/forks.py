"""Work in a copy of this process that is killed at a chosen operation on files, or after a chosen time.

A copy (fork) has every library loaded, so that hundreds of kills take a minute. Only for processes of one thread.
"""

import contextlib
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from microdesigner.core import paths
from microdesigner.core.errors import MicrodesignerError
from microdesigner.core.shortages import shortage_of

OPERATIONS = frozenset(
    ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "os.truncate", "sqlite3.connect",
     "tempfile.mkstemp", "shutil.rmtree", "fcntl.flock")
)  # fmt: skip
"""Audit events at which a copy can be killed."""
SECONDS = 300.0
Done = Callable[[], None]
Work = Callable[[Done], object]


@dataclass(frozen=True)
class Ending:
    """How a copy ended: its exit code (None where it was killed), what it wrote to standard error, how often it said
    that something was done, how many operations on files and how many seconds it took."""

    code: int | None
    message: str
    done: int
    operations: int
    seconds: float


def run_copy(
    work: Work, at_operation: int | None = None, after: float | None = None, first: Callable[[], object] = lambda: None
) -> Ending:
    """Do `work` in a copy of this process, after `first`; kill it with all it started at the given operation on files
    or after so many seconds. `work` is given a function to call whenever something is done for good."""
    return Copy(work, at_operation, first).end(SECONDS if after is None else after)


class Copy:
    """A copy of this process at work."""

    def __init__(self, work: Work, at_operation: int | None = None, first: Callable[[], object] = lambda: None) -> None:
        self._marks, self._messages = _Pipe(), _Pipe()
        self._started = time.monotonic()
        self._process = os.fork()
        if self._process == 0:
            _be_copy(work, self._marks.sending, self._messages.sending, at_operation, first)

    def end(self, seconds: float = SECONDS) -> Ending:
        """Wait for its end at most so long, then kill it with all it started."""
        status = _wait(self._process, seconds, (self._marks, self._messages))
        spent = time.monotonic() - self._started
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process, signal.SIGKILL)
        told, message = self._marks.close(), self._messages.close().decode(errors="replace")
        code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else None
        return Ending(code, message, told.count(b"d"), told.count(b"o"), spent)


class _Pipe:
    """What a copy tells; no limit on the sizes of files holds for it."""

    def __init__(self) -> None:
        self._receiving, self.sending = os.pipe()
        os.set_blocking(self._receiving, False)
        self._content = b""

    def drain(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while part := os.read(self._receiving, 1 << 16):
                self._content += part

    def close(self) -> bytes:
        os.close(self.sending)
        self.drain()
        os.close(self._receiving)
        return self._content


def _wait(process: int, seconds: float, pipes: tuple[_Pipe, ...]) -> int:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found, status = os.waitpid(process, os.WNOHANG)
        if found:
            return status
        for pipe in pipes:
            pipe.drain()
        time.sleep(0.002)
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)
    return os.waitpid(process, 0)[1]


def _be_copy(work: Work, marks: int, messages: int, at_operation: int | None, first: Callable[[], object]) -> None:
    code, count = 1, 0

    def watch(event: str, _: object) -> None:
        nonlocal count
        if event in OPERATIONS:
            count += 1
            os.write(marks, b"o")
            if count == at_operation:
                os.kill(os.getpid(), signal.SIGKILL)

    try:
        os.setsid()
        paths._swept.clear()  # a new process has looked nowhere yet
        nothing = os.open(os.devnull, os.O_RDWR)
        for number, place in ((nothing, 0), (nothing, 1), (messages, 2)):
            os.dup2(number, place)
        sys.stdout, sys.stderr = open(1, "w", closefd=False), open(2, "w", closefd=False)  # noqa: SIM115
        first()
        sys.addaudithook(watch)
        outcome = work(lambda: os.write(marks, b"d"))
        code = outcome if isinstance(outcome, int) else 0
        sys.stderr.flush()
    except MicrodesignerError as error:
        os.write(messages, str(error).encode())
    except BaseException as error:  # noqa: BLE001 - told through standard error, as command and window tell it
        os.write(messages, str(shortage_of(error) or f"{type(error).__name__}: {error}").encode())
    finally:
        os._exit(code)


def free_folder(parent: Path) -> Path:
    """A new empty folder in `parent`."""
    return Path(tempfile.mkdtemp(dir=parent))
