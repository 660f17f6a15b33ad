"""Fidelity: how far generated films are from held-out ones, beside how far the training films are from them.

Every error is a ratio to that floor: two halves of the truth differ too, and a number without it says nothing. One
draw of training films may lie near the held-out ones by luck, so the floor is the mean over several.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist
from scipy.stats import wasserstein_distance

from microdesigner.core.documents import plain_number
from microdesigner.core.errors import InputError
from microdesigner.core.events import Progress
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.paths import write_text_atomic
from microdesigner.core.phases import Names, has_donor_and_acceptor
from microdesigner.core.request import Request
from microdesigner.core.subsampling import subsample_evenly
from microdesigner.data.store import VolumeDataset
from microdesigner.descriptors import describe
from microdesigner.descriptors.chord_length import chord_lengths
from microdesigner.descriptors.correlation import axis_correlation, lateral_correlation, radial_correlation
from microdesigner.descriptors.curve import AXES, Curve
from microdesigner.descriptors.lineal_path import lineal_path
from microdesigner.descriptors.report import sample_names
from microdesigner.engine import Engine
from microdesigner.evaluation.metrics import finite, mean_curve, relative_distance
from microdesigner.evaluation.reconstruction import dataset_film

FLOOR_DRAWS = 4
NEIGHBOURS = 5
DUPLICATE = 0.01
MOSTLY = 0.5
SMALLEST_SPREAD = 1e-3
JOINT = ("ABS_f_D", "ABS_wf_D", "CT_f_e_conn", "CT_f_conn_D_An", "CT_f_conn_A_Ca", "CT_f_D_tort1", "CT_f_A_tort1")
"""Descriptors of donor and acceptor whose joint distribution is compared; of other phases what results list."""
Profile = dict[str, NDArray[np.float64]]
"""Statistics of one film by name: curves (n,), and numbers (1,)."""


@dataclass(frozen=True)
class Films:
    """Profiles of many films, and their descriptors [films, names]."""

    profiles: list[Profile]
    descriptors: NDArray[np.float64]
    names: tuple[str, ...] = JOINT


def evaluate_fidelity(engine: Engine, dataset: VolumeDataset, count: int, path: Path) -> Iterator[Progress]:
    """Compare `count` generated films with as many held-out films of `dataset`, evenly spread, and these with at most
    `FLOOR_DRAWS` draws of as many training films; the targets are those of the held-out films.

    Writes the document {"count", "morphology", "distribution"} to `path`.

    Raises InputError when the data set lacks a condition of the model.
    """
    names = [condition.name for condition in engine.card.conditions]
    lacking = [name for name in names if name not in dataset.table]
    if lacking:
        raise InputError(f"{dataset.path} has no label '{lacking[0]}', a condition of {engine.card.name}.")
    measured: list[Films] = []
    held_out = subsample_evenly(dataset.held_out, count).tolist()
    draws = max(1, min(FLOOR_DRAWS, int((~dataset.held_out).sum()) // max(1, len(held_out))))
    training = subsample_evenly(~dataset.held_out, draws * len(held_out)).tolist()
    requests = [
        Request({name: float(dataset.table[name][index]) for name in names}, engine.card.name, seed=seed)
        for seed, index in enumerate(held_out)
    ]
    sources: list[Iterator[Microstructure]] = [
        (sample.microstructure for sample in engine.generate_each(requests)),
        (dataset_film(dataset, index) for index in held_out),
        *((dataset_film(dataset, index) for index in training[first::draws]) for first in range(draws)),
    ]
    done, total = 0, 2 * len(held_out) + len(training)
    for source in sources:
        group = []
        for film in source:
            group.append(films([film]))
            done += 1
            yield Progress("fidelity", done, total)
        measured.append(_together(group))
    generated, real, *known = measured
    document = {
        "count": count,
        "morphology": morphology(generated, real, known),
        "distribution": distribution(generated, real, known),
    }
    write_text_atomic(path, json.dumps(document, indent=1, default=plain_number) + "\n")


def profile_of(film: Microstructure) -> Profile:
    """S2 in all directions, within the layers and along z, lineal path and chord lengths along z of every phase;
    surfaces, domain sizes, connected shares, Euler numbers and tortuosity factors. What does not exist is NaN."""
    profile: Profile = {}
    for label, name in enumerate(film.phase_names):
        curves: dict[str, Curve] = {
            "S2": radial_correlation(film, label),
            "S2 lateral": lateral_correlation(film, label),
            "S2 z": axis_correlation(film, "z", label),
            "lineal path z": lineal_path(film, label, AXES[2]),
            "chord length z": chord_lengths(film, label, AXES[2]),
        }
        profile |= {f"{kind}, {name}": curve.value for kind, curve in curves.items()}
    values = describe(film, "full").values
    statistics = (
        "specific_surface_isotropic",
        "domain_size",
        "percolating",
        "connected_",
        "euler",
        "tortuosity_factor",
    )
    for label_name, value in values.items():
        if label_name.startswith(statistics):
            profile[label_name] = np.array([np.nan if value is None else float(value)])
    return profile


def films(volumes: Iterable[Microstructure]) -> Films:
    """Measure `volumes`."""
    measured = list(volumes)
    rows = np.array([_descriptor_row(volume) for volume in measured], dtype=np.float64)
    return Films([profile_of(volume) for volume in measured], rows, _joint(measured[0].phase_names))


def morphology(generated: Films, held_out: Films, training: Sequence[Films]) -> dict[str, dict[str, float | None]]:
    """Per statistic the relative L1 distance of the mean curves from the held-out ones, the same for the draws of
    training films (the floor, their mean), and the ratio of the two."""
    report: dict[str, dict[str, float | None]] = {}
    for name in held_out.profiles[0]:
        reference = _mean(held_out, name)
        error = relative_distance(_mean(generated, name), reference)
        floor = float(np.mean([relative_distance(_mean(group, name), reference) for group in training]))
        ratio = error / floor if floor > 0 else float("nan")
        report[name] = {key: finite(value) for key, value in (("error", error), ("floor", floor), ("ratio", ratio))}
    return report


def distribution(generated: Films, held_out: Films, training: Sequence[Films]) -> dict[str, Any]:
    """Distances of the descriptors' distributions: Wasserstein-1 per descriptor in units of its held-out spread,
    squared MMD (Gaussian kernel, median width), precision, recall, density and coverage (k = 5, Naeem et al. 2020),
    each beside its floor, the mean over the draws of training films, and the share of generated films that are all but
    a copy of a training film. Descriptors that such films mostly lack, as the donor-acceptor interface where a mixed
    phase parts them, are left out."""
    common = np.flatnonzero(np.isfinite(held_out.descriptors).mean(0) > MOSTLY)
    names = [held_out.names[column] for column in common]
    real = held_out.descriptors[:, common]
    centre, scale = np.nanmean(real, 0), np.nanstd(real, 0).clip(SMALLEST_SPREAD)
    fake, real, *draws = (
        _complete((group.descriptors[:, common] - centre) / scale) for group in (generated, held_out, *training)
    )
    distances = [_wasserstein(rows, real) for rows in (fake, *draws)]
    spreads = [_manifold(rows, real) for rows in (fake, *draws)]
    return {
        "wasserstein": {
            "generated": dict(zip(names, map(finite, distances[0]), strict=True)),
            "floor": dict(zip(names, map(finite, np.mean(distances[1:], axis=0)), strict=True)),
        },
        "mmd": {
            "generated": finite(_mmd(fake, real)),
            "floor": finite(float(np.mean([_mmd(rows, real) for rows in draws]))),
        },
        "manifold": {
            "generated": spreads[0],
            "floor": {name: float(np.mean([spread[name] for spread in spreads[1:]])) for name in spreads[0]},
        },
        "novelty": _novelty(fake, real, np.concatenate(draws)),
    }


def _together(groups: Sequence[Films]) -> Films:
    profiles = [profile for group in groups for profile in group.profiles]
    return Films(profiles, np.concatenate([group.descriptors for group in groups]), groups[0].names)


def _wasserstein(rows: NDArray[np.float64], real: NDArray[np.float64]) -> list[float]:
    return [float(wasserstein_distance(rows[:, column], real[:, column])) for column in range(real.shape[1])]


def _joint(names: Names) -> tuple[str, ...]:
    return JOINT if has_donor_and_acceptor(names) else sample_names(names)


def _descriptor_row(film: Microstructure) -> list[float]:
    of_graspi = has_donor_and_acceptor(film.phase_names)
    values = describe(film, "graspi" if of_graspi else "basic").values
    found = [values[name] for name in _joint(film.phase_names)]
    return [float("nan") if value is None else float(value) for value in found]


def _novelty(
    fake: NDArray[np.float64], real: NDArray[np.float64], known: NDArray[np.float64]
) -> dict[str, float | None]:
    nearest_fake, nearest_real = cdist(fake, known).min(1), cdist(real, known).min(1)
    return {
        "nearest_training_generated": finite(float(np.median(nearest_fake))),
        "nearest_training_held_out": finite(float(np.median(nearest_real))),
        "duplicates": float((nearest_fake < DUPLICATE).mean()),
    }


def _manifold(fake: NDArray[np.float64], real: NDArray[np.float64]) -> dict[str, float]:
    real_radius, fake_radius = _radius(real), _radius(fake)
    distance = cdist(real, fake)
    inside = distance < real_radius[:, None]
    return {
        "precision": float(inside.any(0).mean()),
        "recall": float((distance < fake_radius).any(1).mean()),
        "density": float(inside.sum(0).mean() / NEIGHBOURS),
        "coverage": float(inside.any(1).mean()),
    }


def _radius(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distance of each point from its k-th neighbour."""
    radius: NDArray[np.float64] = np.sort(cdist(points, points), axis=1)[:, min(NEIGHBOURS, len(points) - 1)]
    return radius


def _mmd(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Squared maximum mean discrepancy, unbiased (Gretton et al. 2012)."""
    across = cdist(one, other, "sqeuclidean")
    width = np.median(across)

    def within(points: NDArray[np.float64]) -> float:
        kernel = np.exp(-cdist(points, points, "sqeuclidean") / width)
        return float((kernel.sum() - len(points)) / (len(points) * (len(points) - 1)))

    return within(one) + within(other) - 2 * float(np.exp(-across / width).mean())


def _mean(group: Films, name: str) -> NDArray[np.float64]:
    return mean_curve([profile[name] for profile in group.profiles])


def _complete(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    complete: NDArray[np.float64] = rows[np.isfinite(rows).all(1)]
    return complete
