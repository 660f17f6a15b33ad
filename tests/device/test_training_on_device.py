"""Training, and what follows it, on a device that is not the CPU: no tensor on the wrong side, few crossings a step."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from lightning.pytorch.accelerators import Accelerator as LightningAccelerator
from lightning.pytorch.strategies import SingleDeviceStrategy

from microdesigner.core.events import Progress
from microdesigner.core.request import Request
from microdesigner.engine import Engine
from microdesigner.evaluation.target_accuracy import METRICS, card_targets, evaluate_accuracy
from microdesigner.physics.simulate import Recipe, simulate
from microdesigner.training import fitting
from microdesigner.training.autoencoder_stage import AutoencoderStage
from microdesigner.training.denoiser_stage import DenoiserStage
from microdesigner.training.pipeline import train
from microdesigner.training.predictor_stage import PredictorStage
from microdesigner.training.presets import PRESETS, Preset, StagePlan
from microdesigner.training.run import RunDirectory
from tests.device.accelerator import Accelerator
from tests.tiny_dataset import write_tiny_dataset
from tests.training.configs import tiny_config

STEPS = 4
STAGES = {"vae": AutoencoderStage, "fp": PredictorStage, "ddpm": DenoiserStage}


def plan(steps: int = STEPS) -> Preset:
    vae, fp, ddpm = StagePlan(steps, 2, 1e-3), StagePlan(steps, 4, 1e-3), StagePlan(steps, 4, 1e-3)
    return replace(PRESETS["quick"], vae=vae, fp=fp, ddpm=ddpm, latent_variants=1)


@pytest.fixture(scope="module")
def dataset_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_dataset(tmp_path_factory.mktemp("data") / "set.h5")


class _OneDevice(LightningAccelerator):
    """What Lightning asks of a device that it does not know."""

    def setup_device(self, device: torch.device) -> None:
        pass

    def teardown(self) -> None:
        pass

    def get_device_stats(self, device: Any) -> dict[str, Any]:
        return {}

    @staticmethod
    def parse_devices(devices: Any) -> Any:  # noqa: ARG004
        return [0]

    @staticmethod
    def get_parallel_devices(devices: Any) -> Any:  # noqa: ARG004
        return [torch.device("accel:0")]

    @staticmethod
    def auto_device_count() -> int:
        return 1

    @staticmethod
    def is_available() -> bool:
        return True

    @staticmethod
    def name() -> str:
        return "accel"


@pytest.fixture(autouse=True)
def _trained_there(accelerator: Accelerator, monkeypatch: pytest.MonkeyPatch) -> None:
    def placement(device: torch.device) -> dict[str, Any]:
        return {"strategy": SingleDeviceStrategy(device, accelerator=_OneDevice()), "precision": "32-true"}

    monkeypatch.setattr(fitting, "_placement", placement)


@pytest.mark.parametrize("denoiser", ["unet", "transformer"])
def test_all_stages_are_trained_and_the_model_is_measured_there(
    dataset_path: Path, tmp_path: Path, denoiser: str
) -> None:
    run = RunDirectory(tmp_path / "run")
    config = tiny_config(dataset_path, plan().with_denoiser(denoiser), device="accel")
    said: list[Progress] = []
    train(run.open(config, resume=False), run, said.append)
    assert {"encode", "domain sizes"} <= {progress.stage for progress in said}, "what follows training ran, too"
    engine = Engine.load(str(run.bundle), "accel")
    list(evaluate_accuracy(engine, tmp_path / "eval", card_targets(engine.card, 2), Request(steps=2)))
    assert (tmp_path / "eval" / METRICS).is_file()


@pytest.mark.parametrize("stage", STAGES)
def test_an_interrupted_stage_goes_on_there(
    dataset_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    run = RunDirectory(tmp_path / "run")
    config = tiny_config(dataset_path, plan(), device="accel")
    begin = fitting.TrainingStage.on_train_batch_start

    def interrupted(module: fitting.TrainingStage, batch: Any, index: int) -> None:
        if type(module) is STAGES[stage] and module.global_step == 2:
            raise KeyboardInterrupt
        begin(module, batch, index)

    with monkeypatch.context() as patched:
        patched.setattr(fitting.TrainingStage, "on_train_batch_start", interrupted)
        with pytest.raises(KeyboardInterrupt):
            train(run.open(config, resume=False), run, lambda _: None)
    assert run.checkpoint(stage) is not None  # type: ignore[arg-type]
    train(run.open(config, resume=True), run, lambda _: None)
    assert Engine.load(str(run.bundle), "accel").card.name == "tiny"


def test_a_step_of_the_denoiser_waits_for_nothing(dataset_path: Path, tmp_path: Path, accelerator: Accelerator) -> None:
    """Batches go to the device; nothing is read back from one step to the next."""
    spent = []
    for steps in (8, 24):
        run = RunDirectory(tmp_path / str(steps))
        config = tiny_config(dataset_path, replace(plan(), ddpm=plan(steps).ddpm), device="accel")
        before = accelerator.crossings()
        train(run.open(config, resume=False), run, lambda _: None)
        spent.append(accelerator.crossings() - before)
    few, many = spent
    step = many - few
    assert step.to_device <= 16 * 8, step
    assert step.to_host + step.reads <= 16 * 3, step


def test_annealing_runs_there(accelerator: Accelerator) -> None:
    recipe = Recipe(0.5, 3.5, 1, (32, 32, 32))
    (there,) = simulate(recipe, [2000.0], accelerator.device)
    (here,) = simulate(recipe, [2000.0])
    assert abs(there.field - here.field).max() < 0.05
