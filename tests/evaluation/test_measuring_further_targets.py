"""Learning what a model can be asked for beside its conditions: a table that grows, a card's entry, its accuracy."""

import csv
import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from microdesigner.core.card import CARD_FILE, ModelCard
from microdesigner.core.descriptor_spec import further_names
from microdesigner.core.errors import InputError
from microdesigner.core.events import Progress
from microdesigner.core.request import Request
from microdesigner.engine import Engine
from microdesigner.evaluation import further_targets
from microdesigner.evaluation.further_targets import evaluate_asked, films_entry, measure_films, record_further
from tests.tiny_model import save_tiny_bundle, tiny_card, with_measured_films

FURTHER = further_names(("donor", "acceptor", "mixed"))


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Films of two steps, and one asked for each target."""
    monkeypatch.setattr(further_targets, "Request", partial(Request, steps=2, refinement_strength=0.0))
    monkeypatch.setattr(further_targets, "ASKED", 1)


def write_table(path: Path) -> None:
    """A table of 200 films whose area and tortuosity factors follow from their conditions."""
    films = with_measured_films(tiny_card(), {name: lambda asked: 1 + 2 / asked["domain_size"] for name in FURTHER})
    entry = films["measured_films"]
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([[*entry["asked"], *entry["measured"]], *entry["rows"]])


def done(events: Iterator[Progress]) -> list[int]:
    return [event.done for event in events]


def test_films_are_measured_at_training_targets_and_an_interrupted_run_goes_on(
    tiny_engine: Engine, tmp_path: Path
) -> None:
    whole, halted = tmp_path / "whole.csv", tmp_path / "halted.csv"
    assert done(measure_films(tiny_engine, 2, whole)) == [1, 2]
    events = measure_films(tiny_engine, 2, halted)
    next(events)
    events.close()
    assert done(measure_films(tiny_engine, 2, halted)) == [2]
    assert whole.read_bytes() == halted.read_bytes()
    with whole.open(encoding="utf-8") as file:
        header, first, _ = csv.reader(file)
    assert tuple(header[-3:]) == FURTHER
    assert [float(value) for value in first[:4]] in [[*row] for row in tiny_engine.card.support_points or ()]
    assert float(first[-3]) > 0


def test_films_without_a_way_through_a_phase_are_left_out(tiny_engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "films.csv"
    write_table(path)
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[1] = ",".join([*lines[1].split(",")[:-1], ""])
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    entry = films_entry(tiny_engine.card, path)
    assert len(entry["rows"]) == len(lines) - 2
    path.write_text("strange,table\n1,2\n", encoding="utf-8")
    with pytest.raises(InputError, match="belongs to another evaluation"):
        films_entry(tiny_engine.card, path)


def test_the_model_can_be_asked_afterwards_and_the_card_tells_how_well(tiny_engine: Engine, tmp_path: Path) -> None:
    table, asked = tmp_path / "films.csv", tmp_path / "further.json"
    write_table(table)
    assert done(evaluate_asked(tiny_engine, table, asked)) == [1, 2, 3, 4]
    control = json.loads(asked.read_text(encoding="utf-8"))["control"]
    assert control.keys() == {"domain_size", *FURTHER}
    bundle = save_tiny_bundle(tmp_path / "bundle")
    before = ModelCard.read(bundle / CARD_FILE)
    record_further(bundle, table, asked)
    card = ModelCard.read(bundle / CARD_FILE)
    assert [each.name for each in card.targets][-3:] == [*FURTHER]
    assert card.sha256 != before.sha256, "other films come of one request"
    entry = card.accuracy["asked interfacial_area beside the fractions"]
    assert entry.control["interfacial_area"].keys() >= {"squared_pearson", "mae"}
