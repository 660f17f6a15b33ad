"""Tasks on processes of this machine without Dask, which a bare machine lent for training does not have."""

from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from itertools import islice
from multiprocessing import get_context
from typing import Any

import torch

from microdesigner.core.errors import InputError
from microdesigner.data.parallel import Task


class Processes(ProcessPoolExecutor):
    """Processes of one thread each that end with their work."""

    def __init__(self, workers: int) -> None:
        super().__init__(workers, mp_context=get_context("spawn"), initializer=torch.set_num_threads, initargs=(1,))
        self.workers = workers


@contextmanager
def cluster(workers: int, scheduler: str | None = None) -> Iterator[Processes]:
    """`workers` processes on this machine; raises InputError when a `scheduler` is named."""
    if scheduler is not None:
        raise InputError(f"Without the package distributed no Dask scheduler can be used; leave out {scheduler}.")
    processes = Processes(workers)
    try:
        yield processes
    finally:
        processes.shutdown(wait=True, cancel_futures=True)


def results(client: Processes, tasks: Iterable[Task], at_once: int | None = None) -> Generator[Any]:
    """The tasks' results as they come, in any order; no more tasks are under way than processes, or `at_once`."""
    waiting = iter(tasks)
    under_way: set[Future[Any]] = set()
    while True:
        for work, *arguments in islice(waiting, (at_once or client.workers) - len(under_way)):
            under_way.add(client.submit(work, *arguments))
        if not under_way:
            return
        done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
        while done:  # each is freed with its result as soon as it has been yielded
            yield done.pop().result()
