"""A machine without room, rights, memory, descriptors or folders for temporary files, or whose clock jumps: one
sentence or a whole result, and afterwards the work goes on."""

import contextlib
import ctypes
import os
import random
import re
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Self

from tests.torture.area import Area, Count, hidden, judged, prepared, undisturbed
from tests.torture.forks import run_copy

NOBODY = 65534
FILE_SIZES = (0, 300, 5_000, 60_000)
DESCRIPTORS = (4, 8, 12, 20, 40)
MEMORY_MB = (0, 4, 32, 256)
DECADE = 3650 * 86400
CLONE_NEWNS, MS_REC, MS_PRIVATE, MS_RDONLY = 0x20000, 0x4000, 1 << 18, 1
_UNEXPECTED = re.compile(r"Traceback|unexpected [A-Z]|^[A-Z]\w*Error:", re.MULTILINE)


def faults(area: Area, parent: Path) -> Iterator[Count]:
    """Try the work of `area` under each want."""
    with undisturbed(area, parent) as (reference, _):
        for name, wants in _WANTS.items():
            count = Count(f"{name}: {area.name}")
            for want in wants:
                count.note(_tried(area, parent, reference, want))
            yield count


def _tried(area: Area, parent: Path, reference: Path, want: Callable[[], None]) -> str:
    """What is wrong with how the work ended under `want`."""
    folder = prepared(area, parent)
    for path in (parent, folder, *folder.rglob("*")):
        path.chmod(0o755)
    ending = run_copy(lambda done: area.work(folder, done), first=want)
    if ending.code is None:
        return f"the process was ended: {ending.message}"
    if ending.code != 0 and (_UNEXPECTED.search(ending.message) or not ending.message.strip()):
        return f"no sentence: {ending.message}"
    if leftovers := hidden(folder):
        return f"left behind: {leftovers}"
    return judged(area, folder, reference, ending.done)


def _limit(kind: int, value: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(kind, (value, value))


def _little_memory(megabytes: int) -> Callable[[], None]:
    def limit() -> None:
        pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[0])
        most = pages * os.sysconf("SC_PAGE_SIZE") + (megabytes << 20)
        resource.setrlimit(resource.RLIMIT_AS, (most, most))

    return limit


def _without_tmpdir() -> None:
    os.environ["TMPDIR"] = "/nowhere"
    tempfile.tempdir = None


def _without_rights() -> None:
    with contextlib.suppress(PermissionError):  # who is not root has read-only folders made by `chmod` alone
        os.setgid(NOBODY)
        os.setuid(NOBODY)


def _without_shared_memory() -> None:
    """An empty file system that cannot be written in the place of /dev/shm, for this process and its children."""
    libc = ctypes.CDLL(None, use_errno=True)
    steps = (
        libc.unshare(CLONE_NEWNS),
        libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None),
        libc.mount(b"none", b"/dev/shm", b"tmpfs", MS_RDONLY, b"size=4k"),
    )
    assert not any(steps), "/dev/shm cannot be hidden"


class _JumpingClock(datetime):
    """`datetime` by the clock that jumps."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        return cls.fromtimestamp(time.time(), tz)


def _with_a_clock_that_jumps() -> None:
    """The time of day is now, ten years ago or ten years ahead at each look; the steady clock stays."""
    from microdesigner.app.store import database, history

    real, draw = time.time, random.Random(0)
    time.time = lambda: real() + draw.choice((-DECADE, 0, DECADE))
    time.time_ns = lambda: int(time.time() * 1e9)
    for module in (database, history):
        module.datetime = _JumpingClock  # type: ignore[attr-defined]
    assert _JumpingClock.now(UTC).tzinfo is UTC


_IS_ROOT = os.getuid() == 0
_WANTS: dict[str, list[Callable[[], None]]] = {
    "limited file size": [_limit(resource.RLIMIT_FSIZE, size) for size in FILE_SIZES],
    "few descriptors": [_limit(resource.RLIMIT_NOFILE, number) for number in DESCRIPTORS],
    "little memory": [_little_memory(megabytes) for megabytes in MEMORY_MB],
    "no TMPDIR": [_without_tmpdir],
    "no /dev/shm": [_without_shared_memory] if _IS_ROOT and Path("/dev/shm").is_dir() else [],
    "read-only": [_without_rights] if _IS_ROOT else [],
    "clock that jumps": [_with_a_clock_that_jumps],
}
