"""`python -m tests.torture [--times N] [--pairs N] [--seed S] [--only WORDS] [--count N]`: tried, held, failed."""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.torture.area import Area, Count
from tests.torture.commands import commands
from tests.torture.exports import exports
from tests.torture.faults import can_mount, faults
from tests.torture.kills import kill
from tests.torture.pairs import pairs
from tests.torture.start import start
from tests.torture.stores import stores
from tests.torture.training import training
from tests.torture.warm_up import warm_up
from tests.torture.window import window

OWN_ENTRIES = ("history", "queue")
"""Where two programs write what both then have; tests of these stores tell what must hold."""
WRITES_NOTHING = "start of the desktop"
"""Killing it would tell nothing."""


def run() -> int:
    """Try everything, print the counts; 1 where something failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=50, help="kills of each kind (50)")
    parser.add_argument("--count", type=int, default=20, help="volumes of a generation (20)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", metavar="WORDS", help="areas whose name holds one of these, with commas")
    parser.add_argument("--faults", action=argparse.BooleanOptionalAction, default=True, help="full disks and the like")
    parser.add_argument("--pairs", type=int, default=5, metavar="N", help="times that each is done twice at once (5)")
    args = parser.parse_args()
    total = Count("all")
    if args.faults:
        can_mount()  # before the first process that reads files is started
    with tempfile.TemporaryDirectory(prefix="torture-") as folder:
        (inputs := Path(folder) / "inputs").mkdir()
        areas = [*stores(), *exports(inputs), *commands(inputs, args.count), window(), start(), training(inputs)]
        areas = [area for area in areas if any(word in area.name for word in args.only.split(","))]
        warm_up(areas)
        started = time.monotonic()
        for count in _counts(areas, args, Path(folder)):
            print(f"{count.line()}  {time.monotonic() - started:7.1f} s", flush=True)
            for failure in count.failures:
                print(f"    {failure}", file=sys.stderr, flush=True)
            total.tried += count.tried
            total.failures += count.failures
            started = time.monotonic()
    print(total.line())
    return 1 if total.failures else 0


def _counts(areas: list[Area], args: argparse.Namespace, folder: Path) -> Iterator[Count]:
    if args.times:
        for area in areas:
            if area.name != WRITES_NOTHING:
                yield kill(area, args.times, args.seed, folder)
    for area in areas:
        if args.pairs and area.name not in OWN_ENTRIES:
            yield pairs(area, args.pairs, folder)
    if args.faults:
        for area in areas:
            yield from faults(area, folder)


if __name__ == "__main__":
    sys.exit(run())
