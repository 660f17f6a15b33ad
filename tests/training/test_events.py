"""The event log of a run: what is written is read again, and what does not fit is skipped line by line."""

import json
from pathlib import Path
from typing import Any

import pytest

from microdesigner.app.training_progress import RunProgress
from microdesigner.training.card import loss_curves
from microdesigner.training.events import EventLog, EventReader, read_events
from microdesigner.training.presets import STAGES
from tests.fuzz.mutate import TIMES, mutate_json

EVENTS: list[dict[str, Any]] = [
    {"event": "process", "pid": 4711, "device": "CPU"},
    {"event": "stage", "stage": "vae", "state": "started", "parameters": 10, "likelihood": False},
    {"event": "step", "stage": "vae", "step": 5, "steps": 60, "progress": 0.1, "seconds": 2.5, "seconds_left": 20.0,
     "loss": 0.5, "error": 0.25},
    {"event": "validation", "stage": "vae", "step": 5, "val_loss": 0.5, "val_accuracy": 0.9},
    {"event": "sample", "stage": "vae", "step": 5, "pairs": {"vol_frac_D": [[0.5, 0.4], [0.3, None]]},
     "file": "samples/vae-000005.vti"},
    {"event": "memory", "stage": "vae", "batch": 8},
    {"event": "pause", "stage": "vae", "step": 6},
    {"event": "continue", "stage": "vae", "step": 6},
    {"event": "stage", "stage": "vae", "state": "finished", "steps": 60, "seconds": 22.5},
    {"event": "progress", "stage": "encode", "done": 3, "total": 32},
    {"event": "evaluated", "count": 2, "control": {"vol_frac_D": {"mae": 0.01, "r2": None}}},
    {"event": "installed", "model": "mine", "path": "/models/mine"},
]  # fmt: skip


@pytest.fixture
def path(tmp_path: Path) -> Path:
    log = EventLog(tmp_path / "events.jsonl")
    for event in EVENTS:
        log.write(**event)
    return tmp_path / "events.jsonl"


def test_every_event_is_read_as_it_was_written(path: Path) -> None:
    found = read_events(path)
    assert [{name: value for name, value in event.items() if name != "time"} for event in found] == EVENTS


def test_a_loss_that_is_not_finite_leaves_a_line_that_can_be_read(tmp_path: Path) -> None:
    EventLog(tmp_path / "events.jsonl").write("validation", stage="fp", step=1, val_loss=float("nan"))
    (event,) = read_events(tmp_path / "events.jsonl")
    assert event["val_loss"] is None
    RunProgress({}).add(event)
    assert loss_curves([event]) == {}


@pytest.mark.parametrize(
    ("number", "change"),
    [
        (0, {"pid": -1}),
        (1, {"parameters": None}),
        (1, {"stage": "gan"}),
        (2, {"progress": 2}),
        (4, {"file": "samples/../../secret.vti"}),
        (4, {"file": "/etc/passwd"}),
        (8, {"steps": None}),
        (11, {"model": "../else"}),
        (11, {"time": 1e300}),
    ],
)
def test_a_line_that_does_not_fit_is_skipped_and_the_rest_is_read(
    number: int, change: dict[str, Any], path: Path
) -> None:
    lines = path.read_bytes().splitlines()
    lines[number] = json.dumps({**json.loads(lines[number]), **change}).encode()
    path.write_bytes(b"\n".join(lines) + b"\n")
    assert [event["event"] for event in read_events(path)] == [
        event["event"] for index, event in enumerate(EVENTS) if index != number
    ]


def test_mutated_events_never_end_the_page_that_follows_them(path: Path) -> None:
    lines = path.read_bytes().splitlines()
    mutated = [
        line for number, whole in enumerate(lines) for line in mutate_json(json.loads(whole), 120 * TIMES, seed=number)
    ]
    path.write_bytes(b"\n".join(mutated) + b"\n" + lines[-1] + b"\n")
    progress = RunProgress({})
    events = read_events(path)
    for event in events:
        progress.add(event)
    loss_curves(events)
    assert progress.model == "mine"
    assert 0 <= progress.share <= 1
    assert progress.seconds_left is None or progress.seconds_left >= 0
    assert set(progress.stages) == set(STAGES)
    assert 100 < len(events) < len(mutated)


def test_a_figure_longer_than_any_number_is_left_out() -> None:
    progress = RunProgress({})
    progress.add({"event": "validation", "time": 0.0, "stage": "vae", "step": 1, "val_loss": 0.5, "val_odd": 10**400})
    assert progress.log[-1].endswith("loss 0.5.")


def test_a_line_without_end_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("microdesigner.training.events.LARGEST_READ", 64)
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"x" * 300 + b'\n{"event": "a"}\n')
    reader = EventReader(path)
    found = [event["event"] for _ in range(10) for event in reader.read()]
    assert found == ["a"]
