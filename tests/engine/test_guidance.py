"""Steering moves a latent to where its film has the targets: early as predicted, late as measured."""

import numpy as np
import pytest
import torch

from microdesigner.core.errors import InputError
from microdesigner.core.request import Request
from microdesigner.descriptors import fractions_and_tortuosities
from microdesigner.descriptors.film import D, film_of
from microdesigner.descriptors.tortuosity import straight_voxels
from microdesigner.engine import Engine
from microdesigner.engine.film_measure import measurable, measured, measured_with_jacobian
from microdesigner.engine.guidance import guided, predictor_steering
from microdesigner.engine.soft_sweep import straight_amount
from microdesigner.models.diffusion import noise_level


def latents() -> torch.Tensor:
    return torch.randn(2, 4, 8, 8, 4, generator=torch.Generator().manual_seed(2))


def test_a_small_miss_is_mended_at_once(tiny_engine: Engine) -> None:
    predictor, clean = tiny_engine.bundle.predictor, latents()
    before = predictor(clean).mean
    wanted = before + 0.002 * predictor.descriptor_std
    asked = torch.tensor([True, True, True, False])
    steer = predictor_steering(tiny_engine.bundle, wanted, asked)
    after = predictor(clean + steer(clean)).mean
    miss = ((after - wanted) / predictor.descriptor_std)[:, :2].abs()
    assert float(miss.max()) < 0.001


def test_what_is_not_asked_has_no_influence(tiny_engine: Engine) -> None:
    asked, clean = torch.tensor([True, False, False, False]), latents()
    wanted = torch.full((2, 4), 0.4)
    other = wanted.clone()
    other[:, 1:] = 0.9
    first, second = (predictor_steering(tiny_engine.bundle, values, asked)(clean) for values in (wanted, other))
    assert torch.equal(first, second)


@pytest.mark.parametrize(("time", "moved"), [(1.0, 0.0), (0.5, 0.5), (0.125, 2.0), (0.0625, 2.0)])
def test_the_predictor_steers_after_the_first_steps_and_the_measure_in_the_last(time: float, moved: float) -> None:
    now = torch.full((2,), time)
    velocity = guided(
        lambda noisy, _: noisy, torch.ones_like, lambda clean: 2 * torch.ones_like(clean), strength=0.5, steps=16
    )
    change = (latents() - velocity(latents(), now)) * noise_level(now[0])
    assert torch.allclose(change, torch.full_like(change, moved), atol=1e-5)


@pytest.mark.parametrize("periodic", [True, False])
@pytest.mark.parametrize("from_top", [True, False])
def test_the_soft_sweep_counts_certain_phases_as_the_descriptor_does(from_top: bool, periodic: bool) -> None:
    phases = np.random.default_rng(0).choice(3, size=(24, 20, 32), p=(0.8, 0.1, 0.1)).astype(np.uint8)
    present = torch.from_numpy((phases == 0).astype(np.float32))[None]
    counted, _ = straight_voxels(film_of(phases), D, from_top, periodic)
    assert float(straight_amount(present, from_top, periodic)) == counted


def test_measured_values_are_those_of_the_decoded_volume_and_its_slopes_hold(tiny_engine: Engine) -> None:
    autoencoder, clean = tiny_engine.bundle.autoencoder, latents()
    quantities = measurable(tiny_engine.card, [True] * 4, voxels=64 * 64 * 32)
    values, jacobian = measured_with_jacobian(autoencoder, clean, quantities, periodic=True)
    volume = autoencoder.decode(clean, True)[1].argmax(0).to(torch.uint8).numpy()
    counted = fractions_and_tortuosities(volume, periodic=True)
    assert values[1].tolist() == pytest.approx([counted[condition.name] for condition in tiny_engine.card.conditions])
    uphill = jacobian[:, 0].reshape(clean.shape)
    moved = measured(autoencoder, clean + 0.05 * uphill / uphill.abs().max(), quantities, periodic=True)
    assert bool((moved[:, 0] > values[:, 0]).all())


def test_films_too_large_for_gradients_are_not_measured_on_their_way(tiny_engine: Engine) -> None:
    assert measurable(tiny_engine.card, [True] * 4, voxels=1024**3) == []


@pytest.mark.parametrize("strength", [-0.1, 1.5, "much", True])
def test_a_strength_that_cannot_be_is_refused(strength: object) -> None:
    with pytest.raises(InputError, match="guidance"):
        Request(guidance=strength)  # type: ignore[arg-type]
