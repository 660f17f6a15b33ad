"""The queue keeps its order and its states, whatever ends the program."""

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microdesigner.app.store import jobs as module
from microdesigner.app.store.job_store import JobStore
from microdesigner.app.store.jobs import JobQueue, State
from microdesigner.core.errors import MicrodesignerError
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.request import Request
from microdesigner.core.result import Sample


def _queue(store: JobStore, count: int = 3) -> JobQueue:
    queue = JobQueue(store.save)
    queue.add([Request(seed=seed) for seed in range(count)])
    return queue


def _seeds(queue: JobQueue) -> list[int]:
    return [job.request.seed for job in queue.jobs]


def _sample() -> Sample:
    return Sample(Microstructure(np.zeros((4, 4, 4), np.uint8), (1.0, 1.0, 1.0)), 0, {"vol_frac_D": 0.3, "x": None})


def test_jobs_come_back_in_order_with_their_states(tmp_path: Path) -> None:
    store = JobStore(tmp_path)
    queue = _queue(store, 4)
    first, second, third, _ = (job.key for job in queue.jobs)
    queue.start(first)
    queue.sampled(first, _sample())
    queue.end(first, State.DONE)
    queue.start(second)
    queue.end(second, State.FAILED, "no memory")
    queue.start(third)
    assert store.load() == list(queue.jobs)
    again = JobQueue(store.save)
    again.load(store.load())
    assert [job.state for job in again.jobs] == [State.DONE, State.FAILED, State.WAITING, State.WAITING]
    assert again.jobs[0].samples[0]["measured"] == {"vol_frac_D": 0.3, "x": None}
    assert again.jobs[1].message == "no memory"
    assert again.next() == again.jobs[2]


def test_waiting_jobs_change_places_among_themselves(tmp_path: Path) -> None:
    queue = _queue(JobStore(tmp_path), 4)
    keys = [job.key for job in queue.jobs]
    queue.start(keys[0])
    queue.move(keys[3], -1)
    assert _seeds(queue) == [0, 1, 3, 2]
    queue.move(keys[1], 5)
    assert _seeds(queue) == [0, 3, 2, 1]
    queue.move(keys[0], 1)
    assert _seeds(queue) == [0, 3, 2, 1]


def test_a_running_job_is_neither_removed_nor_cleared(tmp_path: Path) -> None:
    queue = _queue(JobStore(tmp_path))
    keys = [job.key for job in queue.jobs]
    queue.start(keys[0])
    queue.end(keys[1], State.CANCELLED)
    queue.remove(keys[:1])
    queue.clear_ended()
    assert _seeds(queue) == [0, 2]


def test_a_job_ends_once_and_can_run_again(tmp_path: Path) -> None:
    queue = _queue(JobStore(tmp_path), 1)
    key = queue.jobs[0].key
    queue.end(key, State.DONE)
    queue.end(key, State.CANCELLED)
    assert queue.jobs[0].state is State.DONE
    queue.again(key)
    assert queue.next() == queue.jobs[0]


def test_old_ended_jobs_leave_but_open_ones_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_ENDED", 2)
    queue = _queue(JobStore(tmp_path), 5)
    for job in queue.jobs[1:]:
        queue.end(job.key, State.DONE)
    assert _seeds(queue) == [0, 3, 4]


@given(st.lists(st.tuples(st.sampled_from(["move", "remove", "start", "end", "again"]), st.integers(0, 4))))
def test_no_sequence_of_changes_loses_or_doubles_a_job(changes: list[tuple[str, int]]) -> None:
    queue = JobQueue(lambda jobs: None)
    keys = [job.key for job in queue.add([Request(seed=seed) for seed in range(5)])]
    removed = set()
    for what, number in changes:
        key = keys[number]
        if what == "move":
            queue.move(key, number - 2)
        elif what == "remove":
            job = queue.get(key)
            removed |= {key} if job and job.state is not State.RUNNING else set()
            queue.remove([key])
        elif what == "start" and queue.get(key) in queue.jobs:
            queue.start(key)
        elif what == "end":
            queue.end(key, State.DONE)
        else:
            queue.again(key)
    assert sorted(job.key for job in queue.jobs) == sorted(set(keys) - removed)


def test_pictures_go_with_their_jobs(tmp_path: Path) -> None:
    store = JobStore(tmp_path)
    queue = _queue(store, 2)
    for job in queue.jobs:
        store.add_picture(job.key, b"png")
    gone, left = (job.key for job in queue.jobs)
    queue.remove([gone])
    assert (store.picture(gone), store.picture(left)) == (None, b"png")


def test_two_programs_have_each_its_own_jobs(tmp_path: Path) -> None:
    first, second = JobStore(tmp_path), JobStore(tmp_path)
    one, other = _queue(first, 3), _queue(second, 2)
    one.end(one.jobs[0].key, State.DONE)
    other.remove([other.jobs[0].key])
    one.move(one.jobs[2].key, -1)
    assert first.load() == list(one.jobs)
    assert second.load() == list(other.jobs)
    assert JobStore(tmp_path).load() == [], "both still run"
    first.close()
    third = JobStore(tmp_path)
    assert third.load() == list(one.jobs)
    assert second.load() == list(other.jobs)


def test_jobs_that_are_left_are_taken_over_by_one_program_only(tmp_path: Path) -> None:
    store = JobStore(tmp_path)
    _queue(store, 40)
    store.close()
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom microdesigner.app.store.job_store import JobStore\n"
        "store = JobStore(Path(sys.argv[1]))\nprint(len(store.load()), flush=True)\nsys.stdin.read()\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    programs = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    counts = [int(program.stdout.readline()) for program in programs if program.stdout]
    for program in programs:
        program.communicate()
    assert sorted(counts) == [0, 0, 40]


def test_only_what_changes_is_written(tmp_path: Path) -> None:
    store = JobStore(tmp_path)
    queue = _queue(store, 50)
    written: list[int] = []
    do = store._database.do

    def count(work: Any) -> Any:
        def counted(database: sqlite3.Connection) -> Any:
            answer = work(database)
            written.append(database.total_changes)
            return answer

        return do(counted)

    store._database.do = count  # type: ignore[method-assign]
    queue.start(queue.jobs[0].key)
    queue.end(queue.jobs[0].key, State.DONE)
    queue.remove([queue.jobs[0].key])
    assert written == [1, 1, 1]


def test_rows_that_cannot_be_read_are_left_out_and_told_once(tmp_path: Path) -> None:
    store = JobStore(tmp_path)
    queue = _queue(store, 3)
    store.close()
    with sqlite3.connect(tmp_path / "queue.sqlite") as database:
        database.execute("UPDATE jobs SET state = 'dreaming' WHERE position = 0")
        database.execute("""UPDATE jobs SET samples = '[{"seed": 1}]' WHERE position = 1""")
    database.close()
    again = JobStore(tmp_path)
    assert again.load() == [queue.jobs[2]]
    assert again.take_problems()[0].startswith("2 entries of the queue cannot be read")
    again.close()
    last = JobStore(tmp_path)
    assert last.load() == [queue.jobs[2]]
    assert last.take_problems() == []


def test_a_queue_of_the_first_version_goes_on(tmp_path: Path) -> None:
    store = JobStore(tmp_path)
    queue = _queue(store, 3)
    store.close()
    with sqlite3.connect(tmp_path / "queue.sqlite") as database:
        database.execute("CREATE TABLE old AS SELECT * FROM jobs")
        database.execute("DROP TABLE jobs")
        database.execute("ALTER TABLE old RENAME TO jobs")
        database.execute("ALTER TABLE jobs DROP COLUMN owner")
        database.execute("PRAGMA user_version=1")
    database.close()
    assert JobStore(tmp_path).load() == list(queue.jobs)


def test_a_killed_program_leaves_the_whole_queue(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom tests.app.test_jobs import _queue\n"
        "from microdesigner.app.store.job_store import JobStore\nqueue = _queue(JobStore(Path(sys.argv[1])), 20)\n"
        "while True:\n    queue.move(queue.jobs[0].key, 19)\n    print('moved', flush=True)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for _ in range(7):
        assert process.stdout.readline() == "moved\n"
    os.kill(process.pid, signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    process.communicate()
    assert sorted(job.request.seed for job in JobStore(tmp_path).load()) == list(range(20))


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(MicrodesignerError, match="file"):
        _queue(JobStore(tmp_path / "file"), 1)
