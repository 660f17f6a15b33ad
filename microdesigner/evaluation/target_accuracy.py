"""Control (the paper's Fig. 3): one sample per held-out target, measured on its voxels."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.card import CARD_FILE, ModelCard
from microdesigner.core.documents import plain_number
from microdesigner.core.errors import InputError
from microdesigner.core.events import Progress
from microdesigner.core.paths import write_text_atomic
from microdesigner.core.request import Request
from microdesigner.core.subsampling import evenly_spread
from microdesigner.engine import Engine
from microdesigner.evaluation.growing_table import growing_table, table_rows
from microdesigner.evaluation.metrics import agreement
from microdesigner.models.bundle import update_card

SAMPLES, METRICS = "samples.csv", "metrics.json"
FEWEST_HELD_OUT = 8
TargetSource = Literal["held-out", "training"]


def target_source(card: ModelCard) -> TargetSource:
    """Whose measures serve as targets: held-out volumes', or where the card has fewer than `FEWEST_HELD_OUT` of them,
    as after training on one small tomogram, the training volumes'."""
    return "held-out" if len(card.held_out or ()) >= FEWEST_HELD_OUT else "training"


def card_targets(card: ModelCard, count: int, conditions: Sequence[str] = ()) -> list[dict[str, float]]:
    """`count` targets that volumes measured, evenly spread, from the model card; see `target_source`.

    `conditions` names those that they set (all). More than the card holds come again, each time with another seed.
    Raises InputError when the card holds none, or lacks a condition.
    """
    points = (card.held_out if target_source(card) == "held-out" else card.support_points) or ()
    if not points:
        raise InputError(f"The card of {card.name} holds no targets; evaluate a model that was trained here.")
    chosen = np.resize(evenly_spread(len(points), count), count)
    names = [condition.name for condition in card.conditions]
    if unknown := sorted(set(conditions) - set(names)):
        raise InputError(f"{card.name} has no condition '{unknown[0]}'; choose among {', '.join(names)}.")
    columns = [column for column, name in enumerate(names) if not conditions or name in conditions]
    return [{names[column]: points[index][column] for column in columns} for index in chosen]


def evaluate_accuracy(
    engine: Engine, folder: Path, targets: Sequence[dict[str, float]], how: Request
) -> Iterator[Progress]:
    """Generate and measure one sample per target into `folder`/samples.csv, then write metrics.json.

    `how` gives sampler, steps, refinement and matching; target i uses seed i. Lines already in samples.csv are kept, so
    an interrupted evaluation goes on.
    """
    folder.mkdir(parents=True, exist_ok=True)
    names = list(targets[0])
    path = folder / SAMPLES
    header = ["index", *(f"target_{name}" for name in names), *(f"measured_{name}" for name in names)]
    done = len(table_rows(path, header))
    requests = [
        replace(how, targets=targets[index], model=engine.card.name, seed=index) for index in range(done, len(targets))
    ]
    with growing_table(path, header) as add:
        for index, sample in enumerate(engine.generate_each(requests), done):
            measured = sample.measured
            values = ["" if measured[name] is None else f"{measured[name]:.6f}" for name in names]
            add([index, *(f"{targets[index][name]:.6f}" for name in names), *values])
            yield Progress("evaluate", index + 1, len(targets))
    write_metrics(engine, folder, how)


def write_metrics(engine: Engine, folder: Path, how: Request) -> None:
    """Write metrics.json for the samples that `folder` holds so far."""
    pairs = accuracy_pairs(folder)
    names = ("sampler", "steps", "refinement_strength", "match", "candidates")
    settings = {name: getattr(how, name) for name in names}
    count = len(next(iter(pairs.values()))[0])
    document = {"model": engine.identity, "count": count, "targets": target_source(engine.card), **settings}
    metrics = {name: agreement(target, measured).to_json() for name, (target, measured) in pairs.items()}
    write_text_atomic(
        folder / METRICS, json.dumps({**document, "control": metrics}, indent=1, default=plain_number) + "\n"
    )


def add_to_metrics(folder: Path, entries: Mapping[str, Any]) -> None:
    """Add or replace top-level `entries` of metrics.json."""
    document = json.loads((folder / METRICS).read_text(encoding="utf-8"))
    write_text_atomic(folder / METRICS, json.dumps({**document, **entries}, indent=1, default=plain_number) + "\n")


def accuracy_pairs(folder: Path) -> dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Targets and measured values (n,) per condition from samples.csv; NaN where a value does not exist."""
    with (folder / SAMPLES).open(newline="", encoding="utf-8") as file:
        header, *rows = list(csv.reader(file))
    table = {label: np.array([float(row[column] or "nan") for row in rows]) for column, label in enumerate(header)}
    names = [label.removeprefix("target_") for label in header if label.startswith("target_")]
    return {name: (table[f"target_{name}"], table[f"measured_{name}"]) for name in names}


def accuracy_entry(folder: Path) -> dict[str, Any]:
    """The evaluation in `folder` as a card records it."""
    document: dict[str, Any] = json.loads((folder / METRICS).read_text(encoding="utf-8"))
    document.pop("model")
    return document


def record_accuracy(bundle: Path, folder: Path, how: Request) -> dict[str, Any]:
    """Add the evaluation in `folder`, made as `how` says, to the card of `bundle`; returns its entry."""
    entry = accuracy_entry(folder)
    card = ModelCard.read(bundle / CARD_FILE)
    recorded = card.to_json().get("accuracy", {})
    conditions = "" if len(entry["control"]) == len(card.conditions) else f", asked {' '.join(entry['control'])}"
    key = f"refinement {how.refinement_strength:g}, match {how.match}, candidates {how.candidates}{conditions}"
    update_card(bundle, {"accuracy": {**recorded, key: entry}})
    return entry
