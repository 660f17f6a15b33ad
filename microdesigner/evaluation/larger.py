"""A film larger than those of the training: does anything in it repeat, and is every part of it like the whole?"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfftn, rfftn

from microdesigner.core.events import Finished, Progress
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.paths import write_text_atomic
from microdesigner.core.request import Request
from microdesigner.engine import Engine
from microdesigner.evaluation.one_target import central_target

TIMES = 2


def evaluate_larger(engine: Engine, path: Path) -> Iterator[Progress]:
    """Generate the central target `TIMES` as large along each axis; write what `larger_film` says of it to `path`."""
    shape = engine.card.shape
    x, y, z = (TIMES * edge for edge in shape)
    for event in engine.generate(Request(central_target(engine.card), engine.card.name, size=(x, y, z))):
        if isinstance(event, Progress):
            yield event
        if isinstance(event, Finished):
            film = event.result.samples[0].microstructure
            write_text_atomic(path, json.dumps(larger_film(film, shape), indent=1) + "\n")


def larger_film(film: Microstructure, period: tuple[int, int, int]) -> dict[str, dict[str, Any]]:
    """Per phase of a film that is a multiple of `period` (voxels along x, y, z) in size:

    "repetition", the largest autocorrelation of the phase's indicator at a lateral shift by `period`, and "chance", the
    root mean square of that at all lateral shifts beyond half of it: a repeated pattern has 1, none about the chance;
    "fraction", and "tiles", its least and greatest value among the parts of the size of `period`.
    """
    report = {}
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
        }
    return report


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
