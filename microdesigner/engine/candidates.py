"""The choice among candidates: generated one after the other until one is good enough."""

from collections.abc import Iterator
from dataclasses import dataclass

from torch import Tensor

from microdesigner.core.result import Sample

GOOD_ENOUGH = 1e-4
"""Squared distance from the targets in units of their trained ranges: one per cent in all."""


@dataclass(frozen=True)
class Candidate:
    """A volume that a sample may become: its `number`, its latent [channels, x, y, z], and its `error` (see misfit)."""

    number: int
    latent: Tensor
    sample: Sample
    error: float


class BestOfN:
    """The best of at most `candidates` candidates of each of `slots` samples."""

    def __init__(self, slots: int, candidates: int) -> None:
        self._candidates = candidates
        self._best: list[Candidate | None] = [None] * slots

    def rounds(self) -> Iterator[tuple[int, list[int]]]:
        """Number of the next candidate, and the slots that are not satisfied yet; submit theirs before asking again."""
        for number in range(self._candidates):
            unsatisfied = [slot for slot, best in enumerate(self._best) if best is None or best.error > GOOD_ENOUGH]
            if not unsatisfied:
                return
            yield number, unsatisfied

    def submit(self, slot: int, candidate: Candidate) -> None:
        """Keep `candidate` in `slot` if it is better than the one there."""
        best = self._best[slot]
        if best is None or candidate.error < best.error:
            self._best[slot] = candidate

    @property
    def best(self) -> list[Candidate]:
        """The best candidate of each slot, after at least one round."""
        return [candidate for candidate in self._best if candidate is not None]
