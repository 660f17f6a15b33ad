"""DPM-Solver++ against the same method of diffusers, on our clock and in v."""

import numpy as np
import pytest
import torch
from torch import Tensor

from microdesigner.models.diffusion import dpm_solver
from tests.models.test_sampler_order import NOISE, velocity

TRAINING_TIMES = 2001
LEAST_SIGNAL = 1e-18  # diffusers cannot start at no signal at all, as we do, and its first step is not quite endless


def network(noisy: Tensor, time: Tensor) -> Tensor:
    return torch.from_numpy(velocity(noisy.numpy(), float(time[0])))


def diffusers_sample(steps: int) -> Tensor:
    diffusers = pytest.importorskip("diffusers")
    signal = np.cos(np.pi / 2 * np.linspace(0, 1, TRAINING_TIMES)).clip(LEAST_SIGNAL) ** 2
    scheduler = diffusers.DPMSolverMultistepScheduler(
        num_train_timesteps=TRAINING_TIMES,
        prediction_type="v_prediction",
        final_sigmas_type="zero",
    )
    scheduler.alphas_cumprod = torch.from_numpy(signal)  # in full precision, which no betas would give
    scheduler.set_timesteps(steps)
    sample = torch.from_numpy(NOISE)
    for step in scheduler.timesteps:
        time = (step / (TRAINING_TIMES - 1)).to(torch.float64)[None]
        sample = scheduler.step(network(sample, time), step, sample).prev_sample
    return sample


@pytest.mark.filterwarnings("ignore:__array__ implementation", "ignore:divide by zero")
@pytest.mark.parametrize("steps", [10, 15, 16, 20])
def test_both_take_the_same_steps(steps: int) -> None:
    *_, ours = dpm_solver(network, torch.from_numpy(NOISE), steps)
    assert torch.allclose(ours, diffusers_sample(steps), atol=2e-3)
