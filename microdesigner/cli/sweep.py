"""`generate --sweep`: a film for each value of one target, or for each pair of values of two."""

import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from microdesigner.app.sweep import Measured, SweepAxis, sweep_requests, sweep_table
from microdesigner.cli.growing_result import GrowingResult
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
    """sweep.csv in `folder`: the films of a sweep that `result` lists get a row each as they come, and in the end all
    stand in their order."""

    def __init__(self, folder: Path, requests: Sequence[Request], result: GrowingResult) -> None:
        self._path, self._requests, self._result = folder / TABLE, requests, result
        self._header = ""

    def add(self, index: int, entry: dict[str, Any]) -> None:
        """Append the row of film `index`, whose entry in the result is `entry`."""
        header, _, row = sweep_table([self._film(index, entry)]).partition("\n")
        if header != self._header:  # the first one of this run, or one with other columns
            self.write()
            return
        with self._path.open("a", encoding="utf-8", newline="") as table:
            table.write(row)

    def write(self) -> None:
        """Write all rows anew."""
        table = sweep_table(self._film(index, entry) for index, entry in self._result.made)
        write_text_atomic(self._path, table)
        self._header = table.partition("\n")[0]

    def _film(self, index: int, entry: dict[str, Any]) -> tuple[Request, int, Measured]:
        return self._requests[index], entry["seed"], entry["measured"]


def warn_of(card: ModelCard, requests: Sequence[Request]) -> None:
    """Say how many films of a sweep the training data do not support, and what must be said of their size."""
    verdicts = [
        judge_request(card, card.conditioned_on(request.targets), request.size, request.voxel_nm)
        for request in requests
    ]
    for warning in verdicts[0].size_warnings:
        print(f"microdesigner: {warning}", file=sys.stderr)
    outside = sum(verdict.support is not None and verdict.support < SPARSE for verdict in verdicts)
    if outside:
        print(
            f"microdesigner: the targets of {outside} of {len(requests)} films lie at the edge of the training data or "
            "outside; 'models info' tells its ranges.",
            file=sys.stderr,
        )
