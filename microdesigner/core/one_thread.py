"""Work beside the caller in one thread, in the order in which it was asked for."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec

Arguments = ParamSpec("Arguments")


class OneThread:
    """Does work in a thread of its own; at once, in the caller's, where the system has no thread left to give."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._pool = self._new_pool()

    def do(self, work: Callable[Arguments, object], *args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
        """Do `work`, which raises nothing, after everything asked for so far."""
        try:
            self._pool.submit(work, *args, **kwargs)
        except RuntimeError:
            self._pool = self._new_pool()  # nothing waits in the old one but `work`, which it could not begin
            work(*args, **kwargs)

    def close(self, drop: bool = False) -> None:
        """Finish what was asked for, or with `drop` what is begun."""
        self._pool.shutdown(wait=True, cancel_futures=drop)

    def _new_pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(1, thread_name_prefix=self._name)
