"""At which steps of its denoising a film is measured and corrected."""

from microdesigner.core.request import Request

START, SPACING = 0.5, 0.8
"""Time, falling from 1 to 0, from which estimates show the film that comes of them, and to which share time falls from
one correction to the next: the last ones count most, since few steps follow that could take them back."""
_ROUNDING = 1e-6


def corrected_steps(request: Request) -> tuple[int, ...]:
    """Numbers, from 0, of the steps after whose evaluation each film of `request` is corrected.

    None where the denoiser is to be left alone, in part too, nor with the paper's sampler, whose thousand steps are too
    many.
    """
    if not request.targets or request.refinement_strength < 1 or request.sampler == "ancestral":
        return ()
    numbers, due = [], START
    for number in range(request.steps):
        now = 1 - number / request.steps
        if now <= due + _ROUNDING:
            numbers.append(number)
            due = now * SPACING
    return tuple(numbers)
