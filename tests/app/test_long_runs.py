"""Long use leaves nothing behind: descriptors, threads and memory stay, and what is stored opens as fast as before."""

import gc
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from microdesigner.app.store.history import History
from microdesigner.app.store.history_query import Query
from microdesigner.app.store.job_store import JobStore
from microdesigner.app.store.jobs import JobQueue, State
from microdesigner.app.workers import Cancelled, Worker
from microdesigner.app.workers.engine import Generate, LoadModel
from microdesigner.core.request import Request
from tests.app.test_history import _filled
from tests.app.test_worker import SEEN, end_of, first_of
from tests.gui import stand_in

pytestmark = pytest.mark.skipif(not hasattr(psutil.Process, "num_fds"), reason="descriptors are counted on POSIX")
CYCLES, WARM_UP, JOBS, ENTRIES = 50, 5, 1000, 2000
FLAT_MB = 20


def in_use(process: psutil.Process) -> tuple[int, int]:
    """Descriptors and threads."""
    gc.collect()
    return process.num_fds(), process.num_threads()


def resident_mb(process: psutil.Process) -> float:
    return float(process.memory_info().rss) / 1e6


def test_generations_begun_and_cancelled_leave_nothing_behind(
    work: Worker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MICRODESIGNER_TEST_STEP_S", "0.001")
    stand_in.write_card(tmp_path / stand_in.MODEL, shape=(16, 16, 8))
    load = LoadModel(stand_in.MODEL, tmp_path / stand_in.MODEL, stand_in.FACTORY)

    def cycle() -> None:
        number = work.ask(Generate(load, Request(model=stand_in.MODEL, steps=1000)))
        first_of(work, number)
        work.cancel(number)
        assert end_of(work, number)[-1] == Cancelled()
        SEEN[work].clear()

    for _ in range(WARM_UP):
        cycle()
    processes = [psutil.Process(), psutil.Process(work.pid)]
    before, memory = [in_use(each) for each in processes], [resident_mb(each) for each in processes]
    pid = work.pid
    for _ in range(CYCLES):
        cycle()
    assert work.pid == pid
    after = [in_use(each) for each in processes]
    assert [descriptors for descriptors, _ in after] == [descriptors for descriptors, _ in before]
    assert all(now <= then for (_, now), (_, then) in zip(after, before, strict=True))
    assert all(resident_mb(each) - then < FLAT_MB for each, then in zip(processes, memory, strict=True))


def test_a_history_and_a_queue_that_grow_take_neither_descriptors_nor_threads(tmp_path: Path) -> None:
    _filled(tmp_path / "history", 3)
    store = JobStore(tmp_path / "queue")
    queue = JobQueue(store.save)
    queue.add([Request(seed=0)])
    process = psutil.Process()
    before, threads, memory = in_use(process)[0], threading.active_count(), resident_mb(process)

    history = _filled(tmp_path / "history", 60)
    queue.add([Request(seed=seed) for seed in range(1, JOBS)])
    for job in queue.jobs[:20]:
        queue.start(job.key)
        queue.end(job.key, State.DONE)
    assert len(history.entries()) == 63
    assert (in_use(process)[0], threading.active_count()) == (before, threads)
    assert resident_mb(process) - memory < FLAT_MB
    assert store.load() == list(queue.jobs)
    store.close()


def test_what_is_stored_opens_in_time_that_grows_no_faster_than_it(tmp_path: Path) -> None:
    """Ten times as much takes at most some thirty times as long: nothing is compared with everything."""
    few = (_time_of(_stored_history(tmp_path / "few", ENTRIES // 10)), _time_of(_stored_queue(tmp_path / "q", 100)))
    many = (_time_of(_stored_history(tmp_path / "many", ENTRIES)), _time_of(_stored_queue(tmp_path / "qq", JOBS)))
    assert all(later < 30 * max(earlier, 0.001) for earlier, later in zip(few, many, strict=True)), (few, many)


def _time_of(work: Callable[[], object]) -> float:
    """The least processor time of three."""
    spent = []
    for _ in range(3):
        start = time.process_time()
        work()
        spent.append(time.process_time() - start)
    return min(spent)


def _stored_history(folder: Path, count: int) -> Callable[[], object]:
    history = _filled(folder, 1)
    columns = "made, model, seed, request, measured, volume"
    history._database.do(
        lambda database: database.execute(
            f"WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) "
            f"INSERT INTO samples (number, {columns}) SELECT i, {columns} FROM n, samples WHERE number = 1"
        )
    )
    assert len(History(folder).numbers(Query())) == count
    return lambda: History(folder).entries()


def _stored_queue(folder: Path, count: int) -> Callable[[], object]:
    store = JobStore(folder)
    JobQueue(store.save).add([Request(seed=seed) for seed in range(count)])
    store.close()

    def load() -> None:
        again = JobStore(folder)
        assert len(again.load()) == count
        again.close()

    return load
