"""`generate --sweep`: a film for each value of one target, or for each pair of values of two."""

import math
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from microdesigner.app.sweep import SweepAxis, sweep_requests, sweep_table
from microdesigner.core.card import ModelCard
from microdesigner.core.errors import InputError
from microdesigner.core.paths import write_text_atomic
from microdesigner.core.request import Request
from microdesigner.core.support import SPARSE
from microdesigner.core.verdict import judge_request

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


class SweepTable:
    """sweep.csv in `folder`, which grows with the films of a sweep."""

    def __init__(self, folder: Path, requests: Sequence[Request], made: Iterable[tuple[int, dict[str, Any]]]) -> None:
        self._path, self._requests = folder / TABLE, requests
        self._films = dict(made)

    def add(self, index: int, entry: dict[str, Any]) -> None:
        """Write the table with film `index`, whose entry of result.json is `entry`."""
        self._films[index] = entry
        films = [
            (self._requests[number], film["seed"], film["measured"]) for number, film in sorted(self._films.items())
        ]
        write_text_atomic(self._path, sweep_table(films))


def warn_of(card: ModelCard, requests: Sequence[Request]) -> None:
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
