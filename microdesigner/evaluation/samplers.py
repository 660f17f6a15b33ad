"""Few steps of the fast sampler beside all steps of the ancestral one: what is lost, and how much time is saved."""

import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.documents import plain_number
from microdesigner.core.events import Progress
from microdesigner.core.paths import write_text_atomic
from microdesigner.core.request import TRAINING_STEPS, Request, Sampler
from microdesigner.descriptors.correlation import radial_correlation
from microdesigner.engine import Engine
from microdesigner.evaluation.metrics import agreement

SETTINGS: tuple[tuple[Sampler, int], ...] = (
    ("ancestral", TRAINING_STEPS),
    ("sa-solver", 10),
    ("sa-solver", 20),
    ("dpm-solver++", 20),
)


def compare_samplers(
    engine: Engine,
    targets: Sequence[dict[str, float]],
    path: Path,
    settings: Sequence[tuple[Sampler, int]] = SETTINGS,
) -> Iterator[Progress]:
    """Generate the targets, from the same seeds and unrefined, by each of `settings` (sampler, steps) and write a row
    each to `path`: the mean absolute error of every condition, "S2", the relative L1 distance of the first phase's mean
    two-point correlation from that by the first setting, and seconds per sample."""
    rows: dict[str, dict[str, float | None]] = {}
    reference: NDArray[np.float64] | None = None
    for sampler, steps in settings:
        requests = [
            Request(target, engine.card.name, seed=seed, sampler=sampler, steps=steps, refinement_strength=0)
            for seed, target in enumerate(targets)
        ]
        values, curves = [], []
        started = time.perf_counter()
        for sample in engine.generate_each(requests):
            values.append([sample.measured[name] for name in targets[0]])
            curves.append(radial_correlation(sample.microstructure, 0).value)
            yield Progress(f"{sampler}, {steps} steps", len(curves), len(requests))
        seconds = (time.perf_counter() - started) / len(requests)
        mean = np.mean(curves, axis=0)
        reference = mean if reference is None else reference
        distance = float(np.abs(mean - reference).sum() / np.abs(reference).sum())
        rows[f"{sampler}, {steps} steps"] = {
            **_errors(targets, np.array(values, dtype=np.float64)),
            "S2": round(distance, 5),
            "seconds": round(seconds, 3),
        }
    write_text_atomic(path, json.dumps(rows, indent=1, default=plain_number) + "\n")


def _errors(targets: Sequence[dict[str, float]], values: NDArray[np.float64]) -> dict[str, float | None]:
    """Mean absolute error per condition of `values` (films, conditions)."""
    return {
        f"MAE {name}": agreement(np.array([target[name] for target in targets]), column).to_json()["mae"]
        for name, column in zip(targets[0], values.T, strict=True)
    }
