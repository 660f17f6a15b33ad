"""How many mutations each test was given, and what became of the one at which it fell.

That one is kept in `tests/data/fallen`, named after its test, and given to the test before all mutations from then on.
"""

import os
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

FALLEN = Path(__file__).resolve().parents[1] / "data" / "fallen"
PROPERTY = "mutations"
MOST_BYTES = 1 << 20
_tried = 0
_last: bytes | None = None


def told(mutations: Iterator[bytes]) -> Iterator[bytes]:
    """What has felled this test before, then the mutations; each is counted."""
    global _tried, _last  # noqa: PLW0603 - of the test that runs
    for content in chain(_fallen_before(), mutations):
        _tried += 1
        _last = content
        yield content
    _last = None


def count_rows(mutations: Iterator[tuple[str, str, object]]) -> Iterator[tuple[str, str, object]]:
    """The changes of a database, each counted."""
    global _tried  # noqa: PLW0603
    for change in mutations:
        _tried += 1
        yield change


def note_outcome(item: pytest.Item, failed: bool) -> None:
    """Tell the report how many mutations a test was given; keep the one at which it fell."""
    global _tried, _last
    if _tried:
        item.user_properties.append((PROPERTY, _tried))
    if failed and _last is not None and len(_last) <= MOST_BYTES:
        FALLEN.mkdir(parents=True, exist_ok=True)
        number = len(list(FALLEN.glob(f"{_name(item.nodeid)}.*")))
        (FALLEN / f"{_name(item.nodeid)}.{number}").write_bytes(_last)
    _tried, _last = 0, None


def summary(reports: dict[str, list[pytest.TestReport]]) -> Iterator[str]:
    """A line per test file: mutations tried, and the tests of it that fell."""
    tried: dict[str, int] = {}
    fallen: dict[str, int] = {}
    for kind in ("passed", "failed"):
        for report in reports.get(kind, ()):
            mutations = sum(number for name, number in report.user_properties if name == PROPERTY)
            file = report.nodeid.partition("::")[0]
            tried[file] = tried.get(file, 0) + mutations
            fallen[file] = fallen.get(file, 0) + bool(mutations and kind == "failed")
    for file, mutations in sorted(tried.items()):
        if mutations:
            yield f"{file:44} {mutations:8} mutations {fallen[file]:4} unexpected"


def _fallen_before() -> Iterator[bytes]:
    test = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" (")[0]
    for path in sorted(FALLEN.glob(f"{_name(test)}.*")) if test else ():
        yield path.read_bytes()


def _name(nodeid: str) -> str:
    return re.sub(r"\W+", "-", nodeid)[-120:]
