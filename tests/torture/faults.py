"""A machine without room, rights, descriptors or a folder for temporary files: one sentence or a whole result."""

import contextlib
import os
import re
import resource
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.torture.areas import Area, clean
from tests.torture.forks import Ending, free_folder, run_copy
from tests.torture.kills import Count

NOBODY = 65534
FILE_SIZES = (0, 300, 5_000, 60_000)
DESCRIPTORS = (4, 8, 12, 20, 40)
_EXPECTED = re.compile(r"Traceback|unexpected [A-Z]|^[A-Z]\w*Error:", re.MULTILINE)


def faults(area: Area, parent: Path) -> Iterator[Count]:
    """Try the work of `area` under each want."""
    reference = free_folder(parent)
    area.prepare(reference)
    run_copy(lambda done: area.work(reference, done))
    for name, wants in _WANTS.items():
        count = Count(f"{name}: {area.name}")
        for want in wants:
            folder = free_folder(parent)
            area.prepare(folder)
            for path in (parent, folder, *folder.iterdir()):
                path.chmod(0o755)
            ending = run_copy(lambda done, folder=folder: area.work(folder, done), first=want)  # type: ignore[misc]
            count.tried += 1
            if failure := _failure(area, folder, reference, ending):
                count.failures.append(failure)
            else:
                clean(folder)
        yield count
    clean(reference)


def _failure(area: Area, folder: Path, reference: Path, ending: Ending) -> str:
    """What is wrong with how the work ended."""
    if ending.code is None:
        return f"the process was ended: {ending.message}"
    if ending.code != 0 and _EXPECTED.search(ending.message):
        return f"no sentence: {ending.message}"
    try:
        area.check(folder, ending.done)
        leftovers = [path.name for path in folder.iterdir() if path.name.startswith(".")]
        if leftovers and ending.code != 0:
            return f"left behind: {leftovers}"
        again = run_copy(lambda done: area.work(folder, done))
        if again.code != 0:
            return f"done again: {again.message}"
        area.compare(folder, reference)
    except Exception as error:  # noqa: BLE001 - counted and told
        return f"{type(error).__name__}: {error}"
    return ""


def _limit(kind: int, value: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(kind, (value, value))


def _without_tmpdir() -> None:
    os.environ["TMPDIR"] = "/nowhere"
    tempfile.tempdir = None


def _without_rights() -> None:
    with contextlib.suppress(PermissionError):  # who is not root has read-only folders made by `chmod` alone
        os.setgid(NOBODY)
        os.setuid(NOBODY)


_WANTS: dict[str, list[Callable[[], None]]] = {
    "full disk": [_limit(resource.RLIMIT_FSIZE, size) for size in FILE_SIZES],
    "few descriptors": [_limit(resource.RLIMIT_NOFILE, number) for number in DESCRIPTORS],
    "no TMPDIR": [_without_tmpdir],
    "read-only": [_without_rights] if os.getuid() == 0 else [],
}
