"""Which of several programs on one folder are running; a killed one is known to be gone at once."""

import contextlib
import uuid
from pathlib import Path

from filelock import FileLock

from microdesigner.core.errors import MicrodesignerError


class Presence:
    """Holds a lock file of its own in `folder` while this program runs.

    Attributes
    ----------
    name : str
        By which others ask for this program; never used twice.
    """

    def __init__(self, folder: Path) -> None:
        self.name = uuid.uuid4().hex
        self._folder = folder
        self._lock: FileLock | None = None

    def begin(self) -> None:
        """Be present from now on; raises MicrodesignerError where the folder cannot be written."""
        if self._lock is not None:
            return
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self._file(self.name), thread_local=False)
            lock.acquire(timeout=0)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise MicrodesignerError(
                f"Nothing can be written into {self._folder} ({reason}); make room on its disk or allow it."
            ) from None
        self._lock = lock

    def is_present(self, name: str) -> bool:
        """Whether the program called `name` runs, or may run: where that cannot be found out, too."""
        if name == self.name:
            return True
        path = self._file(name)
        if not path.exists():
            return False
        lock = FileLock(path)
        try:
            lock.acquire(timeout=0)
        except OSError:  # Timeout is one
            return True
        lock.release()
        path.unlink(missing_ok=True)
        return False

    def end(self) -> None:
        """Be gone."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None
            with contextlib.suppress(OSError):
                self._file(self.name).unlink(missing_ok=True)

    def _file(self, name: str) -> Path:
        return self._folder / f"present-{name}.lock"
