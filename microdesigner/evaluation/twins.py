"""Can a physicist tell generated films from simulated ones? Each held-out film beside its twin and what is made of it.

A twin is a simulation of the same recipe from other noise: how far twins differ from the held-out films is chance, the
floor of every comparison. The other groups are the held-out film encoded and decoded again, and films generated at the
values that it measures, by the denoiser alone and with refinement.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.documents import plain_number
from microdesigner.core.errors import InputError
from microdesigner.core.events import Progress
from microdesigner.core.microstructure import PhaseArray
from microdesigner.core.paths import atomic_path, write_text_atomic
from microdesigner.core.request import Request
from microdesigner.core.subsampling import subsample_evenly
from microdesigner.data.series import LEVELS
from microdesigner.data.store import SERIES, VolumeDataset
from microdesigner.engine import Engine
from microdesigner.evaluation.discrimination import Discrimination, forest_discrimination, network_discrimination
from microdesigner.evaluation.film_measures import INTERFACES, STRUCTURE, features, film_measures, table_rows
from microdesigner.evaluation.jackknife import jackknife
from microdesigner.evaluation.metrics import finite
from microdesigner.evaluation.reconstruction import dataset_film, decoded, encoded
from microdesigner.physics.phases import PhaseCount
from microdesigner.physics.simulate import NotSeparatedError, Recipe, simulate

HELD_OUT, TWINS, AUTOENCODER, DENOISER, REFINED = "held-out", "twins", "autoencoder", "denoiser", "refined"
OTHER_NOISE = 500_000_003
"""Added to the seed of a series: no data set of this program has such seeds."""
COLUMN = 22
RECIPE = ("phi", "chi", "time", "seed")
Group = Callable[[Sequence[int]], Iterator[PhaseArray | None]]
"""Makes the films of the held-out volumes with these indices, in order; None where a twin has not separated yet."""


class TwinFilms:
    """The films of all groups, one file each in `folder`, made where they are missing.

    Held-out films without a twin, because that has not separated at the time, are left out of `chosen`.
    """

    def __init__(self, engine: Engine, dataset: VolumeDataset, count: int, folder: Path, how: Request) -> None:
        check_twins(engine, dataset)
        self._engine, self._dataset, self._folder = engine, dataset, folder
        self._how = replace(how, model=engine.card.name)
        self.chosen: list[int] = subsample_evenly(dataset.held_out, count).tolist()
        self.groups: dict[str, Group] = {
            TWINS: self._twins,
            HELD_OUT: self._held_out,
            AUTOENCODER: self._reconstructed,
            DENOISER: lambda indices: self._generated(indices, refinement=0),
            REFINED: lambda indices: self._generated(indices, refinement=how.refinement_strength),
        }

    @property
    def series(self) -> NDArray[np.int64]:
        """Series of each film."""
        numbers: NDArray[np.int64] = self._dataset.table[SERIES][self.chosen].astype(np.int64)
        return numbers

    def volumes(self) -> Iterator[Progress]:
        """Make and measure what is missing."""
        self._folder.mkdir(parents=True, exist_ok=True)
        done, total = 0, len(self.groups) * len(self.chosen)
        for name, make in self.groups.items():  # twins first: they may leave films out
            missing = [index for index in self.chosen if not self._path(name, index).exists()]
            done += len(self.chosen) - len(missing)
            for index, phases in zip(missing, make(missing) if missing else (), strict=True):
                if phases is None:
                    self.chosen.remove(index)
                    continue
                measures = film_measures(replace(dataset_film(self._dataset, index), phases=phases))
                with atomic_path(self._path(name, index)) as temporary, temporary.open("wb") as file:
                    np.savez_compressed(file, phases=phases, names=list(measures), values=list(measures.values()))
                done += 1
                yield Progress(f"twins: {name}", done, total)

    def phases(self, group: str) -> list[PhaseArray]:
        """Labels of a group's films."""
        return [self._read(group, index)["phases"] for index in self.chosen]

    def measures(self, group: str) -> list[dict[str, float]]:
        """`film_measures` of a group's films."""
        read = [self._read(group, index) for index in self.chosen]
        return [dict(zip(film["names"].tolist(), film["values"].tolist(), strict=True)) for film in read]

    def _path(self, group: str, index: int) -> Path:
        made_by = "" if group in (HELD_OUT, TWINS) else f"-{self._engine.identity['sha256'][:8]}"
        return self._folder / f"{group}{made_by}-{index:06d}.npz"

    def _read(self, group: str, index: int) -> dict[str, NDArray[Any]]:
        with np.load(self._path(group, index), allow_pickle=False) as file:
            return dict(file)

    def _held_out(self, indices: Sequence[int]) -> Iterator[PhaseArray]:
        for index in indices:
            yield self._dataset.phases(index)

    def _reconstructed(self, indices: Sequence[int]) -> Iterator[PhaseArray]:
        for index in indices:
            yield decoded(self._engine, encoded(self._engine, self._dataset.phases(index)))

    def _generated(self, indices: Sequence[int], refinement: float) -> Iterator[PhaseArray]:
        names = [condition.name for condition in self._engine.card.conditions]
        requests = [
            replace(
                self._how,
                targets={name: float(self._dataset.table[name][index]) for name in names},
                seed=index,
                refinement_strength=refinement,
            )
            for index in indices
        ]
        for sample in self._engine.generate_each(requests):
            yield sample.microstructure.phases

    def _twins(self, indices: Sequence[int]) -> Iterator[PhaseArray | None]:
        """One annealing per series; the films of a series are neighbours in the data set."""
        table, done = self._dataset.table, 0
        while done < len(indices):
            series = table[SERIES][indices[done]]
            together = [index for index in indices[done:] if table[SERIES][index] == series]
            volumes = self._simulated(together)
            yield from (volumes.get(index) for index in together)
            done += len(together)

    def _simulated(self, indices: Sequence[int]) -> dict[int, PhaseArray]:
        """Twins of the films `indices` of one series."""
        table, description = self._dataset.table, self._dataset.description
        phi, chi, seed = (float(table[name][indices[0]]) for name in ("phi", "chi", "seed"))
        recipe = Recipe(phi, chi, int(seed) + OTHER_NOISE, self._dataset.shape, description.lateral)
        times = sorted({float(table["time"][index]) for index in indices})
        phases: PhaseCount = 3 if len(description.phase_names) > 2 else 2
        threshold = (description.origin or {}).get("threshold", "half")
        volumes = {}
        for snapshot in simulate(recipe, times, self._engine.device):
            stored = np.rint(snapshot.field.clip(0, 1) * LEVELS) / LEVELS  # as data sets are stored
            same = replace(snapshot, field=stored.astype(np.float32))
            for index in indices:
                if float(table["time"][index]) == snapshot.time:
                    thickness = float(table["interphase_voxels"][index]) if phases == 3 else 0.0
                    with suppress(NotSeparatedError):
                        volumes[index] = same.microstructure(phases, thickness, threshold).phases
        return volumes


def check_twins(engine: Engine, dataset: VolumeDataset) -> None:
    """Raise InputError when `dataset` lacks a condition of the model or what twins of its films need."""
    card = engine.card
    needed = (*RECIPE, *(("interphase_voxels",) if len(card.phase_names) > 2 else ()))
    for name in (*(condition.name for condition in card.conditions), *needed):
        if name not in dataset.table:
            raise InputError(
                f"{dataset.path} has no label '{name}', which twins of its films need; name a simulated data set."
            )


def evaluate_twins(engine: Engine, dataset: VolumeDataset, count: int, how: Request, path: Path) -> Iterator[Progress]:
    """Make the films of all groups for at most `count` held-out films and write the table to `path`.

    Parameters
    ----------
    engine : Engine
        The model.
    dataset : VolumeDataset
        Simulated films; only held-out ones are used.
    count : int
        Number of held-out films.
    how : Request
        Steps, sampler, matching and strength of refinement of the generated films.
    path : Path
        Where the document goes, see `twin_table`; films go to the folder of that name without its suffix.

    Raises
    ------
    InputError
        When the data set lacks a condition of the model or the recipes of its films.
    """
    films = TwinFilms(engine, dataset, count, path.with_suffix(""), how)
    yield from films.volumes()
    document = twin_table({group: films.measures(group) for group in films.groups}, films.series)
    reference = films.phases(HELD_OUT)
    for done, group in enumerate([name for name in films.groups if name != HELD_OUT], 1):
        found = network_discrimination(reference, films.phases(group), films.series, engine.device)
        document["classifiers"]["3-D network"][group] = None if found is None else found.to_json()
        yield Progress("twins: 3-D network", done, len(films.groups) - 1)
    write_text_atomic(path, json.dumps(document, indent=1, default=plain_number) + "\n")


def twin_table(groups: Mapping[str, Sequence[Mapping[str, float]]], series: NDArray[np.int64]) -> dict[str, Any]:
    """The comparison of every group with the held-out films.

    Parameters
    ----------
    groups : mapping
        Name of the group: `film_measures` of its films, in one order for all groups; among them `HELD_OUT`.
    series : ndarray of int, shape (films,)
        Series of each film.

    Returns
    -------
    dict
        "count" films of "series" series; "measures": per row of the table and group {"held_out", "value",
        "difference", "error"}, means over the films, the difference relative where the row says so, and its standard
        error over series; "classifiers": per kind and group what `Discrimination.to_json` gives.
    """
    reference = groups[HELD_OUT]
    others = {name: films for name, films in groups.items() if name != HELD_OUT}
    phases = 3 if "vol_frac_M" in reference[0] else 2
    measures = {
        title: {
            "relative": relative,
            **{name: _compared(reference, films, measure, relative, series) for name, films in others.items()},
        }
        for title, (measure, relative) in table_rows(phases).items()
    }
    classifiers: dict[str, dict[str, Any]] = {
        f"random forest, {which}": {name: _forest(reference, films, which, series) for name, films in others.items()}
        for which in (INTERFACES, STRUCTURE)
    }
    classifiers["3-D network"] = {}
    return {
        "count": len(series),
        "series": len(np.unique(series)),
        "measures": measures,
        "classifiers": classifiers,
    }


def _compared(
    reference: Sequence[Mapping[str, float]], films: Sequence[Mapping[str, float]], measure: str, relative: bool,
    series: NDArray[np.int64],
) -> dict[str, float | None]:  # fmt: skip
    pairs = np.array([(one[measure], other[measure]) for one, other in zip(reference, films, strict=True)])
    known = np.isfinite(pairs).all(1)

    def difference(chosen: NDArray[np.bool_]) -> float:
        if not (chosen & known).any():
            return float("nan")
        truth, mean = pairs[chosen & known].mean(0)
        scale = abs(truth) if relative else 1.0
        return float((mean - truth) / scale) if scale else float("nan")

    value, error = jackknife(series, difference)
    truth, mean = pairs[known].mean(0) if known.any() else (np.nan, np.nan)
    return {
        "held_out": finite(truth), "value": finite(mean), "difference": finite(value), "error": finite(error)
    }  # fmt: skip


def _forest(
    reference: Sequence[Mapping[str, float]], films: Sequence[Mapping[str, float]], which: str,
    series: NDArray[np.int64],
) -> dict[str, float | None] | None:  # fmt: skip
    one, other = (np.array([list(features(film, which).values()) for film in group]) for group in (reference, films))
    found: Discrimination | None = forest_discrimination(one, other, series)
    return None if found is None else found.to_json()


def twin_lines(document: Mapping[str, Any]) -> list[str]:
    """The table in plain text: a line per row with what the held-out films have, and a column per group with how far it
    is from that, "difference ± standard error"."""
    measures, classifiers = document["measures"], document["classifiers"]
    groups = [name for name in next(iter(measures.values())) if name != "relative"]
    width = max(map(len, [*measures, *(f"{kind}, accuracy" for kind in classifiers)])) + 4
    lines = [
        f"{document['count']} held-out films of {document['series']} series, and of as many films in each group; "
        "differences from the held-out films, ± standard error over series:",
        _line("", [HELD_OUT, *groups], width),
    ]
    for kind, row in classifiers.items():
        for figure in ("accuracy", "auc"):
            cells = [_cell(row.get(group), figure, f"{figure}_error") for group in groups]
            lines.append(_line(f"{kind}, {figure}", ["0.5", *cells], width))
    for title, row in measures.items():
        factor, unit = (100, " %") if row["relative"] else (1, "")
        cells = [_cell(row[group], "difference", "error", factor, unit, "+") for group in groups]
        known = row[groups[0]]["held_out"]
        lines.append(_line(title, ["--" if known is None else f"{known:.4g}", *cells], width))
    return lines


def _line(title: str, cells: Sequence[str], width: int) -> str:
    return title.ljust(width) + "".join(f"{cell:>{COLUMN}}" for cell in cells)


def _cell(
    entry: Mapping[str, float | None] | None, key: str, error: str, factor: float = 1, unit: str = "", sign: str = ""
) -> str:
    if entry is None or (value := entry[key]) is None:
        return "--"
    spread = "" if (about := entry[error]) is None else f" ± {factor * about:.2g}"
    return f"{factor * value:{sign}.3g}{spread}{unit}"
