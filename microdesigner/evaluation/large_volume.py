"""A film larger than those of the training: does anything in it repeat, and is every part of it like the whole?"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfftn, rfftn

from microdesigner.core.documents import plain_number
from microdesigner.core.events import Finished, Progress
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.paths import write_text_atomic
from microdesigner.core.request import Request
from microdesigner.descriptors.correlation import radial_correlation
from microdesigner.engine import Engine
from microdesigner.evaluation.single_target import central_target

TIMES = 2
STANDARD_FILMS = 8


def evaluate_large_volume(engine: Engine, path: Path) -> Iterator[Progress]:
    """Generate the central target `TIMES` as large along each axis and, from other seeds, in the standard size; write
    what `large_volume_figures` says of it to `path`."""
    card, target = engine.card, central_target(engine.card)
    x, y, z = (TIMES * edge for edge in card.shape)
    for event in engine.generate(Request(target, card.name, size=(x, y, z))):
        if isinstance(event, Progress):
            yield event
        if isinstance(event, Finished):
            film = event.result.samples[0].microstructure
    requests = [Request(target, card.name, seed=seed) for seed in range(1, STANDARD_FILMS + 1)]
    standard = [sample.microstructure for sample in engine.generate_each(requests)]
    write_text_atomic(path, json.dumps(large_volume_figures(film, standard), indent=1, default=plain_number) + "\n")


def large_volume_figures(film: Microstructure, standard: Sequence[Microstructure]) -> dict[str, dict[str, Any]]:
    """Per phase of a film whose size is a multiple of that of the `standard` films of the same target, at least two:

    "repetition", the largest autocorrelation of the phase's indicator at a lateral shift by `period`, and "chance", the
    root mean square of that at all lateral shifts beyond half of it: a repeated pattern has 1, none about the chance;
    "fraction", and "tiles", its least and greatest value among the parts of the standard size;
    "S2", the relative L1 distance of its two-point correlation from the mean of the standard films', and "S2 floor",
    the mean of that over the standard films, each beside the mean of the others.

    A `period` here is the standard size.
    """
    report, period = {}, standard[0].shape
    for label, name in enumerate(film.phase_names):
        inside = (film.phases == label).astype(np.float32)
        correlation = _lateral_autocorrelation(inside)
        at_period = [correlation[i, j] for i in (0, period[0]) for j in (0, period[1]) if i or j]
        far = correlation[period[0] // 2 : -period[0] // 2, period[1] // 2 : -period[1] // 2]
        tiles = _tile_means(inside, period)
        report[name] = {
            "repetition": round(float(max(at_period)), 5),
            "chance": round(float(np.sqrt(np.square(far).mean())), 5),
            "fraction": round(float(inside.mean()), 5),
            "tiles": [round(float(tiles.min()), 5), round(float(tiles.max()), 5)],
            **_correlations(film, standard, label),
        }
    return report


def _correlations(film: Microstructure, standard: Sequence[Microstructure], label: int) -> dict[str, float]:
    curves = np.stack([radial_correlation(other, label).value for other in standard])
    large = radial_correlation(film, label).value[: curves.shape[1]]
    others = (curves.sum(0) - curves) / (len(curves) - 1)
    floor = np.mean([_distance(curve, mean) for curve, mean in zip(curves, others, strict=True)])
    return {"S2": round(_distance(large, curves.mean(0)), 5), "S2 floor": round(float(floor), 5)}


def _distance(curve: NDArray[np.float64], reference: NDArray[np.float64]) -> float:
    return float(np.abs(curve - reference).sum() / np.abs(reference).sum())


def _lateral_autocorrelation(inside: NDArray[np.float32]) -> NDArray[np.float32]:
    """Pearson correlation [x, y] of a volume [x, y, z] with itself shifted laterally, periodically."""
    away = inside - inside.mean()
    transformed = rfftn(away, axes=(0, 1))
    power = irfftn(np.abs(transformed) ** 2, s=inside.shape[:2], axes=(0, 1)).sum(2)
    correlation: NDArray[np.float32] = power / max(float(power[0, 0]), 1e-9)
    return correlation


def _tile_means(inside: NDArray[np.float32], period: tuple[int, int, int]) -> NDArray[np.float32]:
    (nx, ny, nz), (x, y, z) = (np.array(inside.shape) // period), period
    means: NDArray[np.float32] = inside.reshape(nx, x, ny, y, nz, z).mean((1, 3, 5))
    return means
