"""What a stage does when it is asked to end, and when the memory does not suffice."""

import warnings
import weakref
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader

from microdesigner.core.errors import InputError, MicrodesignerError
from microdesigner.training.events import EventLog, read_events
from microdesigner.training.fitting import Batches, fit_stage
from microdesigner.training.presets import StagePlan
from microdesigner.training.run import RunDirectory
from microdesigner.training.stage import TrainingStage, random_seed
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
    with pytest.raises(MicrodesignerError, match=r"Not even one volume .* close other programs"):
        fit(RunDirectory(tmp_path / "none"), module)


class Watched(Line):
    """Keeps its weight after every step."""

    def on_train_batch_end(self, *_: Any) -> None:
        self.trajectory = [*getattr(self, "trajectory", []), float(self.network.weight.detach())]


def test_a_stage_ends_with_the_exponential_moving_average_of_its_weights(tmp_path: Path) -> None:
    module = Watched(nn.Linear(1, 1), StagePlan(30, 16, 0.1))
    fit(RunDirectory(tmp_path), module)
    average = module.trajectory[0]
    for step, weight in enumerate(module.trajectory[1:], 2):
        average += (1 - min(0.998, step / (9 + step))) * (weight - average)
    assert len(module.trajectory) == 30
    assert float(module.network.weight.detach()) == pytest.approx(average, abs=1e-5)
    assert abs(average - module.trajectory[-1]) > 1e-3


class KilledAtTheEnd(Line):
    """Ends before the average is taken over, after a checkpoint of the last step."""

    def on_train_end(self) -> None:
        raise SystemError


def test_a_stage_killed_after_its_last_step_ends_with_the_average_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("microdesigner.training.fitting.CHECKPOINT_MINUTES", 1e-9)
    networks = [nn.Linear(1, 1) for _ in range(3)]
    for network in networks:
        network.load_state_dict(networks[0].state_dict())
    whole, killed, resumed = networks
    fit(RunDirectory(tmp_path / "whole"), Line(whole, StagePlan(6, 16, 0.1)))
    with pytest.raises(SystemError):
        fit(RunDirectory(tmp_path / "killed"), KilledAtTheEnd(killed, StagePlan(6, 16, 0.1)))
    fit(RunDirectory(tmp_path / "killed"), Line(resumed, StagePlan(6, 16, 0.1)))
    assert torch.equal(resumed.weight, whole.weight)


class Drawing(Line):
    """Keeps the noise it draws; interrupted in its fourth step where `interrupted`."""

    interrupted = True

    def loss(self, batch: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        self.seen = [*getattr(self, "seen", []), float(torch.randn(()))]
        if self.interrupted and len(self.seen) == 4:
            raise KeyboardInterrupt
        return super().loss(batch)

    def validate(self, batch: Tensor) -> dict[str, Tensor]:
        return {"loss": Line.loss(self, batch)[0]}


def test_a_resumed_stage_draws_what_it_would_have_drawn(tmp_path: Path) -> None:
    whole = Drawing(nn.Linear(1, 1), StagePlan(10, 16, 0.1))
    whole.interrupted = False
    fit(RunDirectory(tmp_path / "whole"), whole)
    seen: list[float] = []
    for _ in range(3):
        module = Drawing(nn.Linear(1, 1), StagePlan(100, 16, 0.1))
        with pytest.raises(KeyboardInterrupt):
            fit(RunDirectory(tmp_path / "resumed"), module)
        seen += module.seen[:3]  # the step that was interrupted is done again
    assert seen == whole.seen[:9]
    assert len(set(seen)) == 9
    assert len({random_seed("vae", step) for step in (0, 3, 6)}) == 3


def test_each_process_has_its_own_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = random_seed("fp batches", 7)
    seeds = set()
    for number in range(3):
        monkeypatch.setenv("WORLD_SIZE", "3")
        monkeypatch.setenv("RANK", str(number))
        seeds.add(random_seed("fp batches", 7))
    assert len(seeds | {alone}) == 4


def test_a_session_starts_with_the_batch_that_was_found_to_fit(tmp_path: Path) -> None:
    run, sizes = RunDirectory(tmp_path), list[int]()
    run.events.write("memory", stage="fp", batch=2)
    run.events.write("memory", stage="vae", batch=4)
    fit(run, Line(nn.Linear(1, 1), StagePlan(4, 16, 0.1)), sizes)
    assert sizes == [4]


@pytest.mark.parametrize(("bfloat16", "precision"), [(True, "bf16-mixed"), (False, "32-true")])
def test_precision_is_what_the_device_computes_fast(
    bfloat16: bool, precision: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("microdesigner.compute.policy._cpu_has_bfloat16", lambda: bfloat16)
    module = Line(nn.Linear(1, 1), StagePlan(2, 16, 0.1))
    fit(RunDirectory(tmp_path), module)
    assert module.trainer.precision == precision


def test_what_a_failed_training_held_is_given_back(tmp_path: Path) -> None:
    module = Line(nn.Linear(1, 1), StagePlan(4, 16, 0.1))
    module.largest = 8
    before: list[Any] = []
    loss = module.loss

    def watched(batch: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        if not before:
            before.append(weakref.ref(module.trainer))
        return loss(batch)

    module.loss = watched  # type: ignore[method-assign]
    fit(RunDirectory(tmp_path), module)
    assert before[0]() is None, "the first trainer with its optimiser is still held"


def test_lightning_keeps_its_advertisements_to_itself(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        fit(RunDirectory(tmp_path), Line(nn.Linear(1, 1), StagePlan(2, 16, 0.1)))
    assert not [record for record in caplog.records if record.name.startswith("lightning")]
    assert not [warning for warning in warned if "lightning" in warning.filename]


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
