"""Variance-preserving diffusion over time 0..1: schedule, training target, samplers.

Cosine schedule with zero terminal signal: α = cos(πt/2), σ = sin(πt/2), so that a sample starts from pure noise and
volume means are learned. The network predicts v = α ε − σ x₀ (Salimans & Ho 2022), hence x₀ = α x − σ v.
"""

import math
from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Tensor

Velocity = Callable[[Tensor, Tensor], Tensor]
"""(noisy latent (batch, ...), time (batch,)) → v."""
Correction = Callable[[Tensor], Tensor]
"""Estimate of the clean latent (batch, ...) → the estimate to go on with."""
STOCHASTICITY = 2.0
"""τ of SA-Solver. Without noise (τ = 0) the denoiser's errors at high noise add up, and films come out rough: with
τ = 2 the excess spread of mean curvature is a third of that or less. Larger τ needs more steps for the right spread."""


def signal(time: Tensor) -> Tensor:
    """α(t)."""
    return torch.cos(time * (math.pi / 2))


def noise_level(time: Tensor) -> Tensor:
    """σ(t)."""
    return torch.sin(time * (math.pi / 2))


def add_noise(clean: Tensor, noise: Tensor, time: Tensor) -> tuple[Tensor, Tensor]:
    """Noisy latent x_t = α x₀ + σ ε and its target v = α ε − σ x₀; time (batch,)."""
    shape = (-1, *[1] * (clean.ndim - 1))
    alpha, sigma = signal(time).reshape(shape), noise_level(time).reshape(shape)
    return alpha * clean + sigma * noise, alpha * noise - sigma * clean


def dpm_solver(
    velocity: Velocity,
    noise: Tensor,
    steps: int,
    stochasticity: float = 0.0,
    generators: Sequence[torch.Generator] = (),
    correction: Correction = lambda clean: clean,
    start: float = 1.0,
) -> Iterator[Tensor]:
    """DPM-Solver++(2M) (Lu et al. 2022) with `steps` evaluations, uniform in time; yields the estimate of the clean
    latent after each, of which the last is the sample.

    With `stochasticity` τ = 0 it follows the probability flow, deterministic given `noise`. With τ > 0 every step but
    the first and the last replaces the share 1 - exp(-τ² h) of the noise by noise of `generators` (CPU, one per
    sample), h being the step in ln(α/σ): the reverse diffusion of SA-Solver (Xue et al. 2023, τ = 1 is
    SDE-DPM-Solver++), on which errors of the network fade instead of adding up.

    It starts at time `start`, below 1 from `noise` that holds a signal already.

    `correction` may move each step's estimate before the step is taken; the estimate before it, from which the step
    extrapolates, moves along.
    """
    times = torch.linspace(start, 0, steps + 1, dtype=torch.float64)
    latent, previous, previous_width = noise, None, math.inf
    for index in range(steps):
        now, after = float(times[index]), float(times[index + 1])
        estimate = _clean(velocity, latent, now)
        clean = correction(estimate)
        width = _log_signal_to_noise(after) - _log_signal_to_noise(now)
        # the first step starts at zero signal and the last ends at zero noise: both are infinitely wide and first order
        between = math.isfinite(width)
        if previous is not None and math.isfinite(previous_width) and between:
            blend = width / (2 * previous_width)
            direction = (1 + blend) * clean - blend * (previous + clean - estimate)
        else:
            direction = clean
        alpha, sigma = math.cos(math.pi / 2 * after), math.sin(math.pi / 2 * after)
        renewed = stochasticity**2 * width if between else 0.0
        remaining = sigma / math.sin(math.pi / 2 * now) * math.exp(-renewed)
        latent = remaining * latent - alpha * math.expm1(-width - renewed) * direction
        if renewed:
            fresh = draw_noise(latent.shape[1:], generators).to(latent)
            latent = latent + sigma * math.sqrt(-math.expm1(-2 * renewed)) * fresh
        previous, previous_width = clean, width
        yield clean


def ancestral(velocity: Velocity, noise: Tensor, steps: int, generators: Sequence[torch.Generator]) -> Iterator[Tensor]:
    """Ancestral sampling of the DDPM (Ho et al. 2020) on `steps` equal times; yields the estimate of the clean latent
    after each. `generators` (CPU, one per sample) draw the noise that every step adds."""
    latent = noise
    for index in range(steps, 0, -1):
        now, after = index / steps, (index - 1) / steps
        clean = _clean(velocity, latent, now)
        yield clean
        alpha, sigma = math.cos(math.pi / 2 * now), math.sin(math.pi / 2 * now)
        alpha_after, sigma_after = math.cos(math.pi / 2 * after), math.sin(math.pi / 2 * after)
        step_ratio = alpha / alpha_after
        step_variance = max(0.0, 1 - step_ratio**2)
        mean = (alpha_after * step_variance * clean + step_ratio * sigma_after**2 * latent) / sigma**2
        latent = mean + math.sqrt(step_variance) * sigma_after / sigma * draw_noise(latent.shape[1:], generators).to(
            latent
        )


def draw_noise(shape: Sequence[int], generators: Sequence[torch.Generator]) -> Tensor:
    """Standard normal (batch, *shape), each sample from its own CPU generator: alike in any batch, on any device."""
    return torch.stack([torch.randn(tuple(shape), generator=generator) for generator in generators])


def _clean(velocity: Velocity, latent: Tensor, time: float) -> Tensor:
    v = velocity(latent, torch.full((len(latent),), time, device=latent.device))
    return math.cos(math.pi / 2 * time) * latent - math.sin(math.pi / 2 * time) * v


def _log_signal_to_noise(time: float) -> float:
    """λ = ln(α/σ); infinite at both ends."""
    if time <= 0:
        return math.inf
    return -math.inf if time >= 1 else -math.log(math.tan(math.pi / 2 * time))
