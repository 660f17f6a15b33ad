"""How well simulated films are completed from a part of them: half, slab, outside of a box or sphere, slices."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from microdesigner.core.documents import plain_number
from microdesigner.core.events import Finished, Progress
from microdesigner.core.given import Mask
from microdesigner.core.microstructure import Microstructure, PhaseArray
from microdesigner.core.paths import write_text_atomic
from microdesigner.core.regions import given_part
from microdesigner.core.request import Request
from microdesigner.core.result import Sample
from microdesigner.core.subsampling import subsample_evenly
from microdesigner.data.store import VolumeDataset
from microdesigner.descriptors import sample_values
from microdesigner.engine import Engine
from microdesigner.evaluation.reconstruction import dataset_film

NOISE = 7_000_003
"""Seed of the first film, far from those of other evaluations."""
DISTANCES = (1, 4)
Row = dict[str, float]


def evaluate_parts(engine: Engine, dataset: VolumeDataset, count: int, path: Path) -> Iterator[Progress]:
    """Complete `count` held-out films of `dataset`, evenly spread, from each kind of part, and write to `path` a table:
    see `parts_table`."""
    chosen = [int(index) for index in subsample_evenly(dataset.held_out, count)]
    rows: dict[str, list[Row]] = {}
    for done, index in enumerate(chosen, 1):
        for kind, row in part_rows(engine, dataset_film(dataset, index), NOISE + index).items():
            rows.setdefault(kind, []).append(row)
        yield Progress("parts", done, len(chosen))
    write_text_atomic(path, json.dumps(parts_table(rows), indent=1, default=plain_number) + "\n")


def regions(shape: tuple[int, int, int]) -> dict[str, str]:
    """What is kept of a film of `shape` [x, y, z], by kind of part."""
    x, y, z = shape
    return {
        "half": f"x=0:{x // 2}",
        "slab": f"z=0:{z // 2}",
        "outside of a box": f"outside x={x // 4}:{3 * x // 4} y={y // 4}:{3 * y // 4}",
        "outside of a sphere": f"outside sphere={x / 2:g},{y / 2:g},{z / 2:g},{0.45 * z:g}",
        "slice y": f"y={y // 3}",
        "slice z": f"z={z // 2}",
    }


def part_rows(engine: Engine, film: Microstructure, seed: int) -> dict[str, Row]:
    """For each kind of part of a film: what `seam` and the slice's neighbours are in the film completed from it (and in
    the film itself), the largest miss of a target, and the time over that of a film without a part."""
    names = [condition.name for condition in engine.card.conditions]
    measured = sample_values(film, names).values
    targets = {name: value for name, value in measured.items() if value is not None and name in names}
    request = Request(targets, model=engine.card.name, seed=seed, size=film.shape)
    _, plain_seconds = _generated(engine, request)
    rows = {}
    for kind, region in regions(film.shape).items():
        given = given_part(film.phases, film.shape, [region])
        sample, seconds = _generated(engine, Request(targets, model=engine.card.name, seed=seed, given=given))
        phases = sample.microstructure.phases
        row = {
            "kept voxels changed": float(np.mean(phases[given.mask] != film.phases[given.mask])),
            "unlike the film elsewhere": float(np.mean(phases[~given.mask] != film.phases[~given.mask])),
            "largest miss": max(abs((sample.measured[name] or 0) - value) for name, value in targets.items()),
            "time over plain": seconds / plain_seconds,
        }
        if kind.startswith("slice"):
            axis = "xyz".index(kind[-1])
            position = int(region[2:])
            for distance in DISTANCES:
                row[f"neighbours at {distance}"] = neighbours(phases, axis, position, distance, film.periodic)
                row[f"neighbours at {distance}, film"] = neighbours(
                    film.phases, axis, position, distance, film.periodic
                )
        else:
            row |= {"seam": seam(phases, given.mask, film.periodic)}
            row |= {"seam, film": seam(film.phases, given.mask, film.periodic)}
        rows[kind] = row
    return rows


def seam(phases: PhaseArray, mask: Mask, periodic: bool) -> float:
    """Unlike neighbouring voxels across the border of `mask` over those that its faces would have inside: 1 where
    nothing tells that there is a border. Both arrays are [x, y, z]."""
    across = expected = 0.0
    for axis in range(3):
        unlike, border = _unlike(phases, axis, periodic), _unlike(mask, axis, periodic)
        across += float(unlike[border].sum())
        expected += float(border.sum()) * float(unlike[~border].mean())
    return across / expected


def neighbours(phases: PhaseArray, axis: int, position: int, distance: int, periodic: bool) -> float:
    """How unlike the layer at `position` along `axis` and those `distance` voxels beside it are, over any two layers
    so far apart."""
    layers = np.moveaxis(phases, axis, 0)
    pairs = np.mean(layers[:-distance] != layers[distance:], axis=(1, 2))
    if periodic and axis < 2:
        pairs = np.append(pairs, np.mean(layers[-distance:] != layers[:distance], axis=(1, 2)))
    return float((pairs[position - distance] + pairs[position]) / 2 / pairs.mean())


def parts_table(rows: Mapping[str, Sequence[Row]]) -> dict[str, dict[str, dict[str, float]]]:
    """By kind of part and quantity: number of films, mean over them with its standard error, and the largest."""
    table: dict[str, dict[str, dict[str, float]]] = {}
    for kind, films in rows.items():
        table[kind] = {}
        for quantity in films[0]:
            values = np.array([film[quantity] for film in films])
            entry = {"n": len(values), "mean": float(values.mean()), "largest": float(values.max())}
            if len(values) > 1:
                entry["error"] = float(values.std(ddof=1) / np.sqrt(len(values)))
            table[kind][quantity] = {name: round(value, 5) for name, value in entry.items()}
    return table


def _unlike(values: np.ndarray, axis: int, periodic: bool) -> np.ndarray:
    """Where a voxel and the next along `axis` differ."""
    if periodic and axis < 2:
        return np.asarray(values != np.roll(values, -1, axis))
    along = np.moveaxis(values, axis, 0)
    return np.moveaxis(along[:-1] != along[1:], 0, axis)


def _generated(engine: Engine, request: Request) -> tuple[Sample, float]:
    """The film of a request and its seconds of processor time: this measures beside other work, too."""
    started = time.process_time()
    for event in engine.generate(request):
        if isinstance(event, Finished):
            return event.result.samples[0], time.process_time() - started
    raise AssertionError("a generation ends with Finished")
