"""Sweeps: one or two conditions take equally spaced values while the other targets and the seed stay."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from microdesigner.app.csv_export import csv_text
from microdesigner.app.store.jobs import Job
from microdesigner.core.descriptor_spec import spec_of
from microdesigner.core.errors import InputError
from microdesigner.core.request import Request

MAX_STEPS, MAX_FILMS, MAX_AXES = 64, 400, 2
DECIMALS = 6
MORPH = "morph"
"""What the jobs of a morph are said to sweep: they lie between two films."""
Measured = Mapping[str, float | None]


@dataclass(frozen=True)
class SweepAxis:
    """The condition `name` from `low` to `high` in `steps` equally spaced values, both ends included.

    Raises InputError where that is no sweep.
    """

    name: str
    low: float
    high: float
    steps: int

    def __post_init__(self) -> None:
        if not 2 <= self.steps <= MAX_STEPS:
            raise InputError(f"A sweep takes 2 to {MAX_STEPS} steps; got {self.steps}.")
        if self.low == self.high:
            raise InputError("A sweep needs two different ends; move one of them.")

    @property
    def values(self) -> list[float]:
        """The value of each step."""
        values: list[float] = np.linspace(self.low, self.high, self.steps).round(DECIMALS).tolist()
        return values


def sweep_requests(request: Request, axes: Sequence[SweepAxis]) -> list[Request]:
    """One request per value of the one axis, or per pair of values of two, with the targets and seed of `request`.

    Of two axes the first runs fastest, and pairs that are impossible, as fractions that sum to more than 1, are left
    out.

    Raises
    ------
    InputError
        When a value of a single axis is impossible beside the other targets, when all pairs are, when both axes are one
        condition, and when there are too many films.
    """
    if not 1 <= len(axes) <= MAX_AXES or len({axis.name for axis in axes}) < len(axes):
        raise InputError("A sweep runs over one condition, or over two different ones.")
    if (films := math.prod(axis.steps for axis in axes)) > MAX_FILMS:
        raise InputError(f"A sweep makes at most {MAX_FILMS} films; this would be {films}: take fewer steps.")
    names = [axis.name for axis in reversed(axes)]
    points = [dict(zip(names, values, strict=True)) for values in product(*(axis.values for axis in reversed(axes)))]
    requests, problem = [], None
    for point in points:
        try:
            requests.append(replace(request, targets={**request.targets, **point}, count=1))
        except InputError as error:
            problem = problem or error
    if problem and (len(axes) == 1 or not requests):
        raise problem
    return requests


def swept_names(swept: str) -> tuple[str, ...]:
    """The conditions that a job's entry `swept` names, the one that runs fastest first."""
    return tuple(swept.split(",")) if swept else ()


def sweep_title(names: Sequence[str], films: int) -> str:
    """What is swept, in words."""
    if tuple(names) == (MORPH,):
        return f"Morph, {films} films"
    return f"Sweep of {' and '.join(spec_of(name).title.lower() for name in names)}, {films} films"


def finished_steps(steps: Sequence[Job]) -> list[tuple[Request, int, Measured]]:
    """Request, seed and measured values of the steps that are finished."""
    return [(job.request, job.samples[0]["seed"], job.samples[0]["measured"]) for job in steps if job.samples]


def sweep_table(finished: Iterable[tuple[Request, int, Measured]]) -> str:
    """Targets and measured values of finished films as CSV; what does not exist is empty."""
    films = list(finished)
    asked = sorted({name for request, _, _ in films for name in request.targets})
    found = sorted({name for _, _, measured in films for name in measured})
    header = ["seed", *(f"target {name}" for name in asked), *(f"measured {name}" for name in found)]
    rows = (
        [seed, *(request.targets.get(name) for name in asked), *(measured.get(name) for name in found)]
        for request, seed, measured in films
    )
    return csv_text(header, rows)


def sweep_values(steps: Sequence[Job], name: str) -> list[float]:
    """The values that the condition `name` takes in the steps of a sweep, in ascending order."""
    return sorted({job.request.targets[name] for job in steps})
