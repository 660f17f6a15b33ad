"""No damage to what the desktop stores gives anything but a sentence or a start with what is whole."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from microdesigner.app.store.history import History
from microdesigner.app.store.history_query import Query
from microdesigner.app.store.job_store import JobStore
from microdesigner.app.store.jobs import JobQueue, State
from microdesigner.core.errors import InputError, MicrodesignerError
from microdesigner.core.request import Request
from tests.app.test_history import _filled, _sample, _verified
from tests.fuzz.mutate import TIMES, mutate_bytes, mutate_rows

pytestmark = pytest.mark.long
MUTATIONS = 30 * TIMES


@pytest.fixture(scope="module")
def history_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A history of three entries, in one file."""
    folder = tmp_path_factory.mktemp("history")
    history = _filled(folder, 3)
    newest = history.entries()[0]
    history.add_verification(newest.request, _verified(1))
    history.update(replace(newest, tags=("tag",)))
    return folder


def _use_history(folder: Path) -> int:
    """Do with a history what the window does; returns how many entries it lists."""
    history = History(folder)
    entries = history.entries()
    for entry in entries:
        try:
            sample = history.load(entry)
        except MicrodesignerError:
            continue
        assert sample.seed >= 0
        history.verification(entry)
        history.find(entry.request)
    history.thumbnails([entry.number for entry in entries])
    history.entries(Query(text="a", measured={"vol_frac_D": (0, 1)}, sort="vol_frac_D"))
    added = history.add(entries[0].request if entries else Request(), _sample(3), b"")
    assert history.entries()[0] == added
    history.update(replace(added, deleted=True))
    history.empty_trash()
    assert all(len(problem) < 500 for problem in history.take_problems())
    return len(entries)


def _copies(folder: Path, to: Path, mutations: Iterator[bytes], name: str) -> Iterator[Path]:
    for number, content in enumerate(mutations):
        copy = to / str(number)
        shutil.copytree(folder, copy)
        (copy / name).write_bytes(content)
        yield copy
        shutil.rmtree(copy)


def test_a_damaged_history_is_begun_anew_with_what_can_be_read(history_folder: Path, tmp_path: Path) -> None:
    content = (history_folder / "history.sqlite").read_bytes()
    whole = 0
    for copy in _copies(history_folder, tmp_path, mutate_bytes(content, MUTATIONS), "history.sqlite"):
        try:
            whole += _use_history(copy) == 3
        except InputError as error:
            if "newer version" not in str(error):  # which damage may tell, too
                raise
    assert whole > MUTATIONS / 4, "most damage leaves rows that can be read"


def test_a_history_whose_schema_is_no_text_is_begun_anew(history_folder: Path, tmp_path: Path) -> None:
    """SQLite quotes it in its complaint, which Python then cannot read."""
    path = tmp_path / "history" / "history.sqlite"
    shutil.copytree(history_folder, path.parent)
    path.write_bytes(path.read_bytes().replace(b"CREATE TABLE", b"CREATE \xe5ABLE"))
    history = History(path.parent)
    assert history.entries() == []
    (problem,) = history.take_problems()
    assert "was damaged and begun anew" in problem
    assert _use_history(path.parent) == 0


def test_a_history_of_a_version_that_cannot_be_is_begun_anew_with_its_rows(
    history_folder: Path, tmp_path: Path
) -> None:
    path = tmp_path / "history" / "history.sqlite"
    shutil.copytree(history_folder, path.parent)
    content = path.read_bytes()
    path.write_bytes(content[:60] + b"\x20\x00\x00\x04" + content[64:])
    assert _use_history(path.parent) == 3, "every row is still there"


def test_a_history_whose_column_lost_its_name_is_begun_anew_with_its_rows(history_folder: Path, tmp_path: Path) -> None:
    """Damage that fits together: SQLite finds nothing wrong with a column of another name."""
    path = tmp_path / "history" / "history.sqlite"
    shutil.copytree(history_folder, path.parent)
    content = path.read_bytes()
    schema = content.index(b"CREATE TABLE samples (")
    place = content.index(b"number", schema)
    path.write_bytes(content[:place] + b"nimber" + content[place + 6 :])
    assert _use_history(path.parent) == 3, "every row is still there"
    (aside,) = path.parent.glob("damaged-*.sqlite")
    assert b"nimber" in aside.read_bytes()


def test_odd_rows_of_a_history_are_left_out(history_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "history"
    shutil.copytree(history_folder, folder)
    for _ in mutate_rows(folder / "history.sqlite", MUTATIONS):
        _use_history(folder)


@pytest.fixture(scope="module")
def queue_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A queue of four jobs, one of them done, that its program has left."""
    folder = tmp_path_factory.mktemp("queue")
    store = JobStore(folder)
    queue = JobQueue(store.save)
    queue.add([Request({"vol_frac_D": 0.3}, seed=seed) for seed in range(4)], swept="vol_frac_D")
    queue.start(queue.jobs[0].key)
    queue.sampled(queue.jobs[0].key, _sample(0))
    queue.end(queue.jobs[0].key, State.DONE)
    store.add_picture(queue.jobs[0].key, b"png")
    store.close()
    return folder


def _use_queue(folder: Path) -> int:
    """Do with a queue what the window does; returns how many jobs it lists."""
    store = JobStore(folder)
    queue = JobQueue(store.save)
    jobs = store.load()
    queue.load(jobs)
    (added,) = queue.add([Request(seed=99)])
    for job in queue.jobs:
        store.picture(job.key)
        queue.move(job.key, -1)
    queue.remove([added.key])
    assert all(len(problem) < 500 for problem in store.take_problems())
    store.close()
    return len(jobs)


def test_a_damaged_queue_is_begun_anew_with_what_can_be_read(queue_folder: Path, tmp_path: Path) -> None:
    content = (queue_folder / "queue.sqlite").read_bytes()
    whole = 0
    for copy in _copies(queue_folder, tmp_path, mutate_bytes(content, MUTATIONS), "queue.sqlite"):
        whole += _use_queue(copy) == 4
    assert whole > MUTATIONS / 4, "most damage leaves rows that can be read"


def test_odd_rows_of_a_queue_are_left_out(queue_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "queue"
    shutil.copytree(queue_folder, folder)
    for _ in mutate_rows(folder / "queue.sqlite", MUTATIONS):
        _use_queue(folder)
