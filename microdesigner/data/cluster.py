"""Tasks on many processes through Dask: those of this machine, or those of a cluster that a scheduler leads."""

import asyncio
import contextlib
import logging
from collections.abc import Generator, Iterable, Iterator
from typing import Any

from distributed import Client, LocalCluster, as_completed
from distributed.comm import connect
from distributed.scheduler import KilledWorker

from microdesigner.core.errors import InputError, MicrodesignerError
from microdesigner.data.parallel import Task

RETRIES = 2
PATIENCE_S = 30
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")


@contextlib.contextmanager
def cluster(workers: int, scheduler: str | None = None) -> Iterator[Client]:
    """A client of the Dask scheduler at the address `scheduler`, or of `workers` processes on this machine.

    Processes of this machine have one thread each, listen to this machine alone and end with the block, whatever they
    are at. Raises InputError when no scheduler answers or none of its workers does.
    """
    if scheduler is not None:
        with contextlib.closing(_remote(scheduler)) as client:
            yield client
        return
    with (
        # no dashboard, which would open a port for all to see; no log, since what matters comes as an exception
        LocalCluster(
            workers, threads_per_worker=1, dashboard_address=None, env=ONE_THREAD, silence_logs=logging.CRITICAL
        ) as processes,
        Client(processes) as client,
    ):
        yield client


def results(client: Client, tasks: Iterable[Task], at_once: int | None = None) -> Generator[Any]:
    """The tasks' results as they come, in any order.

    No more tasks are under way than the cluster has threads, or `at_once`: `tasks` is read as they end, so who ends it
    or closes the generator begins no more. A task that fails, or whose worker dies, is tried again elsewhere. Raises
    what a task raises at last, and MicrodesignerError when workers die of it again and again.
    """
    waiting = iter(tasks)
    under_way = as_completed(loop=client.loop)

    def begin() -> None:
        most = at_once or max(1, sum(client.ncores().values()))
        while under_way.count() < most and (task := next(waiting, None)) is not None:
            # not pure: a file may have been deleted since a task of the same name made it
            under_way.add(client.submit(*task, pure=False, retries=RETRIES))

    begin()
    for future in under_way:
        begin()
        try:
            yield future.result()
        except KilledWorker:
            raise MicrodesignerError(
                "Worker processes died again and again at the same task, perhaps for want of memory; use fewer workers."
            ) from None


def _remote(scheduler: str) -> Client:
    try:
        asyncio.run(_reach(scheduler))
        client = Client(scheduler, timeout=PATIENCE_S)
    except (OSError, ValueError) as error:
        raise InputError(
            f"No Dask scheduler answers at {scheduler} ({error}); start one with `dask scheduler` and give its address."
        ) from None
    try:
        client.wait_for_workers(1, timeout=PATIENCE_S)
    except TimeoutError:
        client.close()
        raise InputError(
            f"The Dask scheduler at {scheduler} has no workers; start some with `dask worker {scheduler}`."
        ) from None
    return client


async def _reach(scheduler: str) -> None:
    """Raise OSError or ValueError when nothing answers. A client that fails in the making would close itself when it is
    collected, whatever the program is at then, and may wait for itself for ever."""
    connection = await connect(scheduler, timeout=PATIENCE_S)
    await connection.close()
