"""Films that a study has made, which of them count as best, and what the search gained."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.result import recipe_value
from microdesigner.design.goals import Goal

Table = NDArray[np.float64]


@dataclass(frozen=True)
class Trial:
    """One film of a study: its `number`, the `targets` that made it, the `values` of the goals' quantities, the recipe
    to make it by, its `latent` as a flat array, and the film that it varies, where it does."""

    number: int
    targets: Mapping[str, float]
    values: Mapping[str, float | None]
    recipe: Mapping[str, float]
    latent: Table
    varied: int | None = None

    def short_by(self, goals: Sequence[Goal]) -> float:
        """By how much its values miss the bounds in all; 0 where it meets them, infinite where a value is missing."""
        return sum(goal.short_by(self.values.get(goal.name)) for goal in goals)

    def scores(self, goals: Sequence[Goal]) -> Table:
        """Its objectives (objectives,), each so that more is better."""
        return np.array([goal.sign * float(self.values[goal.name] or 0.0) for goal in goals if goal.is_objective])

    @classmethod
    def of_entry(cls, number: int, entry: Mapping[str, Any], latent: Table) -> Self:
        """A trial from its entry in result.json."""
        study = entry["design"]
        recipe = {name: recipe_value(spread) for name, spread in entry["process"].items()}
        return cls(number, entry["targets"], study["values"], recipe, latent, study.get("varied"))


def front(trials: Sequence[Trial], goals: Sequence[Goal]) -> list[Trial]:
    """Those of the trials that meet the bounds and that no other one surpasses in every objective (Pareto front), by
    the first objective, best first; where none meets the bounds, none."""
    allowed = [trial for trial in trials if trial.short_by(goals) == 0]
    scores = [trial.scores(goals) for trial in allowed]
    best = [
        (own, trial)
        for own, trial in zip(scores, allowed, strict=True)
        if not any((other >= own).all() and (other > own).any() for other in scores)
    ]
    return [trial for own, trial in sorted(best, key=lambda each: (-each[0][0], each[1].number))]


def nearest(trials: Sequence[Trial], goals: Sequence[Goal]) -> Trial | None:
    """The trial that misses the bounds least; None where none has all values."""
    missing = [trial for trial in trials if np.isfinite(trial.short_by(goals))]
    return min(missing, key=lambda trial: trial.short_by(goals), default=None)


def gain(trials: Sequence[Trial], goals: Sequence[Goal], floor: Table) -> float:
    """How good the front is: the best objective above `floor` (objectives,), or of several the volume that the front
    dominates above it (hypervolume), by exact slicing.

    Examples
    --------
    >>> goals = (Goal("a", "maximise"), Goal("b", "minimise"))
    >>> values = {"a": 1.0, "b": 2.0}, {"a": 2.0, "b": 3.0}
    >>> films = [Trial(number, {}, own, {}, np.empty(0)) for number, own in enumerate(values)]
    >>> gain(films, goals, np.array([0.0, -4.0]))  # 1 × 2 and 1 × 1
    3.0
    """
    scores = np.array([trial.scores(goals) for trial in front(trials, goals)])
    return _hypervolume(scores, floor) if len(scores) else 0.0


def _hypervolume(scores: Table, floor: Table) -> float:
    """Volume between `floor` (objectives,) and the union of the boxes up to each of `scores` (n, objectives)."""
    scores = scores[(scores > floor).all(axis=1)]
    if not len(scores):
        return 0.0
    if scores.shape[1] == 1:
        return float(scores.max() - floor[0])
    scores = scores[np.argsort(-scores[:, 0])]
    edges = np.append(scores[:, 0], floor[0])
    return sum(
        float(edges[count - 1] - edges[count]) * _hypervolume(scores[:count, 1:], floor[1:])
        for count in range(1, len(edges))
    )
