"""The same work twice at once in one folder: served, or refused in a sentence, and nothing is lost."""

import re
from pathlib import Path

from tests.torture.area import Area, Count, hidden, prepared, undisturbed
from tests.torture.forks import Copy

REFUSALS = re.compile(r"Another (command|process)|exists")


def pairs(area: Area, times: int, parent: Path) -> Count:
    """Try it so many times."""
    count = Count(f"two at once: {area.name}")
    with undisturbed(area, parent) as (reference, _):
        for _ in range(times):
            folder = prepared(area, parent)
            copies = [Copy(lambda done, folder=folder: area.work(folder, done)) for _ in range(2)]  # type: ignore[misc]
            endings = [copy.end() for copy in copies]
            failure = ""
            refused = [ending for ending in endings if ending.code != 0]
            if len(refused) == 2 or any(not REFUSALS.search(ending.message) for ending in refused):
                failure = " | ".join(f"{ending.code}: {ending.message}" for ending in endings)
            try:
                area.compare(folder, reference)
                assert not hidden(folder), f"left behind: {hidden(folder)}"
            except Exception as error:  # noqa: BLE001 - counted and told
                failure += f" {type(error).__name__}: {error}"
            count.note(failure)
    return count
