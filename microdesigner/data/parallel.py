"""Work on volumes in processes of this machine that start at once, for minutes of work; `cluster` is for hours."""

from collections.abc import Callable, Generator
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from microdesigner.core.errors import InputError

Task = tuple[Callable[..., Any], *tuple[Any, ...]]
"""A module-level function and its arguments."""


def in_processes(tasks: list[Task], workers: int, initializer: Callable[[], None] | None = None) -> Generator[Any]:
    """Results as they come; closing the generator drops what has not started. `initializer` runs once per process."""
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=initializer)
    try:
        # no name for the futures: each is freed with its result as soon as it has been yielded
        for future in as_completed([pool.submit(work, *arguments) for work, *arguments in tasks]):
            yield future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def visible(folder: Path) -> Path:
    """`folder`, as a worker sees it; raises InputError where it does not."""
    if not folder.is_dir():
        raise InputError(f"A worker does not see {folder}; choose a folder on a file system that all workers share.")
    return folder
