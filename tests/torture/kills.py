"""SIGKILL at random moments: what is finished is there, what is half-written is not taken for whole, and the work done
again gives what it gives undisturbed."""

import random
from pathlib import Path

from tests.torture.area import Area, Count, judged, prepared, undisturbed
from tests.torture.forks import run_copy

SHARE_AT_OPERATIONS = 2 / 3


def kill(area: Area, times: int, seed: int, parent: Path) -> Count:
    """Kill the work of `area` so many times: at a random operation on files, or after a random time."""
    count, draw = Count(f"kill: {area.name}"), random.Random(f"{seed} {area.name}")
    with undisturbed(area, parent) as (reference, whole):
        if whole.code != 0:
            count.note(f"undisturbed: {whole.message}")
            return count
        for _ in range(times):
            folder = prepared(area, parent)
            moment: dict[str, float] = {"after": draw.uniform(0, whole.seconds)}
            if whole.operations and draw.random() < SHARE_AT_OPERATIONS:
                moment = {"at_operation": draw.randint(1, whole.operations)}
            ending = run_copy(lambda done, folder=folder: area.work(folder, done), **moment)  # type: ignore[misc, arg-type]
            failure = judged(area, folder, reference, ending.done)
            count.note(f"{moment}: {failure}" if failure else "")
    return count
