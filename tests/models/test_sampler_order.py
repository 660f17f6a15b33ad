"""DPM-Solver++ against an independent solution: the probability flow of a mixture of normals, by SciPy's DOP853.

The score of such a mixture is known in closed form, and the flow is curved, unlike that of a single normal.
"""

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy.integrate import solve_ivp
from scipy.stats import kstest, norm
from torch import Tensor

from microdesigner.models.diffusion import STOCHASTICITY, dpm_solver, draw_noise

CENTRES, SPREADS, WEIGHTS = np.array([-1.5, 0.4, 1.8]), np.array([0.3, 0.2, 0.4]), np.array([0.3, 0.3, 0.4])
NOISE = np.linspace(-2.2, 2.2, 12)


def expected_clean(noisy: NDArray[np.float64], time: float) -> NDArray[np.float64]:
    """E[x₀ | x_t] of the mixture under x_t = cos(πt/2) x₀ + sin(πt/2) ε."""
    alpha, sigma = np.cos(np.pi * time / 2), np.sin(np.pi * time / 2)
    variance = alpha**2 * SPREADS**2 + sigma**2
    offset = noisy[:, None] - alpha * CENTRES
    log_share = np.log(WEIGHTS) - 0.5 * offset**2 / variance - 0.5 * np.log(variance)
    share = np.exp(log_share - log_share.max(1, keepdims=True))
    share /= share.sum(1, keepdims=True)
    return (share * (CENTRES + alpha * SPREADS**2 / variance * offset)).sum(1)


def velocity(noisy: NDArray[np.float64], time: float) -> NDArray[np.float64]:
    """v = α ε − σ x₀ at its conditional mean."""
    alpha, sigma = np.cos(np.pi * time / 2), np.sin(np.pi * time / 2)
    return (alpha * noisy - expected_clean(noisy, time)) / max(sigma, 1e-9)


@pytest.fixture(scope="module")
def exact() -> NDArray[np.float64]:
    """Where the probability flow carries the noise: on this clock dx/dt = (π/2) v."""
    flow = solve_ivp(
        lambda time, noisy: np.pi / 2 * velocity(noisy, time), (1, 1e-6), NOISE, "DOP853", rtol=1e-10, atol=1e-12
    )
    assert flow.success
    end: NDArray[np.float64] = flow.y[:, -1]
    return end


def error(steps: int, exact: NDArray[np.float64]) -> float:
    def network(noisy: Tensor, time: Tensor) -> Tensor:
        return torch.from_numpy(velocity(noisy.numpy(), float(time[0])))

    *_, sample = dpm_solver(network, torch.from_numpy(NOISE), steps)
    return float(np.abs(sample.numpy() - exact).max())


def mixture_share(value: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cumulative distribution of the mixture."""
    return (WEIGHTS * norm.cdf((value[:, None] - CENTRES) / SPREADS)).sum(1)


def test_with_fresh_noise_films_are_spread_as_the_mixture() -> None:
    def network(noisy: Tensor, time: Tensor) -> Tensor:
        return torch.from_numpy(velocity(noisy.numpy()[:, 0], float(time[0])))[:, None]

    def distance(steps: int) -> float:
        generators = [torch.Generator().manual_seed(seed) for seed in range(2000)]
        *_, sample = dpm_solver(network, draw_noise((1,), generators).double(), steps, STOCHASTICITY, generators)
        return float(kstest(sample.numpy()[:, 0], mixture_share).statistic)

    assert distance(20) < 0.07
    assert distance(64) < 0.036  # what 2000 true draws stay below with 99 %


def test_the_flow_ends_in_the_mixture(exact: NDArray[np.float64]) -> None:
    assert np.all(np.diff(exact) > 0)
    assert np.abs(exact[:, None] - CENTRES).min(1).max() < 0.8


def test_the_error_falls_faster_than_the_steps_grow(exact: NDArray[np.float64]) -> None:
    errors = {steps: error(steps, exact) for steps in (10, 20, 40, 160)}
    assert errors[10] < 0.12
    assert errors[20] < 0.06
    assert errors[40] < errors[20] / 3
    assert errors[160] < errors[40] / 6
