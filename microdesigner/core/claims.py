"""One command at a time writes a file or a folder; the next is refused in a sentence."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from microdesigner.core.errors import InputError


def refuse_existing(path: Path) -> None:
    """Raise InputError where `path` is there."""
    if path.exists():
        raise InputError(f"{path} exists; choose another name or delete it first.")


@contextmanager
def claimed_new(path: Path) -> Iterator[None]:
    """As `claimed`, for a file that must not be there."""
    with claimed(path):
        refuse_existing(path)
        yield


@contextmanager
def claimed(path: Path) -> Iterator[None]:
    """Keep other commands from writing `path` meanwhile, by a hidden lock file beside it that goes with this process.

    Raises InputError while another one does. Where the file system knows no locks, nothing is kept.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    place = _place(path)
    lock = FileLock(place, thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise InputError(f"Another command writes {path} now; wait for it or choose another name.") from None
    except (OSError, NotImplementedError):
        pass  # who cannot write here is told where it is tried
    try:
        yield
    finally:
        if lock.is_locked:
            with suppress(OSError):  # an open file stays on Windows
                place.unlink(missing_ok=True)
            lock.release()


def is_claimed(path: Path) -> bool:
    """Whether a command writes `path` now, as `claimed` keeps others from doing; True where that cannot be told."""
    place = _place(path)
    if not place.exists():
        return False
    lock = FileLock(place, thread_local=False)
    try:
        lock.acquire(timeout=0)
    except (Timeout, OSError, NotImplementedError):
        return True
    lock.release()
    return False


def _place(path: Path) -> Path:
    """The hidden lock file beside `path`."""
    return path.with_name(f".{path.name}.lock")
