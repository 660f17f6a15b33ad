"""Completing a film of which a part is given, while it is denoised."""

from torch import Tensor

from microdesigner.engine.guidance import MeasuredGuidance
from microdesigner.engine.known_part import KnownPart

FIT_ROUNDS, LAST_ROUNDS, LAST_THIN_ROUNDS = 3, 12, 24
"""Of the fit to known voxels: at each step while a film with a thin known part is denoised, and after the last."""
FIT_FROM = 0.85
"""Time, falling from 1 to 0, from which estimates show enough to be fitted."""


class KnownPartGuidance:
    """Shows one latent's denoiser the known part of its film at each step, fits the estimate to it at late ones, and
    lets `measured` correct what is left free.

    Parameters
    ----------
    part : KnownPart
    steps : int
        How many there are.
    measured : MeasuredGuidance, optional
    """

    def __init__(self, part: KnownPart, steps: int, measured: MeasuredGuidance | None) -> None:
        self._part, self._measured = part, measured
        self._steps, self._numbers = steps, iter(range(steps))

    def corrected(self, clean: Tensor) -> Tensor:
        """The next step's estimate `clean` (channels, x, y, z), with what is known of it."""
        number = next(self._numbers)
        clean = self._part.shown(clean)
        if self._measured:
            clean = self._measured.corrected(clean)
        if number == self._steps - 1:
            return self._part.fitted(clean, LAST_THIN_ROUNDS if self._part.thin else LAST_ROUNDS, hard=True)
        due = self._part.thin and 1 - number / self._steps <= FIT_FROM
        return self._part.fitted(clean, FIT_ROUNDS, hard=False) if due else clean
