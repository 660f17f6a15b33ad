"""Where tasks are worked off: processes of this machine, or the cluster of a Dask scheduler."""

from collections.abc import Generator, Iterable
from pathlib import Path
from typing import Any, Protocol, Self

from microdesigner.core.errors import InputError
from microdesigner.data.pool import ProcessPool, Task

OPEN_SCHEDULER = (
    "{} is open to everyone who reaches it and runs what they send as its own user; keep it inside a trusted network, "
    "or use tls:// (packaging/clusters.md)."
)


class Processes(Protocol):
    """Who works off tasks; used as a context."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *ending: object) -> None: ...

    def results(self, tasks: Iterable[Task], at_once: int | None = None) -> Generator[Any]:
        """The tasks' results as they come, in any order; see `ProcessPool.results`."""
        ...


def task_processes(workers: int, scheduler: str | None) -> Processes:
    """`workers` processes of this machine, which nobody else can reach; or the cluster of the Dask scheduler at the
    address `scheduler`, which runs what anyone sends who reaches it (see `scheduler_warning`). Use as a context.

    Raises InputError where Dask is needed and is not installed, as on a machine lent for training.
    """
    if scheduler is None:
        return ProcessPool(workers)
    try:
        from microdesigner.data.cluster import DaskCluster
    except ModuleNotFoundError as error:
        raise InputError(
            f"--scheduler needs the package distributed ({error}); leave it out or install this program's extra "
            "cluster (pip install 'microdesigner[cluster]')."
        ) from None
    return DaskCluster(scheduler)


def scheduler_warning(scheduler: str | None) -> str:
    """What must be said of a Dask scheduler whose connection is neither encrypted nor kept to those who hold its
    certificates; "" where it is both, or there is none."""
    return "" if scheduler is None or scheduler.startswith("tls://") else OPEN_SCHEDULER.format(scheduler)


def visible(folder: Path) -> Path:
    """`folder`, as a worker sees it; raises InputError where it does not."""
    if not folder.is_dir():
        raise InputError(f"A worker does not see {folder}; choose a folder on a file system that all workers share.")
    return folder
