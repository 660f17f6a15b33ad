"""The recipe that a study proposes for a film: within the bounds on recipes, where its posterior has such a one."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.response import ResponseSurface
from microdesigner.core.result import Sample
from microdesigner.design.goals import Goal, bounds

Table = NDArray[np.float64]


def within_bounds(sample: Sample, goals: Sequence[Goal], response: ResponseSurface | None) -> Sample:
    """`sample` with a recipe to try that meets the bounds of a study.

    Several recipes make films alike, above all with other interactions, so a recipe that breaks a bound is exchanged
    for one that does not: of the posterior's draws inside the 90 % interval of every parameter that whose films measure
    on average most nearly what the film does, or without a response surface the most central one.

    Parameters
    ----------
    sample : Sample
        A film with its posterior.
    goals : sequence of Goal
        Those that bound parameters of the recipe count.
    response : ResponseSurface, optional
        What films of a recipe measure, of the model's card.

    Returns
    -------
    Sample
        The same film; also the same recipe, where that meets the bounds or no draw does.
    """
    allowed = {name: interval for name, interval in bounds(goals).items() if name in sample.draws}
    if all(low <= sample.recipe[name] <= high for name, (low, high) in allowed.items()):
        return sample
    draws = {name: np.asarray(values, np.float64) for name, values in sample.draws.items()}
    possible = np.ones(len(next(iter(draws.values()))), bool)
    for name, values in draws.items():
        spread, (low, high) = sample.process[name], allowed.get(name, (-np.inf, np.inf))
        possible &= (max(low, spread["q05"]) <= values) & (values <= min(high, spread["q95"]))
    if not possible.any():
        return sample
    misfit = response.misfit(draws, sample.measured) if response else _eccentricity(sample, draws)
    best = int(np.where(possible, misfit, np.inf).argmin())
    process = {name: spread | {"best": float(draws[name][best])} for name, spread in sample.process.items()}
    return replace(sample, process=process)


def _eccentricity(sample: Sample, draws: Mapping[str, Table]) -> Table:
    """Squared distance of each recipe (draws,) from the medians, in units of the intervals."""
    total = np.zeros(len(next(iter(draws.values()))))
    for name, values in draws.items():
        spread = sample.process[name]
        total += ((values - spread["q50"]) / max(spread["q95"] - spread["q05"], 1e-9)) ** 2
    return total
