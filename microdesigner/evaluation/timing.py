"""Seconds of wall clock, on devices that answer before they are done too."""

import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import torch


@dataclass(frozen=True)
class Measurement:
    """`seconds` that `name` of `group` takes; `ratio` is that to the floor named in `note`, where there is one."""

    group: str
    name: str
    seconds: float
    note: str = ""
    ratio: float | None = None

    def to_json(self) -> dict[str, Any]:
        """A JSON-able entry."""
        return asdict(self)


def seconds_of(work: Callable[[], object], device: torch.device | None = None) -> float:
    """Seconds that `work` takes; on a GPU given as `device`, until its last kernel has run."""
    _wait(device)
    started = time.perf_counter()
    work()
    _wait(device)
    return time.perf_counter() - started


def median_seconds(work: Callable[[], object], repeats: int, device: torch.device | None = None) -> float:
    """Median of `repeats`."""
    return statistics.median(seconds_of(work, device) for _ in range(repeats))


def _wait(device: torch.device | None) -> None:
    if device is not None and device.type == "cuda":
        torch.cuda.synchronize(device)
