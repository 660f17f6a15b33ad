"""The choice among candidates: drawn one after the other until one is good enough."""

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


class Contest:
    """Keeps the best candidate of each of `places` samples."""

    def __init__(self, places: int, candidates: int) -> None:
        self._candidates = candidates
        self._kept: list[Candidate | None] = [None] * places

    def rounds(self) -> Iterator[tuple[int, list[int]]]:
        """Number of the next candidate, and the places that still want one; enter theirs before asking again."""
        for number in range(self._candidates):
            wanting = [place for place, kept in enumerate(self._kept) if kept is None or kept.error > GOOD_ENOUGH]
            if not wanting:
                return
            yield number, wanting

    def enter(self, place: int, candidate: Candidate) -> None:
        """Keep `candidate` at `place` if it is better than the one there."""
        kept = self._kept[place]
        if kept is None or candidate.error < kept.error:
            self._kept[place] = candidate

    @property
    def kept(self) -> list[Candidate]:
        """The best candidate of each place, after at least one round."""
        return [candidate for candidate in self._kept if candidate is not None]
