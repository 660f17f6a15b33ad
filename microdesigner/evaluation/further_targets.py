"""What a model can be asked for beside its conditions, see `core.further_targets`: films from which that is learned,
and how well it and the domain size are met."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from microdesigner.core.card import CARD_FILE, ModelCard
from microdesigner.core.descriptor_spec import DOMAIN_SIZE
from microdesigner.core.documents import plain_number
from microdesigner.core.errors import InputError
from microdesigner.core.events import Progress
from microdesigner.core.paths import write_text_atomic
from microdesigner.core.phases import fraction_label
from microdesigner.core.request import Request
from microdesigner.core.subsampling import evenly_spread
from microdesigner.descriptors import sample_values
from microdesigner.engine import Engine
from microdesigner.evaluation.growing_table import growing_table, table_rows
from microdesigner.evaluation.metrics import agreement
from microdesigner.models.bundle import update_card

FILMS_SEED, ASKED_SEED = 4_000_037, 4_500_007
"""Of the first film, far from those of other evaluations."""
ASKED = 16
"""Films asked for each target."""
Row = list[float | None]


def training_targets(card: ModelCard, count: int) -> list[dict[str, float]]:
    """Conditions and domain sizes of `count` training films, evenly spread over those that the card holds."""
    films = card.known_films
    if films is None or DOMAIN_SIZE not in films.names:
        raise InputError(f"The card of {card.name} holds no domain sizes; evaluate another model.")
    chosen = evenly_spread(len(films.points), min(count, len(films.points)))
    return [dict(zip(films.names, films.points[row].tolist(), strict=True)) for row in chosen]


def measure_films(engine: Engine, count: int, path: Path) -> Iterator[Progress]:
    """Make films at `training_targets` and write a table of what was asked of each and what it measures of the card's
    `further_names`.

    A line is added for each film, and those that are there stay, so that an interrupted run goes on.
    """
    targets = training_targets(engine.card, count)
    names = engine.card.further_names
    header = [*targets[0], *names]
    done = len(table_rows(path, header))
    requests = [
        Request(targets[number], model=engine.card.name, seed=FILMS_SEED + number)
        for number in range(done, len(targets))
    ]
    with growing_table(path, header) as add:
        for number, sample in enumerate(engine.generate_each(requests), done):
            values = sample_values(sample.microstructure, names).values
            measured = ["" if (value := values[name]) is None else value for name in names]
            add([*targets[number].values(), *measured])
            yield Progress("films", number + 1, len(targets))


def films_entry(card: ModelCard, path: Path) -> dict[str, Any]:
    """The card's entry of such a table; films in which a phase leads nowhere are left out."""
    asked = [*training_targets(card, 1)[0]]
    rows = _rows(path, [*asked, *card.further_names])
    whole = [[float(f"{value:.6g}") for value in row if value is not None] for row in rows if None not in row]
    return {"asked": asked, "measured": list(card.further_names), "rows": whole}


def evaluate_asked(engine: Engine, table: Path, path: Path) -> Iterator[Progress]:
    """Ask for the domain size and each further target beside the fractions, as films of `table` have them, and write
    the agreement of measured with asked values by name to `path`."""
    card = engine.card.with_entries({"measured_films": films_entry(engine.card, table)})
    asking = Engine(replace(engine.bundle, card=card), engine.device)
    header = [*training_targets(card, 1)[0], *card.further_names]
    films = [dict(zip(header, row, strict=True)) for row in _rows(table, header) if None not in row]
    chosen = [films[row] for row in evenly_spread(len(films), min(ASKED, len(films)))]
    names, found = (DOMAIN_SIZE, *card.further_names), {}
    for place, name in enumerate(names):
        requests = [
            Request(_beside_fractions(card, film, name), model=card.name, seed=ASKED_SEED + number)
            for number, film in enumerate(chosen)
        ]
        pairs = []
        for film, sample in zip(chosen, asking.generate_each(requests), strict=True):
            pairs.append((film[name], sample.measured[name]))
            yield Progress("asked", place * len(chosen) + len(pairs), len(names) * len(chosen))
        asked, measured = np.array(pairs, dtype=np.float64).T
        found[name] = agreement(asked, measured).to_json()
    write_text_atomic(path, json.dumps({"count": len(chosen), "control": found}, indent=1, default=plain_number) + "\n")


def record_further(bundle: Path, table: Path, asked: Path) -> None:
    """Let the model in `bundle` be asked for further targets, and record how well that is met."""
    card = ModelCard.read(bundle / CARD_FILE)
    document = json.loads(asked.read_text(encoding="utf-8"))
    entries = {
        f"asked {name} beside the fractions": {"control": {name: figures}, "count": document["count"]}
        for name, figures in document["control"].items()
    }
    recorded = card.to_json().get("accuracy", {})
    update_card(bundle, {"measured_films": films_entry(card, table), "accuracy": {**recorded, **entries}})


def _beside_fractions(card: ModelCard, film: Mapping[str, float | None], name: str) -> dict[str, float]:
    """Targets: a film's fractions, as far as they are conditions, and the quantity `name`."""
    names = [*(each.name for each in card.conditions if fraction_label(each.name, card.phase_names) is not None), name]
    return {name: float(film[name] or 0.0) for name in names}


def _rows(path: Path, header: Sequence[str]) -> list[Row]:
    """The lines of a table, None for what is empty."""
    return [[float(value) if value else None for value in row] for row in table_rows(path, header)]
