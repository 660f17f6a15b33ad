"""Steering moves a latent to where the predictor sees the targets, and keeps out of the first and last steps."""

import pytest
import torch

from microdesigner.core.errors import InputError
from microdesigner.core.request import Request
from microdesigner.engine import Engine
from microdesigner.engine.guidance import guided, predictor_steering


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


@pytest.mark.parametrize(("time", "steered"), [(1.0, False), (0.5, True), (0.01, False)])
def test_the_first_and_last_steps_are_the_denoisers_own(time: float, steered: bool) -> None:
    velocity = guided(lambda noisy, _: noisy, torch.ones_like, strength=0.5)
    noisy = latents()
    assert torch.equal(velocity(noisy, torch.full((2,), time)), noisy) is not steered


@pytest.mark.parametrize("strength", [-0.1, 1.5, "much", True])
def test_a_strength_that_cannot_be_is_refused(strength: object) -> None:
    with pytest.raises(InputError, match="guidance"):
        Request(guidance=strength)  # type: ignore[arg-type]
