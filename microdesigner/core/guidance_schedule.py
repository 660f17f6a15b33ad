"""At which steps of its denoising a film is measured and corrected, and fitted to what is given of it."""

from microdesigner.core.request import Request

START, SPACING = 0.5, 0.8
"""Time, falling from 1 to 0, from which estimates show the film that comes of them, and to which share time falls from
one correction to the next: the last ones count most, since few steps follow that could take them back."""
FIT_FROM, FIT_ROUNDS = 0.85, 3
"""Time from which a thin part, such as a slice, is fitted at each step, and the rounds that each takes: nothing else
tells the denoiser of it."""
LAST_ROUNDS, LAST_THIN_ROUNDS = 12, 24
"""Rounds of the fit after the last step, which closes the seam."""
_ROUNDING = 1e-6


def corrected_steps(request: Request) -> tuple[int, ...]:
    """Numbers, from 0, of the steps after whose evaluation each film of `request` is corrected.

    None where the denoiser is to be left alone, in part too, nor with the paper's sampler, whose thousand steps are too
    many.
    """
    if not request.targets or request.refinement_strength < 1 or request.sampler == "ancestral":
        return ()
    numbers, due = [], START
    for number, now in enumerate(step_times(request)):
        if now <= due + _ROUNDING:
            numbers.append(number)
            due = now * SPACING
    return tuple(numbers)


def step_times(request: Request) -> list[float]:
    """Time, falling from the request's strength towards 0, of each evaluation of the denoiser."""
    return [request.strength * (1 - number / request.evaluations) for number in range(request.evaluations)]


def fit_rounds(request: Request) -> tuple[int, ...]:
    """Rounds of the fit to a given part after each step; none where nothing is kept."""
    times = step_times(request)
    if request.given is None or not request.given.share:
        return (0,) * len(times)
    thin = request.given.thin
    early = [FIT_ROUNDS if thin and now <= FIT_FROM else 0 for now in times[:-1]]
    return (*early, LAST_THIN_ROUNDS if thin else LAST_ROUNDS)
