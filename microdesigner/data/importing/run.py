"""The import itself: volumes in parallel processes, whole or absent."""

import json
from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from microdesigner.core.claims import claimed_new, refuse_existing
from microdesigner.core.errors import InputError
from microdesigner.core.events import Progress
from microdesigner.core.paths import atomic_path
from microdesigner.core.phases import fraction_name, has_donor_and_acceptor
from microdesigner.core.quantity import size_words
from microdesigner.data.checks import record_checks
from microdesigner.data.dataset_writing import new_dataset, write_description
from microdesigner.data.hdf5_writing import written
from microdesigner.data.importing.film import FilmPlan, film_plan
from microdesigner.data.importing.measuring import Measured, MeasuringPlan, measured
from microdesigner.data.importing.pieces import Pieces, pieces_of
from microdesigner.data.importing.plan import ImportPlan, Triple
from microdesigner.data.importing.recipes import RecipeTable, read_recipes
from microdesigner.data.importing.sources import FoundVolumes, find_volumes
from microdesigner.data.importing.split import sides
from microdesigner.data.importing.windows import window_size
from microdesigner.data.measured import standard_conditions
from microdesigner.data.pool import Task, in_processes
from microdesigner.data.store import HELD_OUT, SERIES, Description
from microdesigner.io.orientation import turned_edges

RECIPE_LABELS = ("phi", "chi", "log_time")
BATCH = 16


def import_dataset(path: Path, plan: ImportPlan, workers: int) -> Iterator[Progress]:
    """Carry out `plan` into the HDF5 data set `path`, yielding progress of the stages "look", "measure", "check".

    Every stored volume gets measured descriptors, `series` (its group) and `held_out` (0 or 1; volumes that would share
    voxels across the split are left out). A label of the source that is measured here too keeps the measured value, and
    stays beside it as `stated_NAME`. The checks of the result are recorded in the file. The file is whole or absent.
    Raises InputError, one sentence with the remedy, when an answer is missing or a file does not fit.
    """
    refuse_existing(path)
    yield Progress("look", 0, 1)
    found = find_volumes(plan.sources, plan.reading)
    film = film_plan(plan, found)
    recipes = read_recipes(plan.recipes) if plan.recipes else None
    pieces = pieces_of(plan, film, found, recipes)
    measuring = _measuring(plan, film, found)
    description = _description(plan, measuring, pieces, recipes)
    yield Progress("look", 1, 1)
    with claimed_new(path), atomic_path(path) as temporary:
        left_out = yield from _measure(temporary, pieces, measuring, description, workers)
        yield Progress("check", 0, 1)
        with written(temporary, "r+") as (file, _):
            if not pieces.grouped:
                left_out += _split(file, [piece.name for piece in pieces.volumes], _fraction(description))
            write_description(file, replace(description, origin={**(description.origin or {}), "left_out": left_out}))
        record_checks(temporary)
    yield Progress("check", 1, 1)


def _measure(
    path: Path, pieces: Pieces, plan: MeasuringPlan, description: Description, workers: int
) -> Generator[Progress, None, Counter[str]]:
    """Write all volumes to `path`; returns how many were left out, by reason."""
    total, done = len(pieces.volumes), 0
    left_out: Counter[str] = Counter()
    unmeasured: Counter[str] = Counter()
    if pieces.across:
        left_out["shares voxels with both sides of the split"] = pieces.across
    tasks: list[Task] = [(measured, pieces.volumes[start : start + BATCH], plan) for start in range(0, total, BATCH)]
    yield Progress("measure", 0, total)
    with new_dataset(path, description) as add, closing(in_processes(tasks, workers)) as results:
        for result in results:
            batch: Measured = result
            for volume in batch.volumes:
                add(volume)
            unmeasured.update(batch.left_out)
            done += len(batch.volumes) + len(batch.left_out)
            yield Progress("measure", done, total)
        if sum(unmeasured.values()) == total:
            (reason, _), *_ = unmeasured.most_common()
            raise InputError(f"No volume can be learned from: {reason}. Choose other descriptors, such as --condition "
                             f"{_fraction(description)}, or other volumes.")  # fmt: skip
    return unmeasured + left_out


def _measuring(plan: ImportPlan, film: FilmPlan, found: FoundVolumes) -> MeasuringPlan:
    source: Triple = turned_edges(found.shape, film.cathode)
    if plan.cut:
        source = window_size(plan.cut, source)
    conditions = plan.conditions or standard_conditions(film.phase_names, plan.isotropic)
    return MeasuringPlan(film, source, plan.resize or source, conditions)


def _description(
    plan: ImportPlan, measuring: MeasuringPlan, pieces: Pieces, recipes: RecipeTable | None
) -> Description:
    carried = set.intersection(*(set(piece.labels) for piece in pieces.volumes))
    if plan.process is None:
        process = (*(recipes.units if recipes else ()), *(name for name in RECIPE_LABELS if name in carried))
    else:
        process = plan.process
    missing = [name for name in process if name not in carried]
    if missing:
        raise InputError(
            f"Not every volume carries the processing parameter '{missing[0]}'; add it to the table, or leave it out."
        )
    origin: dict[str, Any] = {
        "command": "dataset import",
        "plan": json.loads(json.dumps(asdict(plan), default=str)),
        "independent": pieces.independent,
        "spans": pieces.spans,
    }
    if len(pieces.spans) > 1 and plan.resize is None:
        sizes = " and ".join(size_words(span) for span in pieces.spans[:2])
        raise InputError(f"The films give subvolumes of {sizes} voxels; give one size to resize all to.")
    film = measuring.film
    units = {name: unit for name, unit in (recipes.units if recipes else {}).items() if name in process}
    return Description(
        film.phase_names, film.lateral, measuring.conditions, tuple(dict.fromkeys(process)), measuring.voxel_nm, origin,
        units, plan.isotropic,
    )  # fmt: skip


def _fraction(description: Description) -> str:
    """A fraction that all volumes have."""
    names = description.phase_names
    return "ABS_f_D" if has_donor_and_acceptor(names) else fraction_name(names, 0)


def _split(file: h5py.File, names: list[str], fraction: str) -> Counter[str]:
    """Label series and side of volumes about which nothing is known; returns how many had to go."""
    stored = [name for name in names if name in file]
    gone = 0
    for name, side in zip(stored, sides(np.array([file[name].attrs[fraction] for name in stored])), strict=True):
        if side is None:
            del file[name]
            gone += 1
        else:
            file[name].attrs.update({SERIES: side[0], HELD_OUT: int(side[1])})
    return Counter({"lies between the two sides of the split": gone} if gone else {})
