"""What the steps of a film's denoising take: evaluations of the denoiser, fits to a given part, corrections."""

from dataclasses import dataclass, field, replace

from microdesigner.app.pace import Pace
from microdesigner.core.guidance_schedule import corrected_steps, fit_rounds
from microdesigner.core.request import Request

FIT_ROUND = 2.5
"""How long a round of the fit to a given part takes, in evaluations of the denoiser."""
OPENING, CORRECTION = 11.0, 0.11
"""Before anything is known: the first correction of a film, which takes derivatives, in evaluations, and the others as
shares of it."""
Parts = tuple[float, float, float]
"""Evaluations, first corrections and other corrections that some steps consist of."""


class StepPlan:
    """The steps that denoise each film of a request."""

    def __init__(self, request: Request, corrected: bool) -> None:
        self.evaluations = [1.0 + FIT_ROUND * rounds for rounds in fit_rounds(request)]
        self.corrections = corrected_steps(request) if corrected else ()

    def parts(self, start: int, stop: int | None = None) -> Parts:
        """What the steps from `start` to before `stop`, or to the last, consist of."""
        chosen = range(len(self.evaluations))[start:stop]
        opening = sum(number in chosen for number in self.corrections[:1])
        return sum(self.evaluations[start:stop]), opening, sum(number in chosen for number in self.corrections[1:])


def seconds_of(parts: Parts, pace: Pace) -> float:
    """How long they take at a pace."""
    return sum(count * each for count, each in zip(parts, (pace.step, pace.opening, pace.correction), strict=True))


@dataclass
class StepTimes:
    """What the steps of one film, or of films denoised together, have taken so far, by their parts."""

    counts: list[float] = field(default_factory=lambda: [0.0] * 3)
    seconds: list[float] = field(default_factory=lambda: [0.0] * 3)

    def add(self, parts: Parts, spent: float, pace: Pace | None) -> None:
        """Take steps that took `spent` seconds; each part has its share as it would at `pace`."""
        usual = (pace.step, pace.opening, pace.correction) if pace else (1.0, OPENING, CORRECTION * OPENING)
        weights = [count * each for count, each in zip(parts, usual, strict=True)]
        for place, weight in enumerate(weights):
            self.counts[place] += parts[place]
            self.seconds[place] += spent * weight / (sum(weights) or 1.0)

    @property
    def parts(self) -> Parts:
        """What has been timed."""
        evaluations, openings, corrections = self.counts
        return evaluations, openings, corrections

    @property
    def step(self) -> float | None:
        """Seconds of an evaluation; None where none has been timed."""
        return self.seconds[0] / self.counts[0] if self.counts[0] else None

    def pace(self, expected: Pace) -> Pace:
        """`expected` with what the parts that were timed have taken."""
        timed = [
            spent / count if count else usual
            for spent, count, usual in zip(
                self.seconds, self.counts, (expected.step, expected.opening, expected.correction), strict=True
            )
        ]
        return replace(expected, step=timed[0], opening=timed[1], correction=timed[2])

    def guessed_opening(self, waited: float) -> float:
        """Seconds of the first correction by those of an evaluation, where it was not timed; no less than it has taken
        already, `waited`."""
        if self.counts[1]:
            return self.seconds[1] / self.counts[1]
        return max(OPENING * (self.step or 0.0), waited)

    def guessed_correction(self, opening: float) -> float:
        """Seconds of another correction by those of the first and of those that were timed."""
        return (CORRECTION * opening + self.seconds[2]) / (1 + self.counts[2])
