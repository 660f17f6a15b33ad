"""`python -m tests.torture [--times N] [--seed S] [--only WORD] [--count N]`: the table tried, held, failed."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.torture.areas import areas, warm_up
from tests.torture.faults import faults
from tests.torture.kills import Count, kill


def run() -> int:
    """Try everything, print the counts; 1 where something failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=50, help="kills of each kind (50)")
    parser.add_argument("--count", type=int, default=20, help="volumes of a generation (20)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", metavar="WORD", help="areas whose name holds this word")
    parser.add_argument("--faults", action=argparse.BooleanOptionalAction, default=True, help="full disks and the like")
    args = parser.parse_args()
    counts: list[Count] = []
    with tempfile.TemporaryDirectory(prefix="torture-") as folder:
        (inputs := Path(folder) / "inputs").mkdir()
        found = [area for area in areas(inputs, args.count) if args.only in area.name]
        warm_up(found)
        for area in found:
            started = time.monotonic()
            counts.append(kill(area, args.times, args.seed, Path(folder)))
            _tell(counts[-1], started)
        for area in found if args.faults else ():
            started = time.monotonic()
            for count in faults(area, Path(folder)):
                counts.append(count)
                _tell(count, started)
    total = Count("all", sum(each.tried for each in counts), [word for each in counts for word in each.failures])
    print(total.line())
    return 1 if total.failures else 0


def _tell(count: Count, started: float) -> None:
    print(f"{count.line()}  {time.monotonic() - started:6.1f} s", flush=True)
    for failure in count.failures:
        print(f"    {failure}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(run())
