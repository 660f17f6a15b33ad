"""The samplers against cases whose answer is known in closed form."""

import math

import pytest
import torch

from microdesigner.models.diffusion import (
    STOCHASTICITY,
    add_noise,
    ancestral,
    dpm_solver,
    draw_noise,
    noise_level,
    signal,
)

SPREAD, CENTRE = 0.3, 1.5


def exact_velocity(noisy: torch.Tensor, time: torch.Tensor) -> torch.Tensor:
    """The best v for data drawn from a normal of mean `CENTRE` and std `SPREAD`."""
    alpha, sigma = signal(time)[:, None], noise_level(time)[:, None]
    gain = alpha * SPREAD**2 / (alpha**2 * SPREAD**2 + sigma**2)
    clean = CENTRE + gain * (noisy - alpha * CENTRE)
    return (alpha * noisy - clean) / sigma.clamp_min(1e-6)


def test_signal_and_noise_keep_the_variance_and_end_in_pure_noise() -> None:
    time = torch.linspace(0, 1, 11)
    assert torch.allclose(signal(time) ** 2 + noise_level(time) ** 2, torch.ones(11))
    assert float(signal(torch.ones(1))) == pytest.approx(0, abs=1e-6)


def test_the_training_target_gives_the_clean_latent_back() -> None:
    clean, noise, time = torch.randn(5, 4), torch.randn(5, 4), torch.rand(5)
    noisy, velocity = add_noise(clean, noise, time)
    restored = signal(time)[:, None] * noisy - noise_level(time)[:, None] * velocity
    assert torch.allclose(restored, clean, atol=1e-5)


@pytest.mark.parametrize("steps", [10, 20])
def test_dpm_solver_follows_the_exact_flow(steps: int) -> None:
    # the probability flow carries the noise ε to CENTRE + SPREAD ε
    noise = torch.linspace(-2, 2, 9)[:, None]
    sample = list(dpm_solver(exact_velocity, noise, steps))[-1]
    assert torch.allclose(sample, CENTRE + SPREAD * noise, atol=0.8 / steps)


def test_a_corrected_estimate_is_where_the_sample_ends_and_the_next_step_starts() -> None:
    """A network that always tells the same clean latent; corrections of it add up in no step."""
    shift = torch.full((9, 1), 0.7)

    def velocity(noisy: torch.Tensor, time: torch.Tensor) -> torch.Tensor:
        return (signal(time)[:, None] * noisy - CENTRE) / noise_level(time)[:, None].clamp_min(1e-6)

    noise = torch.linspace(-2, 2, 9)[:, None]
    estimates = list(dpm_solver(velocity, noise, 10, correction=lambda clean: clean + shift))
    assert all(torch.allclose(estimate, CENTRE + shift, atol=1e-5) for estimate in estimates)


def test_dpm_solver_converges_with_steps() -> None:
    noise = torch.linspace(-2, 2, 9)[:, None]

    def error(steps: int) -> float:
        sample = list(dpm_solver(exact_velocity, noise, steps))[-1]
        return float((sample - CENTRE - SPREAD * noise).abs().max())

    assert error(64) < error(16) / 3 < error(8) / 4


@pytest.mark.parametrize("stochasticity", [1.0, STOCHASTICITY])
def test_fresh_noise_keeps_the_distribution(stochasticity: float) -> None:
    generators = [torch.Generator().manual_seed(seed) for seed in range(4000)]
    noise = draw_noise((1,), generators)
    *_, sample = dpm_solver(exact_velocity, noise, 256, stochasticity, generators)
    assert float(sample.mean()) == pytest.approx(CENTRE, abs=4 * SPREAD / math.sqrt(4000))
    assert float(sample.std()) == pytest.approx(SPREAD, rel=0.05)


def test_fresh_noise_makes_errors_of_the_network_fade() -> None:
    def wrong_early(noisy: torch.Tensor, time: torch.Tensor) -> torch.Tensor:
        return exact_velocity(noisy, time) + 0.5 * (time > 0.7)[:, None]

    def spoilt(stochasticity: float) -> float:
        generators = [torch.Generator().manual_seed(seed) for seed in range(500)]
        noise = draw_noise((1,), generators)
        *_, sample = dpm_solver(wrong_early, noise, 64, stochasticity, generators)
        return abs(float(sample.mean()) - CENTRE)

    assert spoilt(STOCHASTICITY) < spoilt(0) / 3


def test_ancestral_sampling_draws_the_distribution() -> None:
    generators = [torch.Generator().manual_seed(seed) for seed in range(2000)]
    sample = list(ancestral(exact_velocity, draw_noise((1,), generators), 200, generators))[-1]
    assert float(sample.mean()) == pytest.approx(CENTRE, abs=4 * SPREAD / math.sqrt(2000))
    assert float(sample.std()) == pytest.approx(SPREAD, rel=0.08)


def test_noise_depends_on_the_sample_alone() -> None:
    def generators(seeds: list[int]) -> list[torch.Generator]:
        return [torch.Generator().manual_seed(seed) for seed in seeds]

    assert torch.equal(draw_noise((3, 2), generators([4, 5]))[1], draw_noise((3, 2), generators([5]))[0])
