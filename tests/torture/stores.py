"""History and queue, written as the window writes them."""

from pathlib import Path

from microdesigner.app.store.history import History
from microdesigner.app.store.job_store import JobStore
from microdesigner.app.store.jobs import JobQueue
from microdesigner.core.request import Request
from tests.torture.area import Area
from tests.torture.films import same, sample
from tests.torture.forks import Done

SAMPLES, JOBS = 12, 20


def stores() -> list[Area]:
    """The two."""
    return [
        Area("history", _store, _check_history, _compare_history),
        Area("queue", _queue, _check_queue, lambda folder, reference: _check_queue(folder, reference, JOBS)),
    ]


def _store(folder: Path, done: Done) -> None:
    history = History(folder)
    for number in range(SAMPLES):
        history.add(Request(seed=number), sample(number), b"picture")
        done()


def _check_history(folder: Path, _: Path, done: int) -> None:
    history = History(folder)
    entries = history.entries()
    assert not history.take_problems()
    assert len(entries) >= done
    for entry in entries:
        stored = history.load(entry)
        assert same(stored.microstructure, sample(entry.request.seed).microstructure)


def _compare_history(folder: Path, _: Path) -> None:
    entries = History(folder).entries()
    assert {entry.request.seed for entry in entries} == set(range(SAMPLES))
    assert len(entries) >= SAMPLES


def _queue(folder: Path, done: Done) -> None:
    store = JobStore(folder)
    queue = JobQueue(store.save)
    queue.load(store.load())
    present = {job.request.seed for job in queue.jobs}
    for number in range(JOBS):
        if number not in present:
            queue.add([Request(seed=number)])
        done()


def _check_queue(folder: Path, _: Path, done: int) -> None:
    store = JobStore(folder)
    jobs = store.load()
    assert not store.take_problems()
    seeds = [job.request.seed for job in jobs]
    assert seeds == list(range(len(seeds)))
    assert len(seeds) >= done
    store.save(jobs)
    store.close()
