"""What a stage does when it is asked to end, and when the memory does not suffice."""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader

from microdesigner.core.errors import InputError, MicrodesignerError
from microdesigner.training.events import EventLog, read_events
from microdesigner.training.presets import StagePlan
from microdesigner.training.run import RunDirectory
from microdesigner.training.stage import Batches, TrainingStage, fit_stage
from microdesigner.training.validation_samples import ValidationSample

CPU = torch.device("cpu")


class Line(TrainingStage):
    """Learns y = 2x; `largest` is the batch that fits the memory."""

    largest = 1_000_000

    def loss(self, batch: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        if len(batch) > self.largest:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return (self.network(batch) - 2 * batch).square().mean(), {}

    def validate(self, batch: Tensor) -> dict[str, Tensor]:
        return {"loss": self.loss(batch[:1])[0]}


def fit(run: RunDirectory, module: Line, sizes: list[int] | None = None) -> None:
    numbers = torch.linspace(-1, 1, 64)[:, None]

    def training(batch: int, step: int) -> DataLoader[Any]:
        if sizes is not None:
            sizes.append(batch)
        return DataLoader(numbers, batch)  # type: ignore[arg-type]

    batches = Batches(training, DataLoader(numbers, 64), 5)  # type: ignore[arg-type]
    fit_stage(run, "vae", module, batches, lambda: ValidationSample({"x": [(1.0, None)]}), CPU)


def of_kind(run: RunDirectory, kind: str) -> list[dict[str, Any]]:
    return [event for event in read_events(run.path / "events.jsonl") if event["event"] == kind]


def test_a_batch_too_large_for_the_memory_is_halved_and_told(tmp_path: Path) -> None:
    run, sizes = RunDirectory(tmp_path), list[int]()
    module = Line(nn.Linear(1, 1), StagePlan(10, 16, 0.1))
    module.largest = 4
    fit(run, module, sizes)
    assert sizes == [16, 8, 4]
    assert [event["batch"] for event in of_kind(run, "memory")] == [8, 4]
    assert of_kind(run, "stage")[-1]["steps"] == 10
    module.largest = 0
    with pytest.raises(MicrodesignerError, match="Not even one"):
        fit(RunDirectory(tmp_path / "none"), module)


def test_a_stop_request_ends_a_long_stage_with_its_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("microdesigner.training.stage.SECONDS_TO_END", 0.0)
    run = RunDirectory(tmp_path)
    run.stop_request.touch()
    fit(run, Line(nn.Linear(1, 1), StagePlan(1_000_000, 16, 0.1)))
    assert run.stage_weights("vae").exists()
    assert of_kind(run, "stage")[-1]["steps"] < 10


def test_samples_are_told_at_validations(tmp_path: Path) -> None:
    run = RunDirectory(tmp_path)
    fit(run, Line(nn.Linear(1, 1), StagePlan(10, 16, 0.1)))
    assert of_kind(run, "sample")[0]["pairs"] == {"x": [[1.0, None]]}


def test_one_process_trains_in_a_directory_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("microdesigner.training.run.SECONDS_FOR_LOCK", 0.0)
    run = RunDirectory(tmp_path / "run")
    assert not run.active
    with run.locked():
        assert run.active
        with pytest.raises(InputError, match="Another process"), RunDirectory(tmp_path / "run").locked():
            pass
    assert not run.active


def test_only_the_first_of_several_processes_writes_events(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RANK", "1")
    EventLog(tmp_path / "events.jsonl").write("stage")
    assert read_events(tmp_path / "events.jsonl") == []
