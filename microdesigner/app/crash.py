"""Notices at the start that the last run did not come to its end, and what is known about why."""

import contextlib
import faulthandler
import os
from pathlib import Path
from typing import TextIO

from filelock import FileLock, Timeout

PREFIX = "running-"
UNKNOWN = "Nothing is known about the end; the system or a user may have stopped the program."


class CrashGuard:
    """Holds a locked file while the program runs, into which Python writes its stack when it crashes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._trace = folder / f"{PREFIX}{os.getpid()}.txt"
        self._lock = FileLock(self._trace.with_suffix(".lock"))
        self._file: TextIO | None = None

    def begin(self) -> str | None:
        """Watch this run; returns what earlier runs left that ended without `end`, None when there is none.

        Raises OSError where the folder cannot be written.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        traces = [path for path in sorted(self._folder.glob(f"{PREFIX}*.txt")) if _take_over(path)]
        found = [path.read_text(encoding="utf-8", errors="replace").strip() for path in traces]
        for path in traces:
            path.unlink(missing_ok=True)
        self._lock.acquire(timeout=0)
        self._file = self._trace.open("w", encoding="utf-8")
        faulthandler.enable(self._file)
        return "\n\n".join(text or UNKNOWN for text in found) if found else None

    def end(self) -> None:
        """This run comes to its end as it should."""
        if self._file is not None:
            faulthandler.disable()
            self._file.close()
            self._file = None
        self._trace.unlink(missing_ok=True)
        self._lock.release()
        Path(self._lock.lock_file).unlink(missing_ok=True)


def _take_over(trace: Path) -> bool:
    """Whether the run that left `trace` is over."""
    lock = FileLock(trace.with_suffix(".lock"))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return False
    lock.release()
    with contextlib.suppress(OSError):
        Path(lock.lock_file).unlink(missing_ok=True)
    return True
