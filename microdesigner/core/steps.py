"""Work as a generator of the share that is done, which can be stopped there and returns its result at its end."""

from collections.abc import Generator
from typing import TypeVar

Computed = TypeVar("Computed")
Steps = Generator[float, None, Computed]
"""Yields the share of the work that is done, 0 to 1, often enough to be stopped there; returns what it computed."""


def result_of(steps: Steps[Computed]) -> Computed:
    """What `steps` compute, run to their end."""
    while True:
        try:
            next(steps)
        except StopIteration as ending:
            return ending.value  # type: ignore[no-any-return]


def part_of(steps: Steps[Computed], begin: float, end: float) -> Steps[Computed]:
    """The same steps as the part of more work that begins and ends at these shares of it."""
    while True:
        try:
            share = next(steps)
        except StopIteration as ending:
            return ending.value  # type: ignore[no-any-return]
        yield begin + (end - begin) * share
