"""Many films of one target: their spread about it, and the recipes predicted for them (the paper's Figs. 4, 6)."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.card import ModelCard
from microdesigner.core.documents import plain_number
from microdesigner.core.events import Progress
from microdesigner.core.paths import write_text_atomic
from microdesigner.core.request import Request
from microdesigner.engine import Engine

RECIPES_EACH = 64


@dataclass(frozen=True)
class SingleTarget:
    """The target, what films of it measured (films,) per condition, and draws (n,) of their recipes per parameter."""

    target: dict[str, float]
    measured: dict[str, NDArray[np.float64]]
    process: dict[str, NDArray[np.float64]]


def central_target(card: ModelCard) -> dict[str, float]:
    """The training film nearest to the medians of all conditions: a target that surely can be met."""
    names = [condition.name for condition in card.conditions]
    support = card.support
    if support is None:
        return card.middle
    offsets = (support.points - np.median(support.points, axis=0)) / support.points.std(axis=0).clip(1e-9)
    return dict(zip(names, support.points[np.square(offsets).sum(1).argmin()].tolist(), strict=True))


def evaluate_single_target(engine: Engine, count: int, path: Path) -> Iterator[Progress]:
    """Generate and measure `count` films of the central target from seeds 0, 1, ... and write them to `path`."""
    target = central_target(engine.card)
    measured: dict[str, list[float | None]] = {name: [] for name in target}
    process: dict[str, list[float]] = {parameter.name: [] for parameter in engine.card.process}
    requests = [Request(target, engine.card.name, seed=seed) for seed in range(count)]
    for done, sample in enumerate(engine.generate_each(requests), 1):
        for name in target:
            measured[name].append(sample.measured[name])
        for name, draws in sample.draws.items():
            process[name] += [round(value, 4) for value in draws[:RECIPES_EACH]]
        yield Progress("one target", done, count)
    write_text_atomic(
        path, json.dumps({"target": target, "measured": measured, "process": process}, default=plain_number) + "\n"
    )


def read_single_target(path: Path) -> SingleTarget:
    """What `evaluate_single_target` wrote; values that do not exist are NaN."""
    document = json.loads(path.read_text(encoding="utf-8"))
    columns = {
        part: {name: np.array(values, dtype=np.float64) for name, values in document[part].items()}
        for part in ("measured", "process")
    }
    return SingleTarget(document["target"], **columns)
