"""Can a physicist tell generated films from simulated ones? Each held-out film beside its twin and what is made of it.

A twin is a simulation of the same recipe from other noise: how far twins differ from the held-out films is chance, the
floor of every comparison. The other groups are the held-out film encoded and decoded again, and films generated at the
values that it measures, by the denoiser alone and with refinement.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.documents import plain_number
from microdesigner.core.events import Progress
from microdesigner.core.paths import write_text_atomic
from microdesigner.core.request import Request
from microdesigner.data.store import VolumeDataset
from microdesigner.engine import Engine
from microdesigner.evaluation.discrimination import Discrimination, forest_discrimination, network_discrimination
from microdesigner.evaluation.film_measures import INTERFACES, STRUCTURE, features, table_rows
from microdesigner.evaluation.jackknife import jackknife
from microdesigner.evaluation.metrics import finite
from microdesigner.evaluation.twin_films import HELD_OUT, TwinFilms

COLUMN = 22


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
