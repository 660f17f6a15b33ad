"""What `objectives` found, told: how far searches get, random ones of the same budget, and simulated films."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from microdesigner.core.descriptor_spec import spec_of
from microdesigner.design.goals import Goal
from microdesigner.design.trials import Trial, front, gain

DRAWS = 1000
"""Random searches that are drawn from the random films."""
PANEL_INCHES = 3.2
Row = Mapping[str, Any]
Table = NDArray[np.float64]


def study_summary(
    goals: Sequence[Goal], searches: Sequence[Sequence[Row]], drawn: Sequence[Row], simulated: Sequence[Row]
) -> dict[str, Any]:
    """One study in numbers, all of them gains: the best value, or of two objectives the volume that the front
    dominates, above the worst of the random films.

    Parameters
    ----------
    goals : sequence of Goal
        Of the study.
    searches : sequence of sequence of mapping
        Films of each search.
    drawn : sequence of mapping
        Random films.
    simulated : sequence of mapping
        Films of the recipes that data sets hold.

    Returns
    -------
    dict
        "search", "random" (mean and standard deviation over random searches of as many films) and "simulated" (the best
        of these films), "share_of_random_as_good", and under "of_recipes" the gains of the best films' recipes,
        simulated with other noise: of searches, of random films and of the simulated films, which are such already.
    """
    floor = _floor(drawn, goals)
    budget = max((len(films) for films in searches), default=0)
    found = [gain(trials_of(films), goals, floor) for films in searches]
    random = np.random.default_rng(0)
    by_chance = np.array(
        [
            gain(
                trials_of([drawn[row] for row in random.choice(len(drawn), min(budget, len(drawn)), replace=False)]),
                goals,
                floor,
            )
            for _ in range(DRAWS)
        ]
    )
    return {
        "floor": floor.tolist(),
        "films": budget,
        "search": found,
        "random": {"mean": by_chance.mean(), "std": by_chance.std(), "all": gain(trials_of(drawn), goals, floor)},
        "share_of_random_as_good": [float((by_chance >= value).mean()) for value in found],
        "simulated": {"films": len(simulated), "best": gain(trials_of(simulated), goals, floor)},
        "of_recipes": {
            "search": [_of_recipes(films, goals, floor) for films in searches],
            "random": _of_recipes(drawn, goals, floor),
        },
    }


def trials_of(rows: Sequence[Row]) -> list[Trial]:
    """Films as trials without latents."""
    return [Trial(n, row.get("targets", {}), row["values"], row["recipe"], np.empty(0)) for n, row in enumerate(rows)]


def summary_lines(summaries: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """A table of the studies."""
    lines = [f"{'':28}{'search':>16}{'random':>16}{'simulated':>11}{'recipes of search':>19}{'of random':>11}"]
    for study, found in summaries.items():
        of_recipes = found["of_recipes"]
        lines.append(
            f"{study:28}{_spread(found['search']):>16}{found['random']['mean']:9.4g} ± {found['random']['std']:<4.2g}"
            f"{found['simulated']['best']:11.4g}{_spread(of_recipes['search']):>19}{of_recipes['random']:11.4g}"
        )
    return lines


def fronts_figure(
    studies: Mapping[str, tuple[Sequence[Goal], Sequence[Sequence[Row]], Sequence[Row], Sequence[Row]]],
) -> Figure:
    """A panel per study: simulated, random and searched films that meet the bounds, by both objectives or by objective
    and number of the film; fronts of searches are lines, their re-simulated recipes crosses."""
    figure = Figure((PANEL_INCHES * len(studies), PANEL_INCHES * 1.15), layout="constrained")
    panels: Any = figure.subplots(1, len(studies), squeeze=False)
    for axes, (study, (goals, searches, drawn, simulated)) in zip(panels[0], studies.items(), strict=True):
        names = [goal.name for goal in goals if goal.is_objective]
        kinds = (("simulated", simulated, "0.75"), ("random", drawn, "tab:orange"))
        for label, rows, colour in kinds:
            axes.plot(*_places(trials_of(rows), goals, names), ".", color=colour, markersize=4, label=label)
        for films in searches:
            made = trials_of(films)
            best = front(made, goals)
            again = [
                replace(trial, values=values) for trial in best for values in films[trial.number].get("simulated", [])
            ]
            axes.plot(*_places(made, goals, names), ".", color="tab:blue", markersize=2)
            axes.plot(*_places(best, goals, names), "o-" if len(names) > 1 else "o", color="tab:blue", markersize=4)
            axes.plot(*_places(again, goals, names), "kx", markersize=4)
        axes.set_title(study, fontsize=9)
        axes.set_xlabel(spec_of(names[0]).title, fontsize=8)
        axes.set_ylabel(spec_of(names[1]).title if len(names) > 1 else "film", fontsize=8)
        axes.tick_params(labelsize=7)
    panels[0][0].legend(fontsize=7)
    return figure


def read_films(paths: Sequence[Path]) -> list[list[Row]]:
    """The films of each file."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in paths]


def _places(trials: Sequence[Trial], goals: Sequence[Goal], names: Sequence[str]) -> tuple[list[float], list[float]]:
    allowed = [trial for trial in trials if trial.short_by(goals) == 0]
    first = [float(trial.values[names[0]] or 0.0) for trial in allowed]
    second = [float(trial.values[names[1]] or 0.0) if len(names) > 1 else float(trial.number) for trial in allowed]
    return first, second


def _floor(rows: Sequence[Row], goals: Sequence[Goal]) -> Table:
    """The worst of each objective among films that measure it, bounds or no bounds."""
    objectives = [goal for goal in goals if goal.is_objective]
    scores = [
        [goal.sign * float(value) for row in rows if (value := row["values"][goal.name]) is not None]
        for goal in objectives
    ]
    return np.array([min(each) for each in scores])


def _of_recipes(films: Sequence[Row], goals: Sequence[Goal], floor: Table) -> float:
    """The gain of the recipes' means: of each film of the front, what its simulated films measure on average."""
    means = [
        {"values": {goal.name: _mean([one[goal.name] for one in film["simulated"]]) for goal in goals}, "recipe": {}}
        for film in films
        if film.get("simulated")
    ]
    return gain(trials_of(means), goals, floor)


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None


def _spread(values: Sequence[float]) -> str:
    return f"{np.mean(values):.4g} ± {np.std(values):.2g}" if len(values) else "none"
