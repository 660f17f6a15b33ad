"""Work that writes into a folder, what must hold of it whatever disturbs it, and how often it was tried and failed."""

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.torture.forks import Done, Ending, free_folder, run_copy
from tests.torture.shortages import Shortage, shortages

LOCKS = (".lock", "lock")


@dataclass(frozen=True)
class Area:
    """Work in a folder, and what must hold.

    `prepare` fills a new folder. `check` raises AssertionError unless what a killed work left is whole or absent: it is
    given the folder, one in which the work was never killed, and how often the work had told that something was done.
    `compare` raises AssertionError unless the folder, in which the work was done again to its end, is as the one in
    which it was never killed. `shortages`, given whether disks can be mounted, tells what the machine may lack
    meanwhile; with `stand` it lacks that once the work stands, and behind it the work must be done in spite of it.
    """

    name: str
    work: Callable[[Path, Done], object]
    check: Callable[[Path, Path, int], None]
    compare: Callable[[Path, Path], None]
    prepare: Callable[[Path], object] = lambda folder: None
    shortages: Callable[[bool], Mapping[str, Sequence[Shortage]]] = shortages
    stand: Callable[[Path, Done, Shortage], object] | None = None


@dataclass
class Count:
    """How many attempts were made on something, and what the failed ones said."""

    name: str
    tried: int = 0
    failures: list[str] = field(default_factory=list)

    def note(self, failure: str) -> None:
        """Count an attempt; an empty `failure` is none."""
        self.tried += 1
        if failure:
            self.failures.append(failure)

    def line(self) -> str:
        """Tried, held and failed in columns."""
        return f"{self.name:36} {self.tried:6} {self.tried - len(self.failures):6} {len(self.failures):6}"


@contextmanager
def undisturbed(area: Area, parent: Path) -> Iterator[tuple[Path, Ending]]:
    """A folder in which the work of `area` was done in peace."""
    folder = prepared(area, parent)
    yield folder, run_copy(lambda done: area.work(folder, done))
    clean(folder)


def prepared(area: Area, parent: Path) -> Path:
    """A new folder for an attempt."""
    folder = free_folder(parent)
    area.prepare(folder)
    return folder


def judged(area: Area, folder: Path, reference: Path, done: int) -> str:
    """What is wrong with what a disturbed work left; "" where all is whole, and the work done again ends as undisturbed
    and leaves no temporary file. The folder of an attempt that held is removed."""
    try:
        area.check(folder, reference, done)
        again = run_copy(lambda done: area.work(folder, done))
        if again.code != 0:
            return f"done again: {again.message}"
        area.compare(folder, reference)
        if leftovers := hidden(folder):
            return f"left behind: {leftovers}"
    except Exception as error:  # noqa: BLE001 - counted and told
        return f"{type(error).__name__}: {error}"
    clean(folder)
    return ""


def hidden(folder: Path) -> list[str]:
    """Temporary files and folders at any depth."""
    return [str(path.relative_to(folder)) for path in folder.rglob(".*") if not path.name.endswith(LOCKS)]


def clean(folder: Path) -> None:
    """Remove a folder of an attempt."""
    shutil.rmtree(folder, ignore_errors=True)
