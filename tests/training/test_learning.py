"""What each stage minimises and is shown: the losses by their formulas, conditions, symmetry, averages, calibration."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from microdesigner.data.store import Description, VolumeDataset
from microdesigner.models.autoencoder import AutoencoderConfig, PhaseAutoencoder, one_hot_phases
from microdesigner.models.conditioning import ConditionalDenoiser
from microdesigner.models.diffusion import add_noise
from microdesigner.models.feature_predictor import FeaturePredictor, PredictorConfig
from microdesigner.training.autoencoder_stage import AutoencoderStage, Crops
from microdesigner.training.calibration import calibrate, spread_needed
from microdesigner.training.denoiser_stage import DenoiserStage
from microdesigner.training.latents import Latents
from microdesigner.training.native_family import NativeFamily
from microdesigner.training.predictor_stage import PredictorStage
from microdesigner.training.presets import PRESETS, StagePlan
from microdesigner.training.volumes import turned_at_random, turned_cube, turned_volume
from microdesigner.training.weight_averaging import ema_decay, ema_update
from tests.tiny_dataset import write_tiny_dataset

PLAN = StagePlan(10, 2, 1e-3)


class Recorder(ConditionalDenoiser):
    """Predicts `guess` everywhere, and keeps what it was given."""

    def __init__(self, conditions: int, guess: float = 0.0) -> None:
        super().__init__(conditions, 4)
        self.guess = guess
        self.known: list[Tensor] = []
        self.times: list[Tensor] = []

    def describe(self) -> dict[str, object]:
        return {}

    def forward(self, noisy: Tensor, time: Tensor, conditions: Tensor, known: Tensor, periodic: bool) -> Tensor:
        self.known.append(known)
        self.times.append(time)
        return torch.full_like(noisy, self.guess)


def test_conditions_are_hidden_as_often_as_is_said_one_by_one_and_all_at_once() -> None:
    torch.manual_seed(0)
    network = Recorder(4)
    stage = DenoiserStage(network, PLAN, periodic=True)
    batch = (torch.zeros(4096, 1, 4, 4, 4), torch.zeros(4096, 4), torch.zeros(4096, 0))
    stage.loss(batch)
    known = network.known[0].float()
    all_known = 0.9 * 0.85**4
    none_known = 0.1 + 0.9 * 0.15**4
    assert float(known.mean()) == pytest.approx(0.9 * 0.85, abs=0.02)
    assert float((known.sum(1) == 4).float().mean()) == pytest.approx(all_known, abs=0.03)
    assert float((known.sum(1) == 0).float().mean()) == pytest.approx(none_known, abs=0.02)
    times = network.times[0]
    assert torch.allclose((times * 4096).floor(), torch.arange(4096.0)), "times are spread evenly"


def test_validation_tells_all_conditions_and_then_none() -> None:
    network = Recorder(3)
    DenoiserStage(network, PLAN, periodic=True).validate(
        (torch.zeros(4, 1, 4, 4, 4), torch.zeros(4, 3), torch.zeros(4, 0))
    )
    assert network.known[0].all()
    assert not network.known[1].any()


def test_the_denoisers_loss_weighs_coarse_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    clean = torch.randn(2, 1, 4, 4, 4, generator=torch.Generator().manual_seed(1))
    stage = DenoiserStage(Recorder(1, guess=0.3), PLAN, periodic=True)
    drawn: list[tuple[Tensor, Tensor]] = []

    def recorded(clean: Tensor, noise: Tensor, time: Tensor) -> tuple[Tensor, Tensor]:
        drawn.append((noise, time))
        return add_noise(clean, noise, time)

    monkeypatch.setattr("microdesigner.training.denoiser_stage.add_noise", recorded)
    loss, figures = stage.loss((clean, torch.zeros(2, 1), torch.zeros(2, 0)))
    _, target = add_noise(clean, *drawn[0])
    error = 0.3 - target
    plain = float(error.square().mean())
    assert float(figures["error"]) == pytest.approx(plain, rel=1e-5)
    blocks = sum(
        float(error.reshape(2, 1, 4 // e, e, 4 // e, e, 4 // e, e).mean((3, 5, 7)).square().mean()) for e in (2, 4)
    )
    means = 10 * float(error.mean((2, 3, 4)).square().mean())
    assert float(loss) == pytest.approx(plain + blocks + means, rel=1e-5)


@pytest.mark.parametrize("decoder_only", [False, True])
def test_the_autoencoders_loss_is_its_formula(decoder_only: bool) -> None:
    torch.manual_seed(0)
    network = PhaseAutoencoder(AutoencoderConfig(phases=3, width=8, deep_width=8))
    with torch.no_grad():
        network.to_posterior.bias += torch.linspace(-1, 1, 8)  # means and variances away from 0 and 1
    batch = torch.randint(0, 3, (2, 16, 16, 16), dtype=torch.uint8)
    stage = AutoencoderStage(network, PLAN, decoder_only)
    torch.manual_seed(1)
    loss, figures = stage.loss(batch)

    torch.manual_seed(1)
    one_hot = one_hot_phases(batch, 3)
    mean, log_variance = network.posterior(one_hot, False)
    normal = torch.distributions.Normal(mean, (0.5 * log_variance).exp())
    divergence = torch.distributions.kl_divergence(normal, torch.distributions.Normal(0, 1)).sum() / batch.numel()
    scale = 0.25 if decoder_only else 1.0
    logits = network.logits(mean + scale * torch.randn_like(mean) * normal.stddev, False)
    shares = logits.softmax(1)
    entropy = F.cross_entropy(logits, batch.long())
    overlap = 2 * (shares * one_hot).sum((2, 3, 4)) / (shares.sum((2, 3, 4)) + one_hot.sum((2, 3, 4)) + 1)
    fractions = (shares.mean((2, 3, 4)) - one_hot.mean((2, 3, 4))).square().sum(1).mean()
    expected = entropy + 0.1 * (1 - overlap.mean()) + 10 * fractions + 0.03 * divergence
    assert float(divergence.detach()) > 0.002
    assert float(figures["divergence"].detach()) == pytest.approx(float(divergence.detach()), rel=1e-4)
    assert float(loss.detach()) == pytest.approx(float(expected.detach()), rel=1e-4)


def test_the_predictors_loss_is_its_likelihood() -> None:
    torch.manual_seed(0)
    network = FeaturePredictor(PredictorConfig(2, 2, 2, 8, 1, 2)).eval()
    network.descriptor_std.copy_(torch.tensor([0.5, 2.0]))
    latents, conditions, process = torch.randn(3, 2, 4, 4, 4), torch.randn(3, 2), torch.randn(3, 2)
    stage = PredictorStage(network, PLAN, periodic=True)
    figures = stage.validate((latents, conditions, process))
    prediction = network(latents, True)
    normal = torch.distributions.Normal(prediction.mean, prediction.std)
    constant = 0.5 * math.log(2 * math.pi) + network.descriptor_std.log().mean()
    descriptors = -normal.log_prob(conditions).mean() - constant
    mixture = torch.distributions.MixtureSameFamily(
        torch.distributions.Categorical(logits=prediction.log_weight),
        torch.distributions.MultivariateNormal(prediction.centre, scale_tril=prediction.factor),
    )
    recipe = -mixture.log_prob(process).mean()
    assert float(figures["recipe_nll"].detach()) == pytest.approx(float(recipe.detach()), rel=1e-4)
    assert float(figures["loss"].detach()) == pytest.approx(float((descriptors + recipe).detach()), rel=1e-4)
    with_noise = stage.loss((latents, conditions, process))[1]["descriptor_nll"]
    assert float(with_noise.detach()) != float((figures["loss"] - figures["recipe_nll"]).detach())


def test_the_symmetry_group_has_all_eight_elements_and_leaves_z_alone() -> None:
    volume = torch.arange(2 * 2 * 2).reshape(2, 2, 2)
    turned = [turned_volume(volume, element) for element in range(8)]
    assert len({tuple(image.flatten().tolist()) for image in turned}) == 8
    for image in turned:
        assert {tuple(column) for column in image.reshape(4, 2).tolist()} == {
            tuple(column) for column in volume.reshape(4, 2).tolist()
        }
    mirrored = volume.transpose(0, 1)
    assert any(torch.equal(image, mirrored) for image in turned), "a mirror image is one of them"


def test_a_cube_has_forty_eight_turns_and_mirrors_and_neighbours_stay_neighbours() -> None:
    volume = torch.arange(27).reshape(3, 3, 3)
    turned = [turned_cube(volume, element) for element in range(48)]
    assert len({tuple(image.flatten().tolist()) for image in turned}) == 48
    assert torch.equal(turned[0], volume)
    for image in turned:
        assert int(image[1, 1, 1]) == 13, "the middle stays"
        assert {int(image[x, y, z]) for x in (0, 2) for y in (0, 2) for z in (0, 2)} == {0, 2, 6, 8, 18, 20, 24, 26}


@pytest.mark.parametrize(("isotropic", "upright"), [(False, 1), (True, 6)])
def test_volumes_are_turned_as_their_material_allows(isotropic: bool, upright: int) -> None:
    description = Description(("pore", "quartz"), "no-flux", ("volume_fraction_pore",), (), isotropic=isotropic)
    arrow = torch.zeros(3, 3, 3, dtype=torch.uint8)
    arrow[1, 1, 2] = 1  # points to the upper face
    random = np.random.default_rng(0)
    seen = {tuple(turned_at_random(arrow, description, random).flatten().tolist()) for _ in range(100)}
    assert len(seen) == upright


def test_crops_are_turned_and_shifted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elements: list[int] = []

    def recorded(volume: Tensor, element: int) -> Tensor:
        elements.append(element)
        return turned_volume(volume, element)

    monkeypatch.setattr("microdesigner.training.volumes.turned_volume", recorded)
    dataset = VolumeDataset(write_tiny_dataset(tmp_path / "set.h5"))
    crops = iter(Crops(dataset, np.array([3]), seed=0))
    seen = [next(crops) for _ in range(60)]
    assert set(elements) == set(range(8))
    assert len({tuple(crop.flatten()[::37].tolist()) for crop in seen}) > 50, "no two shifts are alike"
    columns = sorted(map(tuple, torch.from_numpy(dataset.phases(3)).reshape(-1, 32).tolist()))
    assert all(sorted(map(tuple, crop.reshape(-1, 32).tolist())) == columns for crop in seen[:5])


def latents_of(conditions: Tensor, held_out: list[bool], process: Tensor | None = None) -> Latents:
    count = len(conditions)
    random = torch.Generator().manual_seed(0)
    process = torch.zeros(count, 0) if process is None else process
    mask = np.array(held_out)
    return Latents(torch.randn(count, 4, 4, 4, 4, generator=random), conditions, process, torch.ones(count), mask, True)


def test_networks_see_conditions_standardised_by_the_training_volumes(tmp_path: Path) -> None:
    dataset = VolumeDataset(write_tiny_dataset(tmp_path / "set.h5"))
    conditions = torch.tensor([[100.0, 0.1], [102.0, 0.3], [104.0, 0.5], [900.0, 9.0]])
    process = torch.tensor([[1.0], [3.0], [5.0], [80.0]])
    latents = latents_of(conditions, [False, False, False, True], process)
    family = NativeFamily(dataset, PRESETS["quick"], None)
    denoiser = family.denoiser(latents).network
    seen: list[Tensor] = []
    denoiser.embed.register_forward_hook(lambda _, inputs, __: seen.append(inputs[1]))
    denoiser.embedded(torch.zeros(3), conditions[:3], torch.ones(3, 2, dtype=torch.bool))
    assert torch.allclose(seen[0].mean(0), torch.zeros(2), atol=1e-5)
    assert torch.allclose(seen[0].std(0), torch.ones(2), atol=1e-5)
    predictor = family.predictor(latents).network
    assert predictor.descriptor_mean.tolist() == pytest.approx([102.0, 0.3])
    assert predictor.descriptor_std.tolist() == pytest.approx([2.0, 0.2])
    assert predictor.process_mean.tolist() == [3.0]
    assert predictor.process_std.tolist() == [2.0]


def test_the_average_of_the_weights_is_exponential_with_a_growing_memory() -> None:
    random = torch.Generator().manual_seed(0)
    weights = [torch.randn(3, generator=random) for _ in range(50)]
    average = torch.zeros(3)
    expected = weights[0]
    for step, weight in enumerate(weights, 1):
        ema_update([average], [weight], step)
        decay = min(0.998, step / (9 + step))
        expected = weight if step == 1 else decay * expected + (1 - decay) * weight
        assert torch.allclose(average, expected, atol=1e-6)
    assert ema_decay(10**6) == 0.998


def test_intervals_of_a_calibrated_posterior_hold_the_truth_as_often_as_they_say() -> None:
    random = np.random.default_rng(0)
    truth = random.normal(size=(4000, 2)) * [2.0, 0.5]
    draws = random.normal(size=(4000, 400, 2))
    needed = spread_needed(draws, truth)
    assert needed == pytest.approx([2.0, 0.5], rel=0.08)


def test_calibration_sets_the_spread_by_the_held_out_latents_alone() -> None:
    torch.manual_seed(0)
    process = torch.randn(400, 1)
    held_out = [number % 2 == 0 for number in range(400)]
    process[~torch.tensor(held_out)] *= 1000
    latents = latents_of(torch.zeros(400, 1), held_out, process)
    latents = replace(latents, latents=torch.zeros(400, 4, 4, 4, 4))
    predictor = FeaturePredictor(PredictorConfig(4, 1, 1, 8, 1, 1)).eval()
    nn.init.zeros_(predictor.recipe_head.weight)
    before = float(predictor(latents.latents[:1], True).factor.detach())
    with torch.no_grad():
        predictor.recipe_head.bias[1] = 0.0  # type: ignore[index]
    calibrate(predictor, latents)
    after = float(predictor(latents.latents[:1], True).factor.detach())
    assert after == pytest.approx(1.0, rel=0.25)
    assert after / before == pytest.approx(float(predictor.recipe_spread), rel=1e-4)
