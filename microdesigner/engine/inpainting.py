"""Completing a film of which a part is given, while it is denoised."""

from torch import Tensor

from microdesigner.core.guidance_schedule import late_steps
from microdesigner.engine.guidance import MeasuredGuidance
from microdesigner.engine.known_part import KnownPart

FIT_ROUNDS, LAST_ROUNDS = 2, 10
"""Steps of the fit to known voxels while the film is denoised, each time, and at the end."""


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
        self._fitted = frozenset(late_steps(steps)) if part.thin else frozenset()

    def corrected(self, clean: Tensor) -> Tensor:
        """The next step's estimate `clean` (channels, x, y, z), with what is known of it."""
        number = next(self._numbers)
        last = number == self._steps - 1
        if last or number in self._fitted:
            clean = self._part.fitted(clean, LAST_ROUNDS if last else FIT_ROUNDS, hard=last)
        else:
            clean = self._part.shown(clean)
        return self._measured.corrected(clean) if self._measured else clean
