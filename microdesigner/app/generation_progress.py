"""How far a generation is as a whole, and how long it still takes: one figure for all its stages and samples."""

import math
from dataclasses import dataclass, field, replace

from microdesigner.app.pace import Pace, PaceMemory, Work
from microdesigner.app.step_times import StepPlan, StepTimes, seconds_of
from microdesigner.core.events import Progress
from microdesigner.core.request import Request

FIRST, ROUND, ROUNDS, FINISH = 0.24, 0.19, 2.0, 0.25
"""Before anything is known: how long other parts of the work take as shares of a film's first correction, and rounds of
a refinement."""
UNGUIDED_ROUND, UNGUIDED_FINISH = 4.0, 7.5
UNGUIDED_FIRST, UNGUIDED_ROUNDS = 21.0, 4.0
"""The same in evaluations of the denoiser, where the film was not corrected before."""
BALANCED = 4.0
"""The same of a refinement without straight paths: all that it does is one decoding."""
SOME_STEPS = 0.5
"""How many evaluations as they used to be are added to what a film has shown: the first alone may mislead."""
OVERDUE = 0.1
"""What a part that takes longer than expected is expected to take still, as a share of what it has taken."""


@dataclass
class _Film:
    """What one film has taken so far."""

    steps: StepTimes = field(default_factory=StepTimes)
    first: float | None = None
    rounds: int = 0
    round: float = 0.0
    refines: bool = False


@dataclass(frozen=True)
class Outlook:
    """`share` 0..1 of the time is over; `seconds_left` is None while nothing tells how fast the machine is. `film` of
    `films`, counted from 1, is in the making."""

    share: float
    seconds_left: float | None
    stage: str
    film: int
    films: int


class GenerationProgress:
    """Follows the events of one request. Times are seconds of any clock.

    A film is denoised, refined in a first part and some rounds, and finished; on a graphics card many are denoised
    together. What each part takes comes from films of the past that asked for the same (`memory`), made slower or
    faster by what this run shows, and from the ratios above where there is none.
    """

    def __init__(self, request: Request, memory: PaceMemory) -> None:
        self._request, self._memory = request, memory
        self._work = Work.of(request)
        self._plan = StepPlan(request, corrected=self._work.shaped)
        self._stage = ""
        self._since: float | None = None  # when the last event came
        self._started: float | None = None
        self._denoised = self._refined = self._finished = 0.0  # films
        self._before, self._together = 0, 1  # films denoised before those under way, and how many these are
        self._whole, self._done = 0, 0  # films denoised before these, and steps that these have taken
        self._film = _Film()
        self._share = 0.0

    def add(self, event: Progress, now: float) -> None:
        """Take an event in."""
        if self._started is None or self._since is None:
            self._started = self._since = now
            if event.stage == "denoise":  # the first evaluation is over, and nobody knows how long it took
                self._count_steps(event)
                self._stage = "denoise"
                return
        spent = now - self._since
        if event.stage == "denoise":
            self._take_steps(event, spent)
        elif event.stage == "refine":
            self._take_round(event, spent)
        elif event.stage == "measure":
            self._take_finish(event, spent)
        elif event.stage == "decode":
            self._refined = max(self._refined, event.done + 1.0)
        self._stage, self._since = event.stage, now

    def outlook(self, now: float) -> Outlook:
        """How far the work is at the time `now`."""
        waited, left = 0.0 if self._since is None else now - self._since, None
        pace = self._pace(waited)
        if pace is not None and self._started is not None:
            left, elapsed = self._left(pace, waited), now - self._started
            self._share = max(self._share, elapsed / max(elapsed + left, 1e-9))
        count = self._request.count
        return Outlook(self._share, left, self._stage, min(int(self._finished) + 1, count), count)

    def _left(self, pace: Pace, waited: float) -> float:
        """Seconds until the last film is there, `waited` after the last event."""
        count = self._request.count
        refinement = pace.first + pace.rounds * pace.round if self._refines else 0.0
        under_way = self._together * seconds_of(self._plan.parts(self._done), pace)
        denoise = under_way + (count - self._whole - self._together) * seconds_of(self._plan.parts(0), pace)
        if self._stage == "decode":
            finishing, others = _rest(pace.finish, waited), count - max(self._finished + 1, self._refined)
            return denoise + finishing + max(0.0, count - self._refined) * refinement + others * pace.finish
        finish = (count - max(self._finished, self._refined)) * pace.finish
        if self._stage == "refine":
            others = max(0.0, count - self._refined - 1) * refinement
            return denoise + self._rounds_left(pace, waited) + others + finish
        if self._stage == "denoise":
            denoise -= min(waited, self._together * seconds_of(self._plan.parts(self._done, self._done + 1), pace))
        return denoise + max(0.0, count - self._refined) * refinement + finish

    def _rounds_left(self, pace: Pace, waited: float) -> float:
        """Seconds until the film under way is refined."""
        if self._film.first is None:
            rounds = max(pace.rounds - 1, 0.0)  # the first is told together with what comes before it
            return _rest(pace.first + pace.round, waited + self._waited_for_first) + rounds * pace.round
        rounds = max(pace.rounds - self._film.rounds, 0.5)
        return _rest(pace.round, waited) + (rounds - 1) * pace.round if rounds > 1 else rounds * pace.round

    @property
    def _refines(self) -> bool:
        if self._film.refines:
            return True
        known = self._memory.expected(self._work)
        return known.first > 0 if known is not None else self._request.refinement_strength > 0

    @property
    def _waited_for_first(self) -> float:
        return self._film.round if self._film.first is None else 0.0

    def _pace(self, waited: float = 0.0) -> Pace | None:
        """What each part takes, at the speed that this film's steps show; the next has taken `waited` seconds."""
        steps, known = self._film.steps, self._memory.expected(self._work)
        if known is not None:
            some = SOME_STEPS * known.step
            factor = (sum(steps.seconds) + some) / (seconds_of(steps.parts, known) + some) if some else 1.0
            return known.scaled(max(0.2, min(5.0, factor)))
        if steps.step is None:
            return None
        opening_next = self._stage == "denoise" and self._plan.parts(self._done, self._done + 1)[1] > 0
        opening = steps.guessed_opening(waited / self._together if opening_next else 0.0)
        correction = steps.guessed_correction(opening)
        if self._plan.corrections:
            first, each, rounds, finish = FIRST * opening, ROUND * opening, ROUNDS, FINISH * opening
        else:
            first, rounds = (UNGUIDED_FIRST, UNGUIDED_ROUNDS) if self._work.shaped else (BALANCED, 0.0)
            first, each, finish = first * steps.step, UNGUIDED_ROUND * steps.step, UNGUIDED_FINISH * steps.step
        return Pace(steps.step, opening, correction, first, each, rounds, finish)

    def _count_steps(self, event: Progress) -> None:
        """Films denoised so far, and steps of those under way.

        Candidates beyond the first of a film go on where it was; films that are denoised together, as on a graphics
        card, tell each step for all of them.
        """
        steps, candidates = self._request.evaluations, self._request.candidates
        if self._stage != "denoise":
            self._before = round(self._denoised) if candidates == 1 else 0
            self._together = max(1, event.done - self._before * steps) if candidates == 1 else 1
        films, done = divmod(event.done - self._before * steps - 1, steps * self._together)
        done = done // self._together + 1
        self._whole, self._done = self._before + films // candidates, done
        self._denoised = self._whole + self._together * done / steps

    def _take_steps(self, event: Progress, spent: float) -> None:
        if self._stage not in ("denoise", ""):
            self._film = _Film()
        before, whole, done = self._denoised, self._whole, self._done
        self._count_steps(event)
        if self._request.candidates > 1:  # another candidate of a film that was decoded already
            self._refined = min(self._refined, math.ceil(self._denoised) - 1)
        if self._denoised > before and self._stage == "denoise":
            evaluations, opening, corrections = self._plan.parts(done if whole == self._whole else 0, self._done)
            parts = (self._together * evaluations, self._together * opening, self._together * corrections)
            self._film.steps.add(parts, spent, self._pace())

    def _take_round(self, event: Progress, spent: float) -> None:
        if self._stage != "refine":  # the next of the films that were denoised together, or the first
            self._film = _Film(self._film.steps, refines=True)
        most = event.total // (self._request.count * self._request.candidates)  # rounds that there can be
        film, rounds = self._film, event.done % most
        if rounds == 0 and event.done and film.rounds:  # the last of them
            rounds = most
        if self._stage == "refine":
            film.round += spent
        if rounds and film.first is None:
            film.first, film.round = film.round, 0.0
        film.rounds = rounds

    def _take_finish(self, event: Progress, spent: float) -> None:
        self._finished = event.done
        film = self._film
        expected = self._pace()
        if self._stage != "decode" or film.steps.step is None or expected is None:
            return
        rounds = max(film.rounds - 1, 0)  # the first is told together with what comes before it
        usual = film.round / rounds if rounds else expected.round
        first = film.round if film.first is None else max(0.0, film.first - usual)
        told = film.steps.pace(expected)
        self._memory.learn(
            self._work, replace(told, first=first, round=usual, rounds=float(film.rounds), finish=spent), expected
        )


def _rest(expected: float, waited: float) -> float:
    """What is left of a part after `waited` seconds."""
    return max(expected - waited, OVERDUE * waited)
