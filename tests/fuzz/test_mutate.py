"""Mutations are the same for the same seed, and each changes something."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

from tests.fuzz.mutate import BYTE_MUTATORS, _random, mutate_bytes, mutate_json, mutate_rows

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
    for content in mutate_bytes(b"abc" * 20, 30):
        assert len(content) == 60, "a length that is not foreseen"
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
    first, again = (
        subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False).stdout
        for _ in range(2)
    )
    assert "mutations    1 unexpected" in first
    assert all(len(path.read_bytes()) != 60 for path in (tmp_path / "fallen").iterdir())
    assert " 1 mutations    1 unexpected" in again
