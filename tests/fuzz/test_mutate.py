"""Mutations are the same for the same seed, and each changes something."""

import json
import os
import random
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz.mutate import BYTE_MUTATORS, _random, mutate_bytes, mutate_json, mutate_rows
from tests.fuzz.shrink import applied, edits_between, shrunk

DOCUMENT = {"name": "m", "values": [1, 2.5, {"a": None}], "flag": True}


def test_a_seed_names_its_mutations() -> None:
    assert list(mutate_bytes(b"x" * 500, 50, 1)) == list(mutate_bytes(b"x" * 500, 50, 1))
    assert list(mutate_json(DOCUMENT, 50, 1)) == list(mutate_json(DOCUMENT, 50, 1))
    assert list(mutate_json(DOCUMENT, 50, 1)) != list(mutate_json(DOCUMENT, 50, 2))


def test_every_mutator_works_on_any_content_and_mostly_changes_it() -> None:
    content = bytes(range(256))
    for mutator in BYTE_MUTATORS:
        changed = [mutator(_random(0, number), content) for number in range(50)]
        assert sum(one != content for one in changed) > 40, mutator.__name__
        assert all(
            isinstance(mutator(_random(0, number), short), bytes) for number in range(20) for short in (b"", b"a")
        )


@pytest.mark.parametrize("seed", range(5))
def test_a_mutation_is_shrunk_to_what_fells(seed: int) -> None:
    """Whatever else was changed, inserted or removed; what falls only together stays together."""
    random_, original = random.Random(seed), bytes(range(200))
    changed = bytearray(original)
    for place in (20, 90, *random_.sample(range(200), 30)):
        changed[place] = 255
    fallen = bytes(changed[:130]) + b"inserted" + bytes(changed[150:])

    def falls(content: bytes) -> bool:
        return content[20] == 255 and content[90] == 255

    kept = shrunk(original, fallen, falls)
    assert falls(kept)
    assert len(edits_between(original, kept)) == 2
    assert len(kept) == len(original)
    assert shrunk(original, fallen, lambda _: False) == fallen


@pytest.mark.parametrize(("before", "after"), [(b"abcdef", b"abXXdef"), (b"abc", b""), (b"", b"x"), (b"aa", b"a")])
def test_edits_make_one_of_the_other(before: bytes, after: bytes) -> None:
    assert applied(before, edits_between(before, after)) == after


def test_documents_are_mostly_json_still_and_some_are_deeply_nested() -> None:
    valid = nested = 0
    for content in mutate_json(DOCUMENT, 400):
        try:
            valid += json.loads(content) != DOCUMENT
        except RecursionError:
            nested += 1
        except ValueError:
            pass
    assert valid > 200
    assert nested > 0


def test_rows_of_a_database_get_odd_values(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE words (number INTEGER PRIMARY KEY, word TEXT)")
        database.executemany("INSERT INTO words (word) VALUES (?)", [("one",), ("two",)])
    database.close()
    changes = list(mutate_rows(path, 20))
    assert {table for table, _, _ in changes} == {"words"}
    assert {column for _, column, _ in changes} >= {"word"}


FELLED = """
from tests.fuzz.mutate import mutate_bytes

def test_reads():
    for content in mutate_bytes(bytes(60), 30):
        assert not any(content[40:50]), "bytes that are not foreseen"
"""


CONFTEST = """
from pathlib import Path
from tests.fuzz import tally
from tests.conftest import pytest_runtest_makereport, pytest_terminal_summary
tally.FALLEN = Path(__file__).parent / "fallen"
"""


def test_what_felled_a_test_is_kept_and_given_to_it_first(tmp_path: Path) -> None:
    (tmp_path / "test_felled.py").write_text(FELLED)
    (tmp_path / "conftest.py").write_text(CONFTEST)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)]
    environment = os.environ | {"MICRODESIGNER_FUZZ_TIMES": "1", "PYTHONPATH": str(Path(__file__).parents[2])}
    environment.pop("MICRODESIGNER_FUZZ_SEED", None)  # another seed's first case may change more than one byte
    first, again = (
        subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False).stdout
        for _ in range(2)
    )
    assert "mutations    1 unexpected" in first
    (kept,) = (path.read_bytes() for path in (tmp_path / "fallen").iterdir())
    assert any(kept[40:50])
    assert sum(map(bool, kept)) == 1, "of all that was changed, the one byte that matters"
    assert " 1 mutations    1 unexpected" in again
