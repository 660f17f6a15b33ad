"""What the system refused to a program, told from the many errors in which libraries report it."""

import errno
import mmap
import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_PLACES = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM))
_MEMORY = frozenset((errno.ENOMEM, errno.EAGAIN))  # the second of fork
_DESCRIPTORS = frozenset((errno.EMFILE, errno.ENFILE))
_WORDS_OF_MEMORY = ("failed to map", "annot allocate memory", "can't allocate memory", "out of memory")
_MAP_NORESERVE = 0x4000  # of Linux
_MODULE_BYTES, _MODULE_FILES = 256 << 20, 16
"""What loading a module may take at once."""


@dataclass(frozen=True)
class Shortage:
    """What there is not, what the user can do about it, and the folder where it happened, if known."""

    reason: str
    remedy: str
    place: str = ""

    def __str__(self) -> str:
        named = f"{self.place} cannot be used ({self.reason})"
        return f"{named if self.place else self.reason[:1].upper() + self.reason[1:]}; {self.remedy}."


MEMORY = Shortage("there is not enough memory", "close other programs or take a smaller volume")
THREADS = Shortage("the system gives this program no more threads", "close other programs and try again")
FILES = Shortage(
    "the system lets this program open no more files", "close other programs or raise its limit (ulimit -n)"
)


def shortage_of(error: BaseException) -> Shortage | None:
    """What the system lacked where that is why `error` was raised; None where it is another matter."""
    if isinstance(error, MemoryError):
        return MEMORY
    if isinstance(error, OSError):
        return _of_system_call(error)
    if isinstance(error, RuntimeError) and "can't start new thread" in str(error):
        return THREADS
    if isinstance(error, ImportError | SystemError | RuntimeError):  # the last is how torch tells everything
        return _of_library(error)
    return None


def _of_system_call(error: OSError) -> Shortage | None:
    if error.errno in _DESCRIPTORS:
        return FILES
    if error.errno in _MEMORY:
        return MEMORY
    if error.errno not in _PLACES:
        return None
    reason = os.strerror(error.errno).lower()
    place = str(Path(error.filename).parent) if isinstance(error.filename, str) else ""  # the file may be temporary
    return Shortage(reason, "free some space or choose another place", place)


def _of_library(error: ImportError | SystemError | RuntimeError) -> Shortage | None:
    """Libraries seldom tell why they cannot be loaded or go on, so the system is asked what it would refuse now."""
    if any(words in str(error) for words in _WORDS_OF_MEMORY) or not can_map(_MODULE_BYTES):
        return MEMORY
    return None if can_open(_MODULE_FILES) else FILES


def can_map(size: int) -> bool:
    """Whether so many bytes of address space, which are not used, can be had; also where that is not known."""
    if sys.platform != "linux":
        return True
    try:
        mmap.mmap(-1, size, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | _MAP_NORESERVE, mmap.PROT_READ).close()
    except OSError:
        return False
    return True


def can_open(files: int) -> bool:
    """Whether so many more files can be opened."""
    opened: list[int] = []
    with suppress(OSError):
        while len(opened) < files:
            opened.append(os.open(os.devnull, os.O_RDONLY))
    for number in opened:
        os.close(number)
    return len(opened) == files
