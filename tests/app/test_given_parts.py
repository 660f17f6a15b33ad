"""Known parts of films beside the rows of requests: each stored once, and read only when it is needed."""

import os
import sqlite3
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from microdesigner.app.store.history import History
from microdesigner.app.store.history_adoption import adopt_volumes
from microdesigner.app.store.history_query import Query
from microdesigner.app.store.job_store import JobStore
from microdesigner.app.store.jobs import Job, State
from microdesigner.app.store.session import Session
from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.regions import given_part
from microdesigner.core.request import Request
from microdesigner.core.result import Sample
from microdesigner.io import write

SHAPE = (64, 64, 32)
FILM = np.random.default_rng(0).integers(0, 3, SHAPE).astype(np.uint8)
HALF = Request({"vol_frac_D": 0.4}, given=given_part(FILM, SHAPE, ["x=0:32"]))
LAYER = Request({"vol_frac_D": 0.4}, given=given_part(FILM, SHAPE, ["y=7"]))


def _sample(seed: int = 0) -> Sample:
    return Sample(Microstructure(FILM, (1.0, 1.0, 1.0)), seed, {"vol_frac_D": 1 / 3})


def _count(path: Path) -> int:
    with sqlite3.connect(path) as database:
        count = int(database.execute("SELECT count(*) FROM given_parts").fetchone()[0])
    database.close()
    return count


def test_a_history_lists_without_the_parts_and_finds_them_when_asked(tmp_path: Path) -> None:
    history = History(tmp_path)
    for seed in range(3):
        history.add(HALF, _sample(seed), b"")
    history.add(LAYER, _sample(0), b"")
    with sqlite3.connect(tmp_path / "history.sqlite") as database:
        longest = max(len(text) for (text,) in database.execute("SELECT request FROM samples"))
    database.close()
    assert longest < 1000 < len(HALF.given.labels if HALF.given else "")
    assert _count(tmp_path / "history.sqlite") == 2
    entries = history.entries()
    assert all(entry.request.given is None and entry.request.size == SHAPE for entry in entries)
    assert [history.request_of(entry).given for entry in entries] == [LAYER.given, *[HALF.given] * 3]
    found = history.find(HALF)
    assert found is not None
    assert found.given != entries[0].given
    assert history.find(Request({"vol_frac_D": 0.4}, size=SHAPE)) is None


def test_an_emptied_trash_forgets_parts_that_nothing_else_needs(tmp_path: Path) -> None:
    history = History(tmp_path)
    first, _, layer = (history.add(request, _sample(seed), b"") for seed, request in enumerate((HALF, HALF, LAYER)))
    history.update(*(replace(entry, deleted=True) for entry in (first, layer)))
    history.empty_trash()
    assert _count(tmp_path / "history.sqlite") == 1
    (left,) = history.entries()
    assert history.request_of(left).given == HALF.given
    assert not history.entries(Query(trash=True))


def test_a_lost_part_is_one_sentence(tmp_path: Path) -> None:
    history = History(tmp_path)
    entry = history.add(HALF, _sample(), b"")
    with sqlite3.connect(tmp_path / "history.sqlite") as database:
        database.execute("DELETE FROM given_parts")
    database.close()
    with pytest.raises(InputError, match="kept part of a stored request is lost"):
        history.request_of(entry)
    assert len(history.entries()) == 1


def test_a_history_of_version_3_gets_the_table(tmp_path: Path) -> None:
    history = History(tmp_path)
    history.add(Request({"vol_frac_D": 0.4}), _sample(), b"")
    with sqlite3.connect(tmp_path / "history.sqlite") as database:
        database.execute("DROP TABLE given_parts")
        database.execute("PRAGMA user_version=3")
    database.close()
    history = History(tmp_path)
    history.add(HALF, _sample(1), b"")
    assert [bool(entry.given) for entry in history.entries()] == [True, False]


def test_jobs_of_a_sweep_share_their_part_through_the_file(tmp_path: Path) -> None:
    jobs = [Job(f"{number:032x}", HALF, State.WAITING, sweep="s") for number in range(40)]
    store = JobStore(tmp_path)
    store.save(jobs)
    assert _count(tmp_path / "queue.sqlite") == 1
    assert (tmp_path / "queue.sqlite").stat().st_size < 10 * len(HALF.given.labels if HALF.given else "")
    store.close()
    other = JobStore(tmp_path)
    loaded = other.load()
    assert [job.request for job in loaded] == [HALF] * 40
    assert len({id(job.request.given) for job in loaded}) == 1
    other.save([])
    assert _count(tmp_path / "queue.sqlite") == 0
    other.close()


def test_a_film_without_its_row_is_adopted_with_its_part(tmp_path: Path) -> None:
    history = History(tmp_path)
    entry = history.add(HALF, _sample(), b"")
    film = _sample().microstructure.with_provenance(request=HALF.to_json(), sample={"measured": {"vol_frac_D": 0.3}})
    write(film, tmp_path / entry.volume)
    for file in tmp_path.glob("history.sqlite*"):
        file.unlink()
    os.utime(tmp_path / entry.volume, (0, 0))
    history = History(tmp_path)
    assert adopt_volumes(history) == 1
    (adopted,) = history.entries()
    assert history.request_of(adopted).given == HALF.given


def test_a_session_carries_the_part(tmp_path: Path) -> None:
    session = Session(HALF, shown=LAYER)
    session.write(tmp_path / "a.microdesigner")
    assert Session.read(tmp_path / "a.microdesigner") == session
