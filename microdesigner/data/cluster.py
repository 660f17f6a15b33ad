"""Tasks on the cluster of a Dask scheduler that the user runs."""

import asyncio
from collections.abc import Generator, Iterable
from typing import Any, Self

from distributed import Client, as_completed
from distributed.comm import connect
from distributed.scheduler import KilledWorker
from distributed.security import Security

from microdesigner.core.errors import InputError, MicrodesignerError
from microdesigner.data.pool import RETRIES, Task

PATIENCE_S = 30


class DaskCluster:
    """The workers of the scheduler at `address`; use as a context.

    Raises InputError when no scheduler answers or none of its workers does. For addresses of the kind tls:// the
    certificates come from Dask's own configuration.
    """

    def __init__(self, address: str) -> None:
        self._address = address

    def __enter__(self) -> Self:
        self._client = _connected(self._address)
        return self

    def __exit__(self, *ending: object) -> None:
        self._client.close()

    def results(self, tasks: Iterable[Task], at_once: int | None = None) -> Generator[Any]:
        """The tasks' results as they come, in any order, as those of a `ProcessPool`.

        A task that fails, or whose worker dies, is tried again elsewhere.
        """
        waiting = iter(tasks)
        under_way = as_completed(loop=self._client.loop)

        def begin() -> None:
            most = at_once or max(1, sum(self._client.ncores().values()))
            while under_way.count() < most and (task := next(waiting, None)) is not None:
                # not pure: a file may have been deleted since a task of the same name made it
                under_way.add(self._client.submit(*task, pure=False, retries=RETRIES))

        begin()
        for future in under_way:
            begin()
            try:
                yield future.result()
            except KilledWorker:
                raise MicrodesignerError(
                    "Workers of the cluster died again and again at the same task, perhaps for lack of memory; give "
                    "each worker more of it."
                ) from None


def _connected(address: str) -> Client:
    security = Security()  # Dask's configuration: certificates for tls://
    try:
        asyncio.run(_reach(address, security))
        client = Client(address, timeout=PATIENCE_S, security=security)
    except (OSError, ValueError, TypeError, RuntimeError) as error:
        raise InputError(
            f"No Dask scheduler answers at {address} ({error}); start one with `dask scheduler` and give its address."
        ) from None
    try:
        client.wait_for_workers(1, timeout=PATIENCE_S)
    except TimeoutError:
        client.close()
        raise InputError(
            f"The Dask scheduler at {address} has no workers; start some with `dask worker {address}`."
        ) from None
    return client


async def _reach(address: str, security: Security) -> None:
    """Raise OSError or ValueError when nothing answers. A client that fails in the making would close itself when it is
    collected, whatever the program is at then, and may wait for itself for ever."""
    arguments = security.get_connection_args("client")
    connection = await connect(address, timeout=PATIENCE_S, **arguments)
    await connection.close()
