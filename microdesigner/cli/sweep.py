"""`generate --sweep`: a film for each value of one target, or for each pair of values of two."""

import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from microdesigner.app.sweep import SweepAxis, sweep_requests, sweep_table
from microdesigner.cli.growing_result import GrowingResult
from microdesigner.core.card import ModelCard
from microdesigner.core.errors import InputError
from microdesigner.core.events import SampleDone
from microdesigner.core.paths import write_text_atomic
from microdesigner.core.request import Request
from microdesigner.core.support import SPARSE
from microdesigner.core.verdict import judge_request

if TYPE_CHECKING:
    from collections.abc import Callable

    from microdesigner.engine import Engine

TABLE = "sweep.csv"


def parse_axes(entries: Sequence[str]) -> list[SweepAxis]:
    """`["vol_frac_D=0.2:0.6:5", ...]` as axes; raises InputError on what is none."""
    return [_axis(entry) for entry in entries]


def _axis(entry: str) -> SweepAxis:
    name, equals, text = entry.partition("=")
    parts = text.split(":")
    try:
        low, high, steps = float(parts[0]), float(parts[1]), int(parts[2])
    except (ValueError, IndexError):
        low, high, steps = 0.0, 0.0, 0
    if not (name and equals and len(parts) == 3 and steps):
        raise InputError(f"--sweep needs NAME=FROM:TO:STEPS, such as vol_frac_D=0.2:0.6:5; got '{entry}'.")
    return SweepAxis(name, low, high, steps)


def planned(request: Request, axes: Sequence[SweepAxis]) -> list[Request]:
    """The requests of a sweep; raises InputError where they cannot be, or `request` asks for several films itself."""
    if request.count != 1:
        raise InputError("A sweep makes one film per step; leave --count out.")
    requests = sweep_requests(request, axes)
    steps = math.prod(axis.steps for axis in axes)
    if len(requests) < steps:
        print(f"microdesigner: {steps - len(requests)} of {steps} combinations are impossible and left out.",
              file=sys.stderr)  # fmt: skip
    return requests


def run_sweep(
    engine: "Engine", requests: Sequence[Request], result: Path, write: "Callable[[SampleDone, Request], str]"
) -> None:
    """Generate, have `write` write each film, and let the table and `result`, a result.json, grow with them.

    Each sample of result.json holds its own targets; the request is that of the first film.
    """
    from tqdm import tqdm

    grown = GrowingResult(result, requests[0], engine.identity, engine.device.type)
    finished = []
    films = tqdm(engine.generate_each(requests), total=len(requests), desc="sweep", file=sys.stderr, leave=False)
    for index, (request, sample) in enumerate(zip(requests, films, strict=True)):
        file = write(SampleDone(index, sample), request)
        grown.add({**sample.to_json(file), "targets": request.targets})
        finished.append((request, sample.seed, sample.measured))
        write_text_atomic(result.with_name(TABLE), sweep_table(finished))
    grown.finish({})


def warn_of(card: ModelCard, requests: list[Request]) -> None:
    """Say how many films of a sweep the training data do not support, and what must be said of their size."""
    verdicts = [judge_request(card, card.conditioned_on(request.targets), request.size) for request in requests]
    for warning in verdicts[0].size_warnings:
        print(f"microdesigner: {warning}", file=sys.stderr)
    outside = sum(verdict.support is not None and verdict.support < SPARSE for verdict in verdicts)
    if outside:
        print(
            f"microdesigner: the targets of {outside} of {len(requests)} films lie at the edge of the training data or "
            "outside; 'models info' tells its ranges.",
            file=sys.stderr,
        )
