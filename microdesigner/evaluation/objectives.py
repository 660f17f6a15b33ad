"""Does a search by objective pay? `python -m microdesigner.evaluation.objectives DIR` compares, for five studies:

* searches (`microdesigner.design`) of `BUDGET` films, each with a seed of its own;
* random searches of the same budget in the same space: films at targets drawn by the same rules;
* simulated films of the recipes that data sets hold, which stand for the training films in this size;

and simulates the recipes of the best films of each, with other noise: what a search gains has to be in the recipe. DIR
gets a file of films for each part, so that an interrupted run goes on, and at the end `objectives.json` and a picture
of the fronts.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import torch

from microdesigner.core.documents import plain_number
from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.paths import write_text_atomic
from microdesigner.core.request import Request
from microdesigner.core.result import Sample
from microdesigner.core.verification import Verification
from microdesigner.data.build import THICKEST_INTERPHASE, THINNEST_INTERPHASE
from microdesigner.data.design import recipe_of, snapshot_times
from microdesigner.design.goals import Goal, parse_goals
from microdesigner.design.quantities import Values, values_of
from microdesigner.design.recipes import within_bounds
from microdesigner.design.search import Search, TrialDone
from microdesigner.design.space import Space
from microdesigner.design.trials import front
from microdesigner.engine import Engine
from microdesigner.evaluation.objective_report import (
    Row,
    fronts_figure,
    read_films,
    study_summary,
    summary_lines,
    trials_of,
)
from microdesigner.evaluation.verification import ResultEntry, verify_volume
from microdesigner.physics.simulate import simulate

STUDIES: Mapping[str, Sequence[str]] = {
    "dissociation": (
        "maximise exciton_dissociation", "tortuosity_D >= 0.4", "tortuosity_A >= 0.4", "chi <= 3",
    ),
    "current": ("maximise short_circuit_current",),
    "balanced diffusion": ("maximise effective_diffusivity_z_D", "effective_diffusivity_z_A >= 0.3"),
    "paths and fine domains": ("maximise tortuosity_D", "minimise domain_size", "vol_frac_D >= 0.35"),
    "dissociation and collection": ("maximise exciton_dissociation", "maximise hole_collection"),
}  # fmt: skip
MODEL = "ch-3phase"
SIZE = (64, 64, 32)
SEEDS, BUDGET, POOL = 5, 20, 40
SERIES, SNAPSHOTS, SERIES_SEED = 24, 6, 7_411_003
NOISES, MOST_SIMULATED = 2, 3
LOG_INTERPHASES = np.log([THINNEST_INTERPHASE, THICKEST_INTERPHASE])
POOL_SEED, NOISE_SEED = 1_000_000, 5_000_011


@dataclass(frozen=True)
class Part:
    """One task: films of a study's search with a seed, of its random search, or of simulated recipes."""

    kind: str  # "search", "random" or "simulated"
    study: str
    number: int

    def path(self, folder: Path) -> Path:
        """The file of its films."""
        return folder / f"{self.kind}-{self.study.replace(' ', '-')}-{self.number}.json"


def parts() -> list[Part]:
    """All tasks."""
    searches = [Part("search", study, seed) for seed in range(SEEDS) for study in STUDIES]
    pools = [Part("random", study, number) for study in STUDIES for number in range(POOL // BUDGET)]
    return [*pools, *(Part("simulated", "all", series) for series in range(SERIES)), *searches]


def goals_of(study: str) -> tuple[Goal, ...]:
    """The goals of one of `STUDIES`."""
    return parse_goals(STUDIES[study])


def make(part: Part, folder: Path) -> None:
    """Write the films of a part, unless they are there."""
    torch.set_num_threads(1)
    if part.path(folder).exists():
        return
    made = {"search": _searched, "random": _drawn, "simulated": _simulated}[part.kind](part)
    write_text_atomic(part.path(folder), json.dumps(list(made), indent=1, default=plain_number) + "\n")


def _searched(part: Part) -> Iterator[Row]:
    """Films of a search in the order in which they were made; those of the front have simulated ones beside them."""
    goals = goals_of(part.study)
    volumes: dict[int, Microstructure] = {}
    samples: dict[int, Sample] = {}
    rows: list[dict[str, Any]] = []
    request = Request(model=MODEL, count=BUDGET, seed=10_000 * (part.number + 1), match="fractions", size=SIZE)
    search = Search(_engine(), request, goals, volumes.__getitem__)
    for event in search.events(range(BUDGET)):
        if isinstance(event, TrialDone):
            volumes[event.number], samples[event.number] = event.sample.microstructure, event.sample
            rows.append(_row(event.study["values"], event.sample, event.targets))
    for trial in front(search.trials, goals)[:MOST_SIMULATED]:
        rows[trial.number]["simulated"] = _twins(samples[trial.number], trial.targets, goals)
    yield from rows


def _drawn(part: Part) -> Iterator[Row]:
    """Films at random points of the space in which a search looks; the best have simulated ones beside them."""
    goals = goals_of(part.study)
    samples: list[Sample] = []
    rows: list[dict[str, Any]] = []
    space = Space(_engine().card, {}, goals, SIZE[2])
    points = space.points(BUDGET, np.random.default_rng((POOL_SEED, part.number)))
    for number, point in enumerate(points):
        seed = POOL_SEED + 1000 * part.number + number
        request = Request(space.targets(point), model=MODEL, seed=seed, match="fractions", size=SIZE)
        (made,) = _engine().generate_each([request])
        sample = within_bounds(made, goals, _engine().card.response)
        samples.append(sample)
        rows.append(
            _row(_values(sample.microstructure, sample.measured | sample.recipe, goals), sample, request.targets)
        )
    for trial in front(trials_of(rows), goals)[:MOST_SIMULATED]:
        rows[trial.number]["simulated"] = _twins(samples[trial.number], trial.targets, goals)
    yield from rows


def _simulated(part: Part) -> Iterator[Row]:
    """Films of one recipe at several times, with interphases of random thickness as data sets have them."""
    names = sorted({goal.name for study in STUDIES for goal in goals_of(study)})
    recipe, random = recipe_of(part.number, SERIES_SEED, size=SIZE), np.random.default_rng((SERIES_SEED, part.number))
    for snapshot in simulate(recipe, snapshot_times(recipe, SNAPSHOTS)):
        try:
            film = snapshot.microstructure(3, float(np.exp(random.uniform(*LOG_INTERPHASES))))
        except InputError:  # not separated yet
            continue
        yield {"values": values_of(film, snapshot.process, names), "recipe": snapshot.process}


def _twins(sample: Sample, targets: Mapping[str, float], goals: Sequence[Goal]) -> list[Values]:
    """What films of a sample's recipe measure, simulated with `NOISES` noises of their own."""
    recipe = {name: float(value) for name, value in sample.recipe.items()}
    entries = [
        ResultEntry(Path("film"), NOISE_SEED + noise, dict(targets), sample.measured, recipe) for noise in range(NOISES)
    ]
    return [
        _values(event.volume, event.recipe, goals)
        for entry in entries
        for event in verify_volume(entry, sample.microstructure, device=torch.device("cpu"))
        if isinstance(event, Verification) and event.volume is not None
    ]


def _values(film: Microstructure, known: Mapping[str, float | None], goals: Sequence[Goal]) -> Values:
    return values_of(film, known, [goal.name for goal in goals])


def _row(values: Mapping[str, float | None], sample: Sample, targets: Mapping[str, float]) -> dict[str, Any]:
    return {"values": dict(values), "recipe": dict(sample.recipe), "targets": dict(targets)}


@cache
def _engine() -> Engine:
    return Engine.load(MODEL, "cpu")


def main() -> int:
    """Make what is missing, then tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--workers", type=int, default=1, metavar="N", help="processes of one thread each (1)")
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(args.workers, get_context("spawn")) as pool:
        tasks = {pool.submit(make, part, args.folder): part for part in parts()}
        for done, task in enumerate(as_completed(tasks), 1):
            task.result()
            print(f"{done} of {len(tasks)}: {tasks[task]}", file=sys.stderr, flush=True)
    print("\n".join(tell(args.folder)))
    return 0


def tell(folder: Path) -> list[str]:
    """Write what the films in `folder` show, as `objectives.json` and as a picture; returns the table's lines."""

    def films(kind: str, study: str) -> list[list[Row]]:
        there = [part.path(folder) for part in parts() if part.kind == kind and part.study == study]
        return read_films([path for path in there if path.exists()])

    simulated = _together(films("simulated", "all"))
    studies = {
        study: (goals_of(study), films("search", study), _together(films("random", study)), simulated)
        for study in STUDIES
    }
    summaries = {study: study_summary(*found) for study, found in studies.items()}
    text = json.dumps(summaries, indent=1, default=plain_number) + "\n"
    write_text_atomic(folder / "objectives.json", text)
    fronts_figure(studies).savefig(folder / "objectives.png", dpi=120)
    return summary_lines(summaries)


def _together(files: Sequence[Sequence[Row]]) -> list[Row]:
    return [row for rows in files for row in rows]


if __name__ == "__main__":
    sys.exit(main())
