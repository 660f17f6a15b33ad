"""A machine without room, rights, memory, descriptors or folders for temporary files, or whose clock jumps.

Each shortage is a context: it holds inside, and where it can be lifted it is lifted behind.
"""

import ctypes
import os
import random
import resource
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Self

Shortage = Callable[[Path], AbstractContextManager[None]]
"""Given the folder in which the work is done."""
FULL_DISK = "full disk"
"""The shortage for which the folder lies on a disk of its own."""
ROOM = 256 << 20
FILE_SIZES = (0, 300, 5_000, 60_000)
FREE_BYTES = (0, 8 << 10, 100 << 10)
DESCRIPTORS = (0, 2, 4, 8, 20, 40)
MEMORY_MB = (0, 4, 32, 256)
DECADE = 3650 * 86400
CLONE_NEWNS, MS_RDONLY, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 0x20000, 1, 32, 4096, 0x4000, 1 << 18
PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAPABILITY_VERSION = 24, 1, 2, 0x20080522
_LIBC = ctypes.CDLL(None, use_errno=True)


def limited(kind: int, value: int) -> Shortage:
    """A limit of this process and of those it starts."""
    return lambda _: _limited(kind, value)


@contextmanager
def _limited(kind: int, value: int) -> Iterator[None]:
    before = resource.getrlimit(kind)
    resource.setrlimit(kind, (value, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(kind, before)


def few_descriptors(number: int) -> Shortage:
    """Only so many more files can be opened."""

    def limit(_: Path) -> AbstractContextManager[None]:
        used = 1 + max(int(entry.name) for entry in Path("/proc/self/fd").iterdir())
        return _limited(resource.RLIMIT_NOFILE, used - 1 + number)  # one was for the listing

    return limit


def little_memory(megabytes: int) -> Shortage:
    """Only so much more address space can be had."""

    def limit(_: Path) -> AbstractContextManager[None]:
        pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[0])
        return _limited(resource.RLIMIT_AS, pages * os.sysconf("SC_PAGE_SIZE") + (megabytes << 20))

    return limit


@contextmanager
def without_tmpdir(_: Path) -> Iterator[None]:
    """TMPDIR names a folder that is not there."""
    before = os.environ.get("TMPDIR", tempfile.gettempdir())
    os.environ["TMPDIR"], tempfile.tempdir = "/nowhere", None
    yield
    os.environ["TMPDIR"], tempfile.tempdir = before, None


@contextmanager
def without_rights(folder: Path) -> Iterator[None]:
    """Nothing in the folder may be written; root obeys, too. Cannot be lifted."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    if os.getuid() == 0:
        for capability in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
            _LIBC.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)  # of processes that are started
        none = (ctypes.c_uint32 * 6)()
        assert _LIBC.capset((ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0), none) == 0
    yield


def own_mounts() -> bool:
    """Let this process and its children mount what others do not see; whether it may."""
    return os.getuid() == 0 and _LIBC.unshare(CLONE_NEWNS) == 0 and mount(None, Path("/"), flags=MS_REC | MS_PRIVATE)


def mount(kind: str | None, place: Path, options: str = "", flags: int = 0) -> bool:
    """Mount a file system at `place`, or change the one that is there; whether that was possible."""
    source = str(place) if kind is None else "none"
    return _LIBC.mount(source.encode(), str(place).encode(), kind and kind.encode(), flags, options.encode()) == 0


def unmount(place: Path) -> None:
    """Take away what is mounted at `place`, at the latest when nobody uses it any more."""
    _LIBC.umount2(str(place).encode(), 2)


@contextmanager
def without_shared_memory(_: Path) -> Iterator[None]:
    """An empty file system that cannot be written in the place of /dev/shm, for this process and its children."""
    place = Path("/dev/shm")
    assert mount("tmpfs", place, "size=4k", MS_RDONLY), "/dev/shm cannot be hidden"
    yield
    unmount(place)


@contextmanager
def read_only_disk(folder: Path) -> Iterator[None]:
    """The file system of the folder can be read only."""
    assert mount(None, folder, flags=MS_BIND)
    assert mount(None, folder, flags=MS_BIND | MS_REMOUNT | MS_RDONLY), "the folder cannot be made read-only"
    yield
    assert mount(None, folder, flags=MS_BIND | MS_REMOUNT)


def full_disk(free: int) -> Shortage:
    """The disk of the folder, which is one of its own, has only so many bytes left."""

    @contextmanager
    def fill(folder: Path) -> Iterator[None]:
        disk = os.statvfs(folder)
        used = (disk.f_blocks - disk.f_bfree) * disk.f_frsize
        assert resize_disk(folder, max(used + free, disk.f_frsize))  # 0 is no limit
        yield
        assert resize_disk(folder, ROOM)

    return fill


def resize_disk(folder: Path, size: int) -> bool:
    """Give the disk of the folder, made by `mount`, so many bytes; whether that was possible."""
    return mount("tmpfs", folder, f"size={size}", MS_REMOUNT)


class _JumpingClock(datetime):
    """`datetime` by the clock that jumps."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        return cls.fromtimestamp(time.time(), tz)


@contextmanager
def with_a_clock_that_jumps(_: Path) -> Iterator[None]:
    """The time of day is now, ten years ago or ten years ahead at each look; the steady clock stays."""
    from microdesigner.app.store import database, history

    real, draw, modules = (time.time, time.time_ns), random.Random(0), (database, history)
    time.time = lambda: real[0]() + draw.choice((-DECADE, 0, DECADE))
    time.time_ns = lambda: int(time.time() * 1e9)
    for module in modules:
        module.datetime = _JumpingClock  # type: ignore[attr-defined]
    assert _JumpingClock.now(UTC).tzinfo is UTC
    yield
    time.time, time.time_ns = real
    for module in modules:
        module.datetime = datetime  # type: ignore[attr-defined]


def shortages(mounts: bool) -> Mapping[str, Sequence[Shortage]]:
    """All by their names; without `mounts`, those that need none."""
    of_disks: dict[str, Sequence[Shortage]] = {
        FULL_DISK: [full_disk(free) for free in FREE_BYTES],
        "read-only disk": [read_only_disk],
        "no /dev/shm": [without_shared_memory],
    }
    return {
        "limited file size": [limited(resource.RLIMIT_FSIZE, size) for size in FILE_SIZES],
        "few descriptors": [few_descriptors(number) for number in DESCRIPTORS],
        "little memory": [little_memory(megabytes) for megabytes in MEMORY_MB],
        "no TMPDIR": [without_tmpdir],
        "no rights": [without_rights],
        "clock that jumps": [with_a_clock_that_jumps],
    } | (of_disks if mounts else {})
