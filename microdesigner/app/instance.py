"""One window per user folder: a program started again hands its files to the one that runs, which raises its window.

Messages are files in a folder that only the user can write, so no port or socket is open to anyone.
"""

import contextlib
import os
import time
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import msgspec
from filelock import FileLock, Timeout
from msgspec import Meta

from microdesigner.core.paths import write_bytes_atomic

SECONDS_TO_ANSWER = 5.0
SECONDS_OF_INTEREST = 60.0  # a message that nobody took for so long was meant for a program that has ended
MAX_BYTES = 1 << 20
_Path = Annotated[str, Meta(max_length=32_000, pattern=r"^[^\x00]*\Z")]


class _Message(msgspec.Struct, frozen=True):
    """What a program started again wants: its window raised, and these files opened."""

    paths: list[_Path] = []


class Instance:
    """The claim of this program to be the one for `folder`."""

    def __init__(self, folder: Path) -> None:
        self._messages = folder / "open"
        self._lock = FileLock(folder / "window.lock", thread_local=False)

    def claim(self) -> bool:
        """Whether this program is the first, and so the one that others hand their files to."""
        self._messages.mkdir(parents=True, exist_ok=True)
        if os.name == "posix":
            self._messages.chmod(0o700)
        with contextlib.suppress(Timeout):
            self._lock.acquire(timeout=0)
        return self._lock.is_locked

    def hand_over(self, paths: Sequence[Path], seconds: float = SECONDS_TO_ANSWER) -> bool:
        """Ask the first program to raise its window and open `paths`; whether it has taken the message in time.

        A message that is not taken, by a program that hangs, is withdrawn: open a window of your own then.
        """
        path = self._messages / f"{time.time_ns():020}-{uuid.uuid4().hex}.json"
        message = _Message([str(each.absolute()) for each in paths])
        write_bytes_atomic(path, msgspec.json.encode(message))
        end = time.monotonic() + seconds
        while path.exists():
            if time.monotonic() > end:
                return not _removed(path)
            time.sleep(0.02)
        return True

    def take(self) -> list[list[Path]]:
        """The files of each program that was started since; an empty list asks for the window alone."""
        openings = []
        for path in sorted(self._messages.glob("[0-9]*.json")):
            message = _read(path)
            if _removed(path) and message is not None:
                openings.append([Path(name) for name in message.paths])
        return openings

    def release(self) -> None:
        """Let another program be the first."""
        self._lock.release()


def _read(path: Path) -> _Message | None:
    """The message in a file; None where it is old, or none."""
    try:
        status = path.stat()
        if status.st_size > MAX_BYTES or abs(time.time() - status.st_mtime) > SECONDS_OF_INTEREST:
            return None
        return msgspec.json.decode(path.read_bytes(), type=_Message)
    except (OSError, ValueError, RecursionError):
        return None


def _removed(path: Path) -> bool:
    """Remove a file; whether nobody else has done so."""
    try:
        path.unlink()
    except OSError:
        return False
    return True
