"""The paper's own training: its networks, optimiser and schedule through the same run directory, to a bundle."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest
import torch
from torch import Tensor, nn

from microdesigner.core.errors import InputError
from microdesigner.core.events import Finished
from microdesigner.core.request import Request
from microdesigner.data.store import VolumeDataset
from microdesigner.engine import Engine
from microdesigner.models.autoencoder import one_hot_phases
from microdesigner.models.microgen3d import GreyAutoencoder, autoencoder, denoiser
from microdesigner.models.microgen3d.published import PUBLISHED
from microdesigner.training.best_weights import BestWeights
from microdesigner.training.events import read_events
from microdesigner.training.paper_family import PaperFamily, paper_config
from microdesigner.training.paper_stages import GreyStage
from microdesigner.training.pipeline import train
from microdesigner.training.presets import PRESETS, STAGES, Preset, Stage, StagePlan
from microdesigner.training.resource_estimate import ResourceEstimate
from microdesigner.training.run import RunDirectory
from microdesigner.training.stage import TrainingStage
from microdesigner.training.trial import measure_trial
from tests.tiny_dataset import CONDITIONS, PROCESS, write_tiny_dataset
from tests.training.configs import tiny_config

TARGETS = {"vol_frac_D": 0.4, "vol_frac_M": 0.15, "tortuosity_D": 0.4, "tortuosity_A": 0.4}


@pytest.fixture(autouse=True)
def _narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same networks with few channels."""
    monkeypatch.setattr(autoencoder, "WIDTHS", (4, 4, 8, 8))
    monkeypatch.setattr(denoiser, "FEATURES", 8)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> VolumeDataset:
    return VolumeDataset(write_tiny_dataset(tmp_path_factory.mktemp("data") / "set.h5"))


def short() -> Preset:
    """Two passes over the data for each of the paper's hundreds."""
    paper = PRESETS["paper"]
    vae, fp, ddpm = (replace(paper.stage(stage), epochs=2, batch=16) for stage in STAGES)
    return replace(paper, vae=vae, fp=fp, ddpm=ddpm, targets=2)


def test_the_paper_preset_makes_a_bundle_of_the_papers_networks(dataset: VolumeDataset, tmp_path: Path) -> None:
    run = RunDirectory(tmp_path / "run")
    config = tiny_config(dataset.path, short(), preset="paper")
    train(run.open(msgspec.structs.replace(config, stages=("vae", "fp")), resume=False), run, lambda _: None)
    train(run.open(config, resume=True), run, lambda _: None)
    events = read_events(run.path / "events.jsonl")
    training = int((~dataset.held_out).sum())
    finished = {event["stage"]: event["steps"] for event in events if event.get("state") == "finished"}
    assert finished == dict.fromkeys(STAGES, 2 * -(-training // 16))
    assert {event["stage"] for event in events if event["event"] == "sample"} == set(STAGES)

    engine = Engine.load(str(run.bundle), device="cpu")
    network = engine.bundle.autoencoder
    assert isinstance(network, GreyAutoencoder)
    films = torch.stack([torch.from_numpy(dataset.phases(int(index))) for index in (~dataset.held_out).nonzero()[0]])
    latents = network.encode(one_hot_phases(films, 3), periodic=True)
    assert float(latents.mean()) == pytest.approx(0, abs=0.05)
    assert float(latents.std()) == pytest.approx(1, abs=0.05)

    request = Request(TARGETS, model=str(run.bundle), steps=2)
    result = next(event.result for event in engine.generate(request) if isinstance(event, Finished))
    assert result.samples[0].microstructure.shape == (32, 32, 32)
    assert set(result.samples[0].process) == set(PROCESS)
    with pytest.raises(InputError, match="leaves no target free"):
        engine.generate(Request({"vol_frac_D": 0.4}))
    with pytest.raises(InputError, match="from the start"):
        train(tiny_config(dataset.path, short(), base_model=str(run.bundle)), run, lambda _: None)


def test_an_interrupted_stage_goes_on_from_its_checkpoint(
    dataset: VolumeDataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, steps, loss = RunDirectory(tmp_path / "run"), list[int](), GreyStage.loss
    preset = replace(short(), vae=StagePlan(5, 2, 1e-4))
    config = run.open(tiny_config(dataset.path, preset, stages=("vae",)), resume=False)

    def counted(stage: GreyStage, batch: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        steps.append(stage.global_step)
        if len(steps) == 3:
            raise KeyboardInterrupt
        return loss(stage, batch)

    monkeypatch.setattr(GreyStage, "loss", counted)
    with pytest.raises(KeyboardInterrupt):
        train(config, run, lambda _: None)
    assert run.checkpoint("vae") is not None
    train(config, run, lambda _: None)
    assert steps == [0, 1, 2, 2, 3, 4]
    assert run.stage_weights("vae").exists()


@pytest.mark.parametrize(
    ("stage", "epochs", "first", "last"), [("vae", 500, 5e-5, 5e-7), ("fp", 500, 5e-5, 5e-7), ("ddpm", 400, 1e-6, 1e-7)]
)
def test_optimiser_and_schedule_are_the_papers(
    dataset: VolumeDataset, stage: Stage, epochs: int, first: float, last: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    preset = PRESETS["paper"].for_volumes(21_440)
    plan = preset.stage(stage)
    assert (plan.batch, plan.steps) == (32, epochs * 670)
    module = PaperFamily(dataset, preset).autoencoder()
    module.plan = plan
    for progress, rate in ((0.0, first), (0.5, (first + last) / 2), (1.0, last)):
        monkeypatch.setattr(TrainingStage, "progress", progress)
        chosen = module.configure_optimizers()
        assert isinstance(chosen, dict)
        assert type(chosen["optimizer"]) is torch.optim.Adam
        assert chosen["optimizer"].param_groups[0]["lr"] == pytest.approx(rate)


def test_volumes_as_large_as_the_papers_get_its_networks() -> None:
    def configured(shape: tuple[int, int, int], phases: tuple[str, ...]) -> object:
        description = SimpleNamespace(conditions=CONDITIONS, process=PROCESS, phase_names=phases)
        return paper_config(SimpleNamespace(shape=shape, description=description))  # type: ignore[arg-type]

    three = ("donor", "acceptor", "mixed")
    assert configured((128, 128, 64), three) == PUBLISHED["paper-ch-3phase"].config
    tomogram = replace(PUBLISHED["paper-experimental"].config, conditions=(0, 1, 2, 3), process=(4, 5, 6), outputs=7)
    assert configured((64, 64, 64), three[:2]) == tomogram


def test_folding_the_scale_into_the_weights_changes_nothing() -> None:
    torch.manual_seed(0)
    network = GreyAutoencoder(PUBLISHED["paper-ch-3phase"].config).eval()
    network.latent_mean.copy_(torch.randn_like(network.latent_mean))
    network.latent_std.copy_(torch.rand_like(network.latent_std) + 0.5)
    one_hot = one_hot_phases(torch.randint(0, 3, (1, 32, 32, 32)), 3)
    latent = network.encode(one_hot, False)
    decoded = network.decode(latent, False)
    network.fold_scale()
    assert not network.whitened
    assert torch.allclose(network.encode(one_hot, False), latent, atol=1e-5)
    assert torch.allclose(network.decode(latent, False), decoded, atol=1e-3)


def test_the_weights_of_least_validation_loss_are_kept_over_an_interruption() -> None:
    module = SimpleNamespace(network=nn.Linear(1, 1))

    def validated(keeper: BestWeights, loss: float) -> None:
        nn.init.constant_(module.network.weight, loss)
        keeper.on_validation_end(SimpleNamespace(callback_metrics={"val_loss": torch.tensor(loss)}), module)

    before, after = BestWeights(), BestWeights()
    for loss in (3.0, 1.0, 2.0):
        validated(before, loss)
    after.load_state_dict(before.state_dict())
    validated(after, 1.5)
    after.on_fit_end(None, module)
    assert module.network.weight.item() == 1.0


def test_a_trial_measures_the_papers_networks(dataset: VolumeDataset) -> None:
    *_, trial = measure_trial(tiny_config(dataset.path, PRESETS["paper"]))
    assert isinstance(trial, ResourceEstimate)
    assert trial.stages["ddpm"].steps == 400 * -(-int((~dataset.held_out).sum()) // 32)
    assert trial.seconds > 0
