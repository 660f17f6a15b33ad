"""Completing a film of which a part is given, while it is denoised."""

from collections.abc import Sequence

from torch import Tensor

from microdesigner.engine.guidance import MeasuredGuidance
from microdesigner.engine.known_part import KnownPart


class KnownPartGuidance:
    """Shows one latent's denoiser the known part of its film at each step, fits the estimate to it at late ones, and
    lets `measured` correct what is left free.

    Parameters
    ----------
    part : KnownPart
    rounds : sequence of int
        Of the fit after each step.
    measured : MeasuredGuidance, optional
    """

    def __init__(self, part: KnownPart, rounds: Sequence[int], measured: MeasuredGuidance | None) -> None:
        self._part, self._measured = part, measured
        self._rounds, self._numbers = rounds, iter(range(len(rounds)))

    def corrected(self, clean: Tensor) -> Tensor:
        """The next step's estimate `clean` (channels, x, y, z), with what is known of it."""
        number = next(self._numbers)
        clean = self._part.shown(clean)
        if self._measured:
            clean = self._measured.corrected(clean)
        if not self._rounds[number]:
            return clean
        return self._part.fitted(clean, self._rounds[number], hard=number == len(self._rounds) - 1)
