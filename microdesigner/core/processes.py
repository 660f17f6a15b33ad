"""What is known of other processes of this machine: whether they run, and whether a signal has stopped them."""

import os
import platform
import sys
import time
import zlib
from collections.abc import Iterable

SECONDS_BETWEEN_LOOKS = 1.0


def process_place() -> str:
    """Eight hexadecimal digits that name the machine, and on Linux the container, in which process numbers count."""
    namespace = os.readlink("/proc/self/ns/pid") if sys.platform == "linux" and os.path.exists("/proc/self/ns") else ""  # noqa: PTH110, PTH115
    return f"{zlib.crc32(f'{platform.node()} {namespace}'.encode()):08x}"


def is_running(pid: int) -> bool:
    """Whether a process of this number is there, or may be: where that cannot be found out, too."""
    try:
        import psutil  # not on a bare machine lent for training

        return bool(psutil.pid_exists(pid))
    except Exception:  # noqa: BLE001 - nothing may be taken from a process that may run
        return True


def is_stopped(pid: int | None) -> bool:
    """Whether a signal has stopped the process, which ends nothing and answers nothing."""
    if pid is None:
        return False
    try:
        import psutil

        return bool(psutil.Process(pid).status() == psutil.STATUS_STOPPED)
    except Exception:  # noqa: BLE001 - gone, or not to be asked
        return False


class StopWatch:
    """Finds processes that a signal has stopped, at two looks one after the other: with a whole group that is stopped
    and goes on, as by Ctrl+Z in a terminal, nothing is wrong."""

    def __init__(self) -> None:
        self._looked_at = time.monotonic()
        self._stopped: set[int] = set()

    def standing(self, pids: Iterable[int | None]) -> set[int]:
        """Those of the processes that stand still; looks at them once a second at most."""
        now = time.monotonic()
        if now - self._looked_at < SECONDS_BETWEEN_LOOKS:
            return set()
        stopped = {pid for pid in pids if pid is not None and is_stopped(pid)}
        standing, self._looked_at, self._stopped = stopped & self._stopped, now, stopped
        return standing
