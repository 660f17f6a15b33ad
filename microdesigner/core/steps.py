"""Work as a generator of the share that is done, which can be stopped there and returns its result at its end."""

from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

Computed = TypeVar("Computed")
Steps = Generator[float, None, Computed]
"""Yields the share of the work that is done, 0 to 1, often enough to be stopped there; returns what it computed."""


def result_of(work: Generator[Any, None, Computed]) -> Computed:
    """What a generator, of shares or of events, returns when it is run to its end."""
    while True:
        try:
            next(work)
        except StopIteration as ending:
            return ending.value


def part_of(steps: Steps[Computed], begin: float, end: float) -> Steps[Computed]:
    """The same steps as the part of more work that begins and ends at these shares of it."""
    while True:
        try:
            share = next(steps)
        except StopIteration as ending:
            return ending.value  # type: ignore[no-any-return]
        yield begin + (end - begin) * share


def together(all_steps: Sequence[Steps[Computed]]) -> Steps[list[Computed]]:
    """What each of these steps computes, a step of each at once in threads; it is of use where they leave Python."""
    results: dict[int, Computed] = {}
    shares = [0.0] * len(all_steps)

    def advance(number: int) -> None:
        try:
            shares[number] = next(all_steps[number])
        except StopIteration as ending:
            results[number], shares[number] = ending.value, 1.0

    with ThreadPoolExecutor(len(all_steps)) as threads:
        while len(results) < len(all_steps):
            list(threads.map(advance, [number for number in range(len(all_steps)) if number not in results]))
            yield sum(shares) / len(shares)
    return [results[number] for number in range(len(all_steps))]
