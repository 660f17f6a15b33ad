"""The search of a study: which film to make next, made and measured, until the budget is spent."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.errors import InputError
from microdesigner.core.events import Finished, GenerationEvent, Progress, SampleDone
from microdesigner.core.given import Given
from microdesigner.core.material_constants import MaterialConstants
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.request import Request
from microdesigner.core.request_check import check_request
from microdesigner.core.result import Sample
from microdesigner.design.goals import Goal
from microdesigner.design.quantities import values_of
from microdesigner.design.recipes import within_bounds
from microdesigner.design.space import Space
from microdesigner.design.surrogate import expected_improvement, latent_coordinates
from microdesigner.design.trials import Trial, front, nearest
from microdesigner.engine import Engine

Table = NDArray[np.float64]
STRENGTHS = (0.35, 0.6)
"""Of variations: about an eighth and a fifth of the voxels change."""
CANDIDATES, VARIATIONS, PARENTS = 192, 12, 4
"""Points at which new films are considered, and variations of each strength of each of the best films."""
LEAST_START, START_SHARE = 4, 3


@dataclass(frozen=True)
class Proposal:
    """The film to make next: its request, and the number of the film that it varies, if it varies one."""

    request: Request
    varied: int | None = None


@dataclass(frozen=True)
class TrialDone:
    """Film `number` is made; `study` is what its entry in result.json says of the study."""

    number: int
    sample: Sample
    targets: dict[str, float]
    study: dict[str, Any]


DesignEvent = GenerationEvent | TrialDone


@dataclass(frozen=True)
class _Candidate:
    """A film that could be made next: its point, and which film it would vary how much; None for a film made anew."""

    point: Table
    parent: Trial | None = None
    strength: float = 1.0

    @property
    def shared(self) -> float:
        """Cosine of its latent with that of the film it varies; 0 for a film made anew."""
        return 1 - self.strength**2


class Search:
    """Films of `request`, whose targets stay as they are and whose count is the budget, towards `goals`.

    Parameters
    ----------
    engine : Engine
        The model.
    request : Request
        How films are made; film i uses seed + i.
    goals : sequence of Goal
        What is sought.
    volume : callable
        The volume of a film by its number, for variations.
    constants : MaterialConstants, optional
        What properties depend on.

    Raises
    ------
    InputError
        When the model cannot serve the request, or nothing that it was trained on is near the bounds.
    """

    def __init__(
        self,
        engine: Engine,
        request: Request,
        goals: Sequence[Goal],
        volume: Callable[[int], Microstructure],
        constants: MaterialConstants | None = None,
    ) -> None:
        if request.given is not None:
            raise InputError("A study makes whole films; leave the given part out.")
        check_request(engine.card, request)
        self._engine, self._request, self._goals, self._volume = engine, request, tuple(goals), volume
        self._constants = constants
        size = request.size or engine.card.shape
        self.space = Space(engine.card, request.targets, goals, size[2])
        self.trials: list[Trial] = []
        self._start = self._start_points()

    def recall(self, number: int, entry: dict[str, Any]) -> None:
        """Take in film `number`, made before, by its entry in result.json."""
        self.trials.append(Trial.of_entry(number, entry, self._latent(self._volume(number))))

    def events(self, missing: Sequence[int]) -> Iterator[DesignEvent]:
        """Make the films `missing`, one after the other; closing the iterator stops."""
        yield Progress("films", self._request.count - len(missing), self._request.count)
        for number in missing:
            proposal = self.proposal(number)
            for event in self._engine.generate(proposal.request):
                if isinstance(event, SampleDone):
                    yield self._done(number, proposal, event.sample)
                elif not isinstance(event, Finished):
                    yield event
            yield Progress("films", len(self.trials), self._request.count)

    def proposal(self, number: int) -> Proposal:
        """The film to make as number `number`: at first spread over what there is, then where the front is expected to
        gain most."""
        if number < len(self._start) or len(self.trials) < LEAST_START:
            return self._anew(number, self._start[number % len(self._start)])
        random = np.random.default_rng((self._request.seed, number))
        candidates = [_Candidate(point) for point in self.space.points(CANDIDATES, random)]
        for parent in self._parents():
            near = self.space.near(self._point(parent), VARIATIONS, random)
            candidates += [_Candidate(point, parent, strength) for strength in STRENGTHS for point in near]
        best = self._best(number, candidates)
        if best.parent is None:
            return self._anew(number, best.point)
        return self._variation(number, best.parent, best.strength, best.point)

    def _best(self, number: int, candidates: Sequence["_Candidate"]) -> "_Candidate":
        """The candidate that promises most."""
        from botorch.exceptions import ModelFittingError

        latents = latent_coordinates([trial.latent for trial in self.trials])  # (n, n)
        row_of = {trial.number: row for row, trial in enumerate(self.trials)}
        known = self.space.scaled(np.array([self._point(trial) for trial in self.trials]))
        films = np.hstack([known, latents, np.zeros((len(known), 1))])
        wanted = self.space.scaled(np.array([candidate.point for candidate in candidates]))
        shared = np.array([candidate.shared for candidate in candidates])[:, None]
        nobody = np.zeros(len(latents))
        kin = np.array([latents[row_of[each.parent.number]] if each.parent else nobody for each in candidates])
        features = np.hstack([wanted, shared * kin, np.sqrt(1 - shared**2)])  # the rest of a latent is its own
        try:
            scores = expected_improvement(films, self.trials, self._goals, features, len(self.space.names), number)
        except ModelFittingError:  # too little is known yet; any supported film tells more
            return candidates[0]
        return candidates[int(np.argmax(scores))]

    def _parents(self) -> list[Trial]:
        """Films worth varying: those on the front, or the one that misses the bounds least."""
        best = front(self.trials, self._goals)
        if not best:
            closest = nearest(self.trials, self._goals)
            return [closest] if closest else []
        step = max(1, len(best) // PARENTS)
        return best[::step][:PARENTS]

    def _point(self, trial: Trial) -> Table:
        return self.space.point(trial.targets)

    def _anew(self, number: int, point: Table) -> Proposal:
        targets = self.space.targets(point)
        return Proposal(replace(self._request, targets=targets, count=1, seed=self._request.seed + number))

    def _variation(self, number: int, parent: Trial, strength: float, point: Table) -> Proposal:
        phases = self._volume(parent.number).phases
        given = Given.of(phases, np.zeros(phases.shape, bool), strength=strength)
        return Proposal(replace(self._anew(number, point).request, given=given), parent.number)

    def _done(self, number: int, proposal: Proposal, sample: Sample) -> TrialDone:
        names = dict.fromkeys(goal.name for goal in self._goals)
        sample = within_bounds(sample, self._goals, self._engine.card.response)
        values = values_of(sample.microstructure, sample.measured | sample.recipe, names, self._constants)
        study: dict[str, Any] = {"values": values}
        if proposal.varied is not None:
            study |= {"varied": proposal.varied, "strength": proposal.request.strength}
        targets = proposal.request.targets
        latent = self._latent(sample.microstructure)
        self.trials.append(Trial(number, targets, values, sample.recipe, latent, proposal.varied))
        study["meets_bounds"] = self.trials[-1].short_by(self._goals) == 0
        return TrialDone(number, sample, targets, study)

    def _latent(self, volume: Microstructure) -> Table:
        return np.asarray(self._engine.latent(volume).ravel(), np.float64)

    def _start_points(self) -> Table:
        """The first films' points (n, names): each as far from those before as can be."""
        wished = 2 * len(self.space.names)
        count = max(min(wished, self._request.count // START_SHARE), min(LEAST_START, self._request.count))
        points = self.space.points(CANDIDATES, np.random.default_rng((self._request.seed, 0)))
        scaled = self.space.scaled(points)
        chosen = [0]
        distance = np.linalg.norm(scaled - scaled[0], axis=1)
        while len(chosen) < min(count, len(points)):
            chosen.append(int(distance.argmax()))
            distance = np.minimum(distance, np.linalg.norm(scaled - scaled[chosen[-1]], axis=1))
        return points[chosen]
