"""SIGKILL at random moments: what is finished is there, what is half-written is not taken for whole, and the work done
again gives what it gives undisturbed."""

import random
from dataclasses import dataclass, field
from pathlib import Path

from tests.torture.areas import Area, clean
from tests.torture.forks import free_folder, run_copy

SHARE_AT_OPERATIONS = 2 / 3


@dataclass
class Count:
    """How many attempts were made on something, and what the failed ones said."""

    name: str
    tried: int = 0
    failures: list[str] = field(default_factory=list)

    def line(self) -> str:
        """Tried, held and failed in columns."""
        return f"{self.name:32} {self.tried:6} {self.tried - len(self.failures):6} {len(self.failures):6}"


def kill(area: Area, times: int, seed: int, parent: Path) -> Count:
    """Kill the work of `area` so many times: at a random operation on files, or after a random time."""
    count, draw = Count(f"kill: {area.name}"), random.Random(f"{seed} {area.name}")
    reference = free_folder(parent)
    area.prepare(reference)
    whole = run_copy(lambda done: area.work(reference, done))
    if whole.code != 0:
        count.tried, count.failures = 1, [f"undisturbed: {whole.message}"]
        return count
    for _ in range(times):
        folder = free_folder(parent)
        area.prepare(folder)
        moment: dict[str, float] = {"after": draw.uniform(0, whole.seconds)}
        if whole.operations and draw.random() < SHARE_AT_OPERATIONS:
            moment = {"at_operation": draw.randint(1, whole.operations)}
        ending = run_copy(lambda done, folder=folder: area.work(folder, done), **moment)  # type: ignore[misc, arg-type]
        count.tried += 1
        failure = _failure(area, folder, reference, ending.done)
        if failure:
            count.failures.append(f"{moment}: {failure}")
        else:
            clean(folder)
    clean(reference)
    return count


def _failure(area: Area, folder: Path, reference: Path, done: int) -> str:
    try:
        area.check(folder, done)
        again = run_copy(lambda done: area.work(folder, done))
        if again.code != 0:
            return f"done again: {again.message}"
        area.compare(folder, reference)
    except Exception as error:  # noqa: BLE001 - counted and told
        return f"{type(error).__name__}: {error}"
    return ""
