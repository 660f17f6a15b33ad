"""A sweep: one condition takes equally spaced values while the other targets and the seed stay."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from microdesigner.app.csv_export import csv_text
from microdesigner.app.store.jobs import Job
from microdesigner.core.errors import InputError
from microdesigner.core.request import Request

MAX_STEPS = 64
DECIMALS = 6


def sweep_requests(request: Request, name: str, low: float, high: float, steps: int) -> list[Request]:
    """One request per value of the condition `name` from `low` to `high`, with the targets and seed of `request`.

    Raises InputError when a value is impossible beside the other targets.
    """
    if not 2 <= steps <= MAX_STEPS:
        raise InputError(f"A sweep takes 2 to {MAX_STEPS} steps; got {steps}.")
    if low == high:
        raise InputError("A sweep needs two different ends; move one of them.")
    values = np.linspace(low, high, steps).round(DECIMALS).tolist()
    return [replace(request, targets={**request.targets, name: value}, count=1) for value in values]


def sweep_table(steps: Sequence[Job]) -> str:
    """Targets and measured values of a sweep's finished steps as CSV; what does not exist is empty."""
    finished = [(job, job.samples[0]) for job in steps if job.samples]
    targeted = sorted({name for job, _ in finished for name in job.request.targets})
    measured = sorted({name for _, sample in finished for name in sample["measured"]})
    header = ["seed", *(f"target {name}" for name in targeted), *(f"measured {name}" for name in measured)]
    rows = (
        [
            sample["seed"],
            *(job.request.targets.get(name) for name in targeted),
            *(sample["measured"].get(name) for name in measured),
        ]
        for job, sample in finished
    )
    return csv_text(header, rows)
