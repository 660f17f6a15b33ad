"""`python -m tests.torture.long_runs [--only WORD] [--share S]`: what long use takes at its beginning and at its end.

Memory, descriptors and threads are of all processes of a run together; `seconds` is the processor time of what is done
again and again, or of a start. What is flat may grow by `FLAT_MB`, by no descriptor and by no thread.
"""

import argparse
import gc
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

FLAT_MB, FLAT_TIMES, FLAT_SECONDS = 40.0, 3.0, 0.3


@dataclass(frozen=True)
class Reading:
    """What was in use when `done` things had been done."""

    done: int
    megabytes: float
    descriptors: int
    threads: int
    seconds: float

    @classmethod
    def now(cls, done: int, seconds: float) -> "Reading":
        """Of this process and its children; freed memory that the C library keeps is given back first."""
        gc.collect()
        give_back()
        processes = [psutil.Process(), *psutil.Process().children(recursive=True)]
        megabytes = sum(process.memory_info().rss for process in processes) / 1e6
        descriptors = sum(process.num_fds() for process in processes)
        return cls(done, megabytes, descriptors, sum(process.num_threads() for process in processes), seconds)


def give_back() -> None:
    """Ask the C library for what it keeps of freed memory."""
    import contextlib
    import ctypes

    with contextlib.suppress(OSError, AttributeError):  # glibc's alone
        ctypes.CDLL(None).malloc_trim(0)


LongRun = Callable[[Path, int], Iterator[Reading]]
"""Does so many things in a folder; reads after the first tenth, and at the end."""


def read_twice(count: int, work: Callable[[int], object], share: float = 0.1) -> Iterator[Reading]:
    """`work` on 0, 1, 2 ... with a reading after a `share` of them and one at the end; seconds are per piece."""
    first = max(1, round(share * count))
    started = time.process_time()
    for number in range(count):
        work(number)
        if number + 1 in (first, count):
            pieces = first if number + 1 == first else count - first
            yield Reading.now(number + 1, (time.process_time() - started) / max(pieces, 1))
            started = time.process_time()


def run() -> int:
    """Do every long run in a process of its own, print the table; 1 where something grew."""
    from tests.torture.long_engine import drafts, engine_cycles, result_rows
    from tests.torture.long_training import training_week
    from tests.torture.long_window import history, queue, sweep, window_cycles

    runs: dict[str, tuple[LongRun, int]] = {
        "generate/cancel, engine": (engine_cycles, 500),
        "generate/cancel, window": (window_cycles, 500),
        "drafts, one engine": (drafts, 10_000),
        "generate --count, rows written": (result_rows, 10_000),
        "window start, history of": (history, 10_000),
        "window start, queue of": (queue, 1_000),
        "window, sweep of": (sweep, 500),
        "training followed, seconds": (training_week, 7 * 86_400),
    }
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", metavar="WORD", help="runs whose name holds this word")
    parser.add_argument("--share", type=float, default=1.0, help="of the full length (1)")
    args = parser.parse_args()
    print(f"{'':32} {'done':>16} {'MB':>13} {'descriptors':>11} {'threads':>9} {'seconds':>15}  verdict")
    failed = 0
    for name, (long_run, count) in runs.items():
        if args.only in name:
            failed += _report(name, *_apart(long_run, max(10, round(count * args.share))))
    return 1 if failed else 0


def _apart(long_run: LongRun, count: int) -> tuple[list[Reading], str]:
    """The readings, made in a copy of this process, and what it said where it failed."""
    receiving, sending = os.pipe()
    process = os.fork()
    if process == 0:
        os.setsid()
        code = 1
        try:
            with tempfile.TemporaryDirectory(prefix="long-", ignore_cleanup_errors=True) as folder:
                for reading in long_run(Path(folder), count):
                    os.write(sending, f"{reading!r}\n".encode())
            code = 0
        except BaseException as error:  # noqa: BLE001 - told in the table
            os.write(sending, f"{type(error).__name__}: {error}\n".encode())
        os._exit(code)
    os.close(sending)
    with os.fdopen(receiving, encoding="utf-8") as lines:
        told = lines.read().splitlines()
    os.waitpid(process, 0)
    readings = [eval(line) for line in told if line.startswith("Reading(")]
    return readings, " ".join(line for line in told if not line.startswith("Reading("))


def _report(name: str, readings: list[Reading], said: str) -> int:
    """Print a line of the table; whether the run failed."""
    if said or len(readings) < 2:
        print(f"{name:32} FAILED: {said or 'no readings'}", flush=True)
        return 1
    first, last = readings[0], readings[-1]
    grown = [
        word
        for word, grew in (
            ("memory", last.megabytes - first.megabytes > FLAT_MB),
            ("descriptors", last.descriptors > first.descriptors),
            ("threads", last.threads > first.threads),
            ("time", last.seconds > max(FLAT_TIMES * first.seconds, first.seconds + FLAT_SECONDS)),
        )
        if grew
    ]
    verdict = f"GREW: {', '.join(grown)}" if grown else "flat"
    print(
        f"{name:32} {first.done:>7}/{last.done:<8} {first.megabytes:>6.0f}/{last.megabytes:<6.0f} "
        f"{first.descriptors:>5}/{last.descriptors:<5} {first.threads:>4}/{last.threads:<4} "
        f"{first.seconds:>7.4f}/{last.seconds:<7.4f}  {verdict}",
        flush=True,
    )
    return len(grown)


if __name__ == "__main__":
    sys.exit(run())
