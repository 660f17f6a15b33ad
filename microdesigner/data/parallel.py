"""Work on volumes in processes of this machine that start at once, for minutes of work; `cluster` is for hours."""

from collections.abc import Callable, Generator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from microdesigner.core.errors import InputError, MicrodesignerError

Task = tuple[Callable[..., Any], *tuple[Any, ...]]
"""A module-level function and its arguments."""


def in_processes(tasks: list[Task], workers: int) -> Generator[Any]:
    """Results as they come; closing the generator drops what has not started. One worker works in this process.

    Raises what a task raises, and MicrodesignerError when a process dies.
    """
    if workers == 1:
        for work, *arguments in tasks:
            yield work(*arguments)
        return
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"))
    try:
        # no name for the futures: each is freed with its result as soon as it has been yielded
        for future in as_completed([pool.submit(work, *arguments) for work, *arguments in tasks]):
            yield future.result()
    except BrokenProcessPool:
        raise MicrodesignerError("A process died, perhaps for want of memory; use fewer workers.") from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def visible(folder: Path) -> Path:
    """`folder`, as a worker sees it; raises InputError where it does not."""
    if not folder.is_dir():
        raise InputError(f"A worker does not see {folder}; choose a folder on a file system that all workers share.")
    return folder
