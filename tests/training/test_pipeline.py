"""Training from a data set to a bundle that generates: stages, resume, events."""

from dataclasses import replace
from pathlib import Path

import h5py
import msgspec
import pytest
import torch

from microdesigner.core.errors import InputError
from microdesigner.core.events import Finished
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.request import Request
from microdesigner.core.subsampling import subsample_evenly
from microdesigner.data.build import BuildPlan, build_dataset
from microdesigner.data.store import VolumeDataset
from microdesigner.descriptors.structure_factor import film_domain_size
from microdesigner.engine import Engine
from microdesigner.models.autoencoder import PhaseAutoencoder
from microdesigner.models.bundle import load_bundle, save_bundle
from microdesigner.models.transformer import TransformerDenoiser
from microdesigner.training.card import CARD_POINTS
from microdesigner.training.events import read_events
from microdesigner.training.pipeline import train
from microdesigner.training.presets import PRESETS, STAGES, StagePlan
from microdesigner.training.run import RunDirectory
from microdesigner.training.warm_start import begin_with
from tests.tiny_model import save_tiny_bundle
from tests.training.configs import tiny_config

TINY = replace(
    PRESETS["quick"], vae=StagePlan(4, 2, 1e-3), fp=StagePlan(4, 4, 1e-3), ddpm=StagePlan(4, 4, 1e-3), latent_variants=2
)


@pytest.fixture(scope="module")
def dataset_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("data") / "set.h5"
    list(build_dataset(path, BuildPlan(series=16, snapshots=3, size=(32, 32, 32), thicknesses=1), workers=2))
    return path


def test_three_stages_make_a_bundle_that_generates(dataset_path: Path, tmp_path: Path) -> None:
    run = RunDirectory(tmp_path / "run")
    config = tiny_config(dataset_path, TINY)
    train(run.open(msgspec.structs.replace(config, stages=("vae",)), resume=False), run, lambda _: None)
    assert not run.bundle.exists()
    weights = run.stage_weights("vae").read_bytes()
    with h5py.File(run.latents, "a") as file:
        del file["domain_size"]  # as in runs of earlier versions

    train(run.open(config, resume=True), run, lambda _: None)
    assert run.stage_weights("vae").read_bytes() == weights, "a finished stage was trained again"
    finished = [event["stage"] for event in read_events(run.path / "events.jsonl") if event.get("state") == "finished"]
    assert finished == ["vae", "fp", "ddpm"]
    assert any(event["event"] == "validation" for event in read_events(run.path / "events.jsonl"))

    engine = Engine.load(str(run.bundle), device="cpu")
    curves = engine.card.to_json()["training"]["losses"]
    assert list(curves) == ["vae", "fp", "ddpm"]
    assert all(both["loss"] and both["val_loss"] for both in curves.values())
    assert [condition.name for condition in engine.card.conditions][:2] == ["vol_frac_D", "vol_frac_M"]
    dataset = VolumeDataset(dataset_path)
    films = subsample_evenly(~dataset.held_out, CARD_POINTS)
    phases = dataset.phases(int(films[-1]))
    film = Microstructure(phases, phase_names=dataset.description.phase_names, lateral=dataset.description.lateral)
    assert (engine.card.domain_size_nm or ())[-1] == pytest.approx(film_domain_size(film), abs=0.001)
    assert engine.card.domain_sizes is not None
    request = Request({"vol_frac_D": 0.4}, model=str(run.bundle), steps=2, size=(32, 32, 32))
    result = next(event.result for event in engine.generate(request) if isinstance(event, Finished))
    assert result.samples[0].microstructure.shape == (32, 32, 32)
    assert torch.isfinite(torch.tensor(list(result.samples[0].process["chi"].values()))).all()


def test_a_transformer_is_trained_and_fine_tuned_as_such(dataset_path: Path, tmp_path: Path) -> None:
    chosen, run = replace(TINY, denoiser="transformer"), RunDirectory(tmp_path / "run")
    train(run.open(tiny_config(dataset_path, chosen), resume=False), run, lambda _: None)
    first = load_bundle(str(run.bundle), torch.device("cpu"))
    assert isinstance(first.denoiser, TransformerDenoiser)

    # one that was never told domain sizes goes on without them
    untold = TransformerDenoiser(replace(first.denoiser.config, conditions=len(first.card.conditions)))
    document = {
        key: value for key, value in first.card.to_json().items() if key not in ("domain_sizes", "architecture")
    }
    save_bundle(run.bundle, document, first.autoencoder, first.predictor, untold)
    first = load_bundle(str(run.bundle), torch.device("cpu"))
    again = RunDirectory(tmp_path / "again")
    config = tiny_config(dataset_path, TINY, base_model=str(run.bundle), stages=STAGES)
    train(again.open(config, resume=False), again, lambda _: None)
    engine = Engine.load(str(again.bundle), device="cpu")
    assert isinstance(engine.bundle.denoiser, TransformerDenoiser)
    assert engine.card.domain_sizes is None
    assert isinstance(first.denoiser, TransformerDenoiser)
    assert not torch.equal(engine.bundle.denoiser.leave.weight, first.denoiser.leave.weight)
    decoder, before = engine.bundle.autoencoder, first.autoencoder
    assert isinstance(decoder, PhaseAutoencoder)
    assert isinstance(before, PhaseAutoencoder)
    assert torch.equal(decoder.to_posterior.weight, before.to_posterior.weight), "latents lost their meaning"
    assert torch.equal(decoder.latent_std, before.latent_std)
    assert not torch.equal(decoder.head.weight, before.head.weight)
    request = Request({"vol_frac_D": 0.4}, model=str(again.bundle), steps=2, size=(32, 64, 32))
    result = next(event.result for event in engine.generate(request) if isinstance(event, Finished))
    assert result.samples[0].microstructure.shape == (32, 64, 32)


def test_a_predictor_alone_is_fine_tuned_and_what_makes_films_stays(dataset_path: Path, tmp_path: Path) -> None:
    base = save_tiny_bundle(tmp_path / "tiny")
    first = load_bundle(str(base), torch.device("cpu"))
    run = RunDirectory(tmp_path / "run")
    plan = replace(TINY, fp=StagePlan(1, 4, 1e-9))  # what it learns is nothing: only where it starts is seen
    config = tiny_config(dataset_path, plan, base_model=str(base), stages=("fp",))
    train(run.open(config, resume=False), run, lambda _: None)
    second = load_bundle(str(run.bundle), torch.device("cpu"))
    for before, after in ((first.denoiser, second.denoiser), (first.predictor, second.predictor)):
        for name, weights in before.state_dict().items():
            if name != "recipe_spread":
                assert torch.allclose(after.state_dict()[name], weights, atol=1e-3), name


def test_a_predictor_of_another_recipe_is_trained_from_the_start(dataset_path: Path, tmp_path: Path) -> None:
    base, run = save_tiny_bundle(tmp_path / "tiny"), RunDirectory(tmp_path / "run")
    config = tiny_config(dataset_path, TINY, base_model=str(base), process=("phi",), stages=("fp",))
    train(run.open(config, resume=False), run, lambda _: None)
    learned = load_bundle(str(run.bundle), torch.device("cpu"))
    assert [parameter.name for parameter in learned.card.process] == ["phi"]


def test_a_denoiser_alone_is_fine_tuned_and_what_predicts_stays(dataset_path: Path, tmp_path: Path) -> None:
    base, run = save_tiny_bundle(tmp_path / "tiny"), RunDirectory(tmp_path / "run")
    first = load_bundle(str(base), torch.device("cpu"))
    config = tiny_config(dataset_path, TINY, base_model=str(base), stages=("ddpm",))
    train(run.open(config, resume=False), run, lambda _: None)
    second = load_bundle(str(run.bundle), torch.device("cpu"))
    for name, weights in first.predictor.state_dict().items():
        assert torch.equal(second.predictor.state_dict()[name], weights), name
    assert any(
        not torch.equal(second.denoiser.state_dict()[name], weights)
        for name, weights in first.denoiser.state_dict().items()
    )


def test_new_networks_begin_with_what_fits_of_another_model(dataset_path: Path, tmp_path: Path) -> None:
    start, run = save_tiny_bundle(tmp_path / "tiny"), RunDirectory(tmp_path / "run")
    nothing = StagePlan(1, 4, 1e-9)  # what it learns is nothing: only where it starts is seen
    plan = replace(TINY, vae=nothing, fp=nothing, ddpm=nothing)
    config = tiny_config(dataset_path, plan, warm_start=str(start), conditions=("vol_frac_D", "vol_frac_M"))
    train(run.open(config, resume=False), run, lambda _: None)
    known, learned = (load_bundle(str(path), torch.device("cpu")) for path in (start, run.bundle))
    assert [each.name for each in learned.card.conditions] == ["vol_frac_D", "vol_frac_M"]
    for part in ("autoencoder", "predictor", "denoiser"):
        before, after = dict(getattr(known, part).named_parameters()), dict(getattr(learned, part).named_parameters())
        fitting = [name for name in after if name in before and before[name].shape == after[name].shape]
        assert fitting
        assert all(torch.allclose(after[name], before[name], atol=1e-3) for name in fitting), part


def test_a_model_that_fits_nowhere_is_no_warm_start(dataset_path: Path, tmp_path: Path) -> None:
    start, run = save_tiny_bundle(tmp_path / "tiny"), RunDirectory(tmp_path / "run")
    config = tiny_config(dataset_path, TINY, warm_start=str(start), base_model=str(start))
    with pytest.raises(InputError, match="choose one of them"):
        train(run.open(config, resume=False), run, lambda _: None)
    with pytest.raises(InputError, match=r"No weights of tiny fit"):
        begin_with(torch.nn.Linear(2, 2), torch.nn.Linear(3, 3), "tiny")


def test_a_kept_predictor_must_predict_the_recipe_of_the_data_set(dataset_path: Path, tmp_path: Path) -> None:
    base, run = save_tiny_bundle(tmp_path / "tiny"), RunDirectory(tmp_path / "run")
    config = tiny_config(dataset_path, TINY, base_model=str(base), process=("phi",), stages=("ddpm",))
    with pytest.raises(InputError, match=r"predicts another recipe .* train fp too"):
        train(run.open(config, resume=False), run, lambda _: None)
    assert not run.stage_weights("ddpm").exists()


def test_a_later_stage_needs_the_autoencoder(dataset_path: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="train the stage vae first"):
        train(tiny_config(dataset_path, TINY, stages=("ddpm",)), RunDirectory(tmp_path), lambda _: None)
