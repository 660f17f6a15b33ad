"""How many mutations each test was given, and what became of the one at which it fell.

That one is shrunk to as few changes as still fell the test, kept in `tests/data/fallen`, named after its test, and
given to the test before all mutations from then on.
"""

import os
import re
import time
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

from tests.fuzz.shrink import shrunk

FALLEN = Path(__file__).resolve().parents[1] / "data" / "fallen"
PROPERTY = "mutations"
MOST_BYTES = 1 << 20
SECONDS_TO_SHRINK = 60  # some mutations make a reader take seconds
_tried = 0
_original = b""
_last: bytes | None = None
_alone: bytes | None = None  # what a test that fell is given when it runs again


def told(mutations: Iterator[bytes], original: bytes) -> Iterator[bytes]:
    """What has felled this test before, then the mutations of `original`; each is counted."""
    global _tried, _last, _original  # noqa: PLW0603 - of the test that runs
    if _alone is not None:
        yield _alone
        return
    _original = original
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


def note_outcome(item: pytest.Item, failure: type[BaseException] | None) -> None:
    """Tell the report how many mutations a test was given; keep the one at which it fell, shrunk."""
    global _tried, _last
    if _tried:
        item.user_properties.append((PROPERTY, _tried))
    if failure is not None and issubclass(failure, Exception) and _last is not None:
        end = time.monotonic() + SECONDS_TO_SHRINK
        kept = shrunk(_original, _last, lambda content: time.monotonic() < end and _falls(item, content, failure))
        if len(kept) <= MOST_BYTES and kept not in (known := list(_fallen(item.nodeid))):
            FALLEN.mkdir(parents=True, exist_ok=True)
            (FALLEN / f"{_name(item.nodeid)}.{len(known)}").write_bytes(kept)
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


def _falls(item: pytest.Item, content: bytes, failure: type[BaseException]) -> bool:
    """Whether a test falls in the same way when it is given this alone; its fixtures are those of its first run."""
    global _alone  # noqa: PLW0603
    _alone = content
    try:
        item.runtest()
    except failure:
        return True
    except Exception:  # noqa: BLE001 - it falls in another way
        return False
    finally:
        _alone = None
    return False


def _fallen_before() -> Iterator[bytes]:
    test = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" (")[0]
    return _fallen(test) if test else iter(())


def _fallen(nodeid: str) -> Iterator[bytes]:
    return (path.read_bytes() for path in sorted(FALLEN.glob(f"{_name(nodeid)}.*")))


def _name(nodeid: str) -> str:
    return re.sub(r"\W+", "-", nodeid)[-120:]
