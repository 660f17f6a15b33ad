"""How a property computes: as a generator of the share that is done, which returns the values at its end."""

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import TypeVar

Value = float | None
Computed = TypeVar("Computed")
Steps = Generator[float, None, Computed]
"""Yields the share of the work that is done, 0 to 1, often enough to be stopped there; returns what it computed."""


@dataclass
class Values:
    """Values by name. One that does not exist is None, and `reasons` says why."""

    values: dict[str, Value] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)

    def lack(self, names: tuple[str, ...], reason: str) -> "Values":
        """These values, with `names` told not to exist for a `reason`."""
        self.values |= dict.fromkeys(names)
        self.reasons |= dict.fromkeys(names, reason)
        return self


def result_of(steps: Steps[Computed]) -> Computed:
    """What `steps` compute, run to their end."""
    while True:
        try:
            next(steps)
        except StopIteration as ending:
            return ending.value  # type: ignore[no-any-return]
