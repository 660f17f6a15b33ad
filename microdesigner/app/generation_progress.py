"""How far a generation is as a whole, and how long it still takes: one figure for all its stages and samples."""

import math
from dataclasses import dataclass
from itertools import accumulate

from microdesigner.app.pace import Pace, PaceMemory, Work
from microdesigner.core.events import Progress
from microdesigner.core.guidance_schedule import corrected_steps, fit_rounds
from microdesigner.core.request import Request

FIRST_CORRECTION, CORRECTION = 18.0, 4.0
"""How long corrections of a film take while it is denoised, in denoiser evaluations: the first takes derivatives."""
FIT_ROUND = 2.5
"""The same of a round of the fit to a given part."""
FIRST, ROUND, ROUNDS, FINISH = 8.0, 4.0, 2.0, 7.5
"""Before anything is known: how long other parts of the work take in evaluations, and rounds of a refinement."""
UNGUIDED_FIRST, UNGUIDED_ROUNDS = 21.0, 4.0
"""The same where the film was not corrected before."""
BALANCED = 4.0
"""The same of a refinement without straight paths: all that it does is one decoding."""
OVERDUE = 0.1
"""What a part that takes longer than expected is expected to take still, as a share of what it has taken."""


@dataclass
class _Film:
    """What one film has taken so far."""

    evaluations: float = 0.0
    step: float = 0.0
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
        corrected = corrected_steps(request) if self._work.shaped else ()
        costs = [1.0 + FIT_ROUND * rounds for rounds in fit_rounds(request)]
        for number in corrected:
            costs[number] += FIRST_CORRECTION if number == corrected[0] else CORRECTION
        self._guided = bool(corrected)
        self._evaluations = (0.0, *accumulate(costs))  # that a film has taken after so many steps
        self._stage = ""
        self._since: float | None = None  # when the last event came
        self._started: float | None = None
        self._denoised = self._refined = self._finished = 0.0  # films
        self._before, self._together = 0, 1  # films denoised before those under way, and how many these are
        self._following = 1.0  # evaluations that their next step counts as
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
        pace, left = self._pace(), None
        if pace is not None and self._started is not None and self._since is not None:
            left, elapsed = self._left(pace, now - self._since), now - self._started
            self._share = max(self._share, elapsed / max(elapsed + left, 1e-9))
        count = self._request.count
        return Outlook(self._share, left, self._stage, min(int(self._finished) + 1, count), count)

    def _left(self, pace: Pace, waited: float) -> float:
        """Seconds until the last film is there, `waited` after the last event."""
        count = self._request.count
        refinement = pace.first + pace.rounds * pace.round if self._refines else 0.0
        denoise = (count - self._denoised) * self._evaluations[-1] * pace.step
        if self._stage == "decode":
            under_way, others = _rest(pace.finish, waited), count - max(self._finished + 1, self._refined)
            return denoise + under_way + max(0.0, count - self._refined) * refinement + others * pace.finish
        finish = (count - max(self._finished, self._refined)) * pace.finish
        if self._stage == "refine":
            others = max(0.0, count - self._refined - 1) * refinement
            return denoise + self._rounds_left(pace, waited) + others + finish
        if self._stage == "denoise":
            denoise -= min(waited, self._following * pace.step)
        return denoise + max(0.0, count - self._refined) * refinement + finish

    def _rounds_left(self, pace: Pace, waited: float) -> float:
        """Seconds until the film under way is refined."""
        if self._film.first is None:
            return _rest(pace.first, waited + self._waited_for_first) + pace.rounds * pace.round
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

    def _pace(self) -> Pace | None:
        """What each part takes, at the speed that this film's evaluations show."""
        step = self._film.step / self._film.evaluations if self._film.evaluations else None
        known = self._memory.expected(self._work)
        if known is not None:
            return known if step is None or not known.step else known.scaled(max(0.2, min(5.0, step / known.step)))
        if step is None:
            return None
        first, rounds = (FIRST, ROUNDS) if self._guided else (UNGUIDED_FIRST, UNGUIDED_ROUNDS)
        if not self._work.shaped:
            first, rounds = BALANCED, 0.0
        return Pace(step, first * step, ROUND * step, rounds, FINISH * step)

    def _count_steps(self, event: Progress) -> None:
        """Films denoised so far, by the evaluations that their steps count as.

        Candidates beyond the first of a film go on where it was; films that are denoised together, as on a graphics
        card, tell each step for all of them.
        """
        steps, candidates = self._request.evaluations, self._request.candidates
        if self._stage != "denoise":
            self._before = round(self._denoised) if candidates == 1 else 0
            self._together = max(1, event.done - self._before * steps) if candidates == 1 else 1
        films, done = divmod(event.done - self._before * steps - 1, steps * self._together)
        done = done // self._together + 1
        whole = self._before + films // candidates
        self._denoised = whole + self._together * self._evaluations[done] / self._evaluations[-1]
        following = self._evaluations[min(done + 1, steps)] - self._evaluations[done]
        self._following = self._together * following

    def _take_steps(self, event: Progress, spent: float) -> None:
        if self._stage not in ("denoise", ""):
            self._film = _Film()
        before = self._denoised
        self._count_steps(event)
        if self._request.candidates > 1:  # another candidate of a film that was decoded already
            self._refined = min(self._refined, math.ceil(self._denoised) - 1)
        if self._denoised > before and self._stage == "denoise":
            self._film.evaluations += (self._denoised - before) * self._evaluations[-1]
            self._film.step += spent

    def _take_round(self, event: Progress, spent: float) -> None:
        if self._stage != "refine":  # the next of the films that were denoised together, or the first
            self._film = _Film(self._film.evaluations, self._film.step, refines=True)
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
        film, known = self._film, self._memory.expected(self._work)
        if self._stage != "decode" or not film.evaluations:
            return
        rounds = max(film.rounds - 1, 0)  # the first is told together with what comes before it
        step = film.step / film.evaluations
        usual = film.round / rounds if rounds else known.round if known else ROUND * step
        first = film.round if film.first is None else max(0.0, film.first - usual)
        expected = self._pace()
        assert expected is not None, "an evaluation has been timed"
        self._memory.learn(self._work, Pace(step, first, usual, float(film.rounds), spent), expected)


def _rest(expected: float, waited: float) -> float:
    """What is left of a part after `waited` seconds."""
    return max(expected - waited, OVERDUE * waited)
