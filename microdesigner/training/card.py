"""The model card of a trained run: everything but the architecture and the hashes, which the bundle adds."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.card import SCHEMA
from microdesigner.core.response import LEFT_OPEN, ResponseSurface
from microdesigner.core.subsampling import evenly_spread, subsample_evenly
from microdesigner.data.checks import check_dataset, checks_document
from microdesigner.data.store import VolumeDataset
from microdesigner.training.events import read_events
from microdesigner.training.run import RunDirectory

HISTOGRAM_BINS = 32
CARD_POINTS = 512
LOSS_POINTS = 64


def card_document(name: str, dataset: VolumeDataset, run: RunDirectory) -> dict[str, Any]:
    """Card of a model trained in `run` on `dataset`; ranges and support come from the
    training volumes alone, the targets for evaluation (`held_out`) from the others."""
    description, training = dataset.description, ~dataset.held_out
    events = read_events(run.path / "events.jsonl")
    conditions = dataset.columns(description.conditions)
    return {
        "schema": SCHEMA,
        "name": name,
        "title": f"{len(description.phase_names)}-phase films, {_kind(description.origin)}",
        "phases": description.phase_names,
        "shape": dataset.shape,
        "voxel_nm": description.voxel_nm,
        "lateral": description.lateral,
        "conditions": [_parameter(label, dataset.table[label][training]) for label in description.conditions],
        "process": [
            _parameter(label, dataset.table[label][training]) | _unit(description.units.get(label))
            for label in description.process
        ],
        "response": _response(dataset, training),
        "support": _sample(conditions, training),
        "held_out": _sample(conditions, dataset.held_out),
        "training": {
            "volumes": int(training.sum()),
            "held_out_volumes": int(dataset.held_out.sum()),
            "series": len(np.unique(dataset.table["series"])),
            "source": _source(description.origin),
            "rebuild": description.origin,
            "checks": checks_document(check_dataset(dataset, description.conditions, description.process)),
            "stages": [event for event in events if event["event"] == "stage"],
            "losses": loss_curves(events),
        },
    }


def _response(dataset: VolumeDataset, training: NDArray[np.bool_]) -> dict[str, Any] | None:
    """What films of a recipe measure on average, where there are recipes and films enough."""
    description = dataset.description
    left_open = [name for name in LEFT_OPEN if name in description.conditions]
    outputs = [name for name in description.conditions if name not in left_open]
    if not description.process or not outputs:
        return None
    surface = ResponseSurface.fitted(
        {name: dataset.table[name][training] for name in [*description.process, *left_open]},
        {name: dataset.table[name][training] for name in outputs},
    )
    return surface.to_json() if surface else None


def loss_curves(events: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, list[list[float]]]]:
    """Per stage the curves "loss" and "val_loss", each at most `LOSS_POINTS` pairs of step and value."""
    curves: dict[str, dict[str, list[list[float]]]] = {}
    for event in events:
        for kind in ("loss", "val_loss"):
            if event["event"] in ("step", "validation") and event.get(kind) is not None:
                stage = curves.setdefault(event["stage"], {"loss": [], "val_loss": []})
                stage[kind].append([event["step"], event[kind]])
    return {stage: {kind: _thinned(curve) for kind, curve in both.items()} for stage, both in curves.items()}


def _thinned(curve: list[list[float]]) -> list[list[float]]:
    return [curve[index] for index in evenly_spread(len(curve), LOSS_POINTS)]


def _sample(points: NDArray[np.float32], mask: NDArray[np.bool_]) -> list[list[float]]:
    """At most `CARD_POINTS` of the `points` under `mask`, evenly spread over series and times."""
    rows: list[list[float]] = np.round(points[subsample_evenly(mask, CARD_POINTS)].astype(np.float64), 4).tolist()
    return rows


def _parameter(label: str, values: NDArray[np.float64]) -> dict[str, Any]:
    low, high = float(values.min()), float(values.max())
    counts, _ = np.histogram(values, HISTOGRAM_BINS, (low, high))
    return {"name": label, "low": round(low, 5), "high": round(high, 5), "histogram": counts.tolist()}


def _kind(origin: dict[str, Any] | None) -> str:
    return "imported" if (origin or {}).get("command") == "dataset import" else "Cahn-Hilliard"


def _source(origin: dict[str, Any] | None) -> str:
    """Where imported volumes come from, as far as whoever imported them said so."""
    return str(((origin or {}).get("plan") or {}).get("origin", ""))


def _unit(unit: str | None) -> dict[str, str]:
    return {} if unit is None else {"unit": unit}
