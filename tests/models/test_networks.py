"""What the networks promise whatever their weights: symmetry, any size, masked conditions, honest densities."""

import pytest
import torch
from torch import nn

from microdesigner.models.autoencoder import FACTOR, AutoencoderConfig, PhaseAutoencoder, one_hot_phases, phase_labels
from microdesigner.models.conditioning import ConditionalDenoiser
from microdesigner.models.denoiser import Denoiser, DenoiserConfig
from microdesigner.models.feature_predictor import FeaturePredictor, Prediction, PredictorConfig
from microdesigner.models.layers import depth_to_space, space_to_depth
from microdesigner.models.transformer import TransformerConfig, TransformerDenoiser


def random_weights(network: nn.Module) -> nn.Module:
    torch.manual_seed(3)
    for parameter in network.parameters():
        if not parameter.any():  # layers that start at zero would hide what they do
            nn.init.normal_(parameter, std=0.2)
    return network.eval()


@pytest.fixture
def autoencoder() -> PhaseAutoencoder:
    return random_weights(PhaseAutoencoder(AutoencoderConfig(width=8, deep_width=16)))


@pytest.fixture(params=["unet", "transformer"])
def denoiser(request: pytest.FixtureRequest) -> ConditionalDenoiser:
    if request.param == "unet":
        return random_weights(Denoiser(DenoiserConfig(widths=(8, 8, 16), embedding=16, heads=2)))
    return random_weights(TransformerDenoiser(TransformerConfig(width=32, blocks=2, heads=2)))


@pytest.fixture
def labels() -> torch.Tensor:
    return torch.randint(0, 3, (1, 48, 32, 16), generator=torch.Generator().manual_seed(0))


def test_labels_to_one_hot_and_back(labels: torch.Tensor) -> None:
    assert torch.equal(phase_labels(one_hot_phases(labels, 3)), labels)
    assert not phase_labels(torch.zeros(1, 3, 8, 8, 8)).any(), "of equal phases the first"


def test_space_to_depth_and_back() -> None:
    volume = torch.randn(2, 3, 8, 12, 4)
    assert torch.equal(depth_to_space(space_to_depth(volume, 4), 4), volume)


def test_a_shift_of_a_periodic_film_shifts_its_latent_and_its_decoding(
    autoencoder: PhaseAutoencoder, labels: torch.Tensor
) -> None:
    latent = autoencoder.encode(one_hot_phases(labels, 3), periodic=True)
    shifted = autoencoder.encode(one_hot_phases(labels.roll((2 * FACTOR, FACTOR), (1, 2)), 3), periodic=True)
    assert latent.shape == (1, 4, 6, 4, 2)
    assert torch.allclose(shifted, latent.roll((2, 1), (2, 3)), atol=1e-5)
    logits = autoencoder.decode(latent, periodic=True)
    assert logits.shape == (1, 3, 48, 32, 16)
    assert torch.allclose(autoencoder.decode(shifted, True), logits.roll((2 * FACTOR, FACTOR), (2, 3)), atol=1e-4)


def test_the_autoencoder_is_local(autoencoder: PhaseAutoencoder) -> None:
    latent = torch.randn(1, 4, 16, 8, 4, generator=torch.Generator().manual_seed(1))
    changed = latent.clone()
    changed[:, :, 0] += 1
    difference = (autoencoder.decode(latent, False) - autoencoder.decode(changed, False)).abs().amax((0, 1, 3, 4))
    assert difference[0] > 0
    assert not difference[-FACTOR:].any()


def test_a_latent_scale_that_is_set_is_known_again_from_the_stored_weights(autoencoder: PhaseAutoencoder) -> None:
    assert not autoencoder.whitened
    autoencoder.latent_std.fill_(2.0)
    again = PhaseAutoencoder(autoencoder.config)
    again.load_state_dict(autoencoder.state_dict())
    assert again.whitened


def test_the_denoiser_takes_any_size_and_shifts_with_its_input(denoiser: ConditionalDenoiser) -> None:
    time, conditions, known = torch.tensor([0.4]), torch.zeros(1, 4), torch.ones(1, 4, dtype=torch.bool)
    for size in ((16, 16, 8), (8, 12, 4)):
        noisy = torch.randn(1, 4, *size)
        out = denoiser(noisy, time, conditions, known)
        assert out.shape == noisy.shape
        shifted = denoiser(noisy.roll(4, 2), time, conditions, known)
        assert torch.allclose(shifted, out.roll(4, 2), atol=1e-4)


def test_an_unknown_condition_has_no_influence_and_a_known_one_has(denoiser: ConditionalDenoiser) -> None:
    noisy, time, known = torch.randn(1, 4, 8, 8, 4), torch.tensor([0.7]), torch.tensor([[True, False, True, True]])
    first = denoiser(noisy, time, torch.tensor([[0.1, 0.2, 0.3, 0.4]]), known)
    assert torch.equal(first, denoiser(noisy, time, torch.tensor([[0.1, 0.9, 0.3, 0.4]]), known))
    assert not torch.allclose(first, denoiser(noisy, time, torch.tensor([[0.6, 0.2, 0.3, 0.4]]), known))


def test_the_recipe_density_integrates_to_one_and_its_draws_follow_it() -> None:
    predictor = random_weights(FeaturePredictor(PredictorConfig(width=8, process=2)))
    prediction = predictor(torch.randn(1, 4, 8, 8, 4))
    assert isinstance(prediction, Prediction)
    draws = prediction.posterior_samples(4000, torch.Generator().manual_seed(0))[0]
    low, high = draws.amin(0) - 1.5, draws.amax(0) + 1.5
    axes = [torch.linspace(float(a), float(b), 300) for a, b in zip(low, high, strict=True)]
    grid = torch.cartesian_prod(*axes)
    repeated = Prediction(*(value.expand(len(grid), *value.shape[1:]) for value in vars(prediction).values()))
    density = repeated.recipe_log_density(grid).exp()
    cell = float(torch.prod((high - low) / 299))
    assert float(density.sum()) * cell == pytest.approx(1, abs=0.02)
    assert torch.allclose((density[:, None] * grid).sum(0) * cell, draws.mean(0), atol=0.1)
