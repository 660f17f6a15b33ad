"""Work on a machine that lacks something: one sentence or a whole result, and afterwards the work goes on."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.torture.area import Area, Count, clean, hidden, judged, undisturbed
from tests.torture.forks import Done, Work, free_folder, run_copy
from tests.torture.shortages import FULL_DISK, ROOM, Shortage, mount, own_mounts, resize_disk, unmount

_UNEXPECTED = re.compile(r"Traceback|unexpected [A-Z]|not foreseen|^[A-Z]\w*Error:", re.MULTILINE)


def faults(area: Area, parent: Path) -> Iterator[Count]:
    """Try the work of `area` under each shortage."""
    with undisturbed(area, parent) as (reference, _):
        for name, shortages in area.shortages(can_mount()).items():
            count = Count(f"{name}: {area.name}")
            for shortage in shortages:
                folder = free_folder(parent)
                if name == FULL_DISK:
                    assert mount("tmpfs", folder, f"size={ROOM}")
                count.note(_tried(area, folder, reference, shortage))
                if name == FULL_DISK:
                    unmount(folder)
                    clean(folder)
            yield count


@cache
def can_mount() -> bool:
    """Whether disks can be mounted that this process and those that it starts from now on see."""
    return own_mounts()


def _tried(area: Area, folder: Path, reference: Path, shortage: Shortage) -> str:
    """What is wrong with how the work ended under `shortage`."""
    area.prepare(folder)
    ending = run_copy(_under(area, folder, shortage), first=own_mounts)
    _lift(folder)
    if ending.code is None:
        return f"the process was ended: {ending.message}"
    if ending.code != 0 and (_UNEXPECTED.search(ending.message) or not ending.message.strip()):
        return f"no sentence: {ending.message}"
    if leftovers := hidden(folder):
        return f"left behind: {leftovers}"
    return judged(area, folder, reference, ending.done)


def _under(area: Area, folder: Path, shortage: Shortage) -> Work:
    """The work while `shortage` holds."""
    if area.stand is not None:
        stand = area.stand
        return lambda done: stand(folder, done, shortage)

    def work(done: Done) -> object:
        with shortage(folder):
            return area.work(folder, done)

    return work


def _lift(folder: Path) -> None:
    """Take away what a copy that was ended could not."""
    if folder.is_mount():
        resize_disk(folder, ROOM)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755)
