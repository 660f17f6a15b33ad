"""Before the bundle is saved: the posterior of the recipe is made as wide as it ought to be."""

import numpy as np
import torch
from numpy.typing import NDArray

from microdesigner.models.feature_predictor import FeaturePredictor
from microdesigner.training.latents import Latents

LEVELS = (0.5, 0.9)
DRAWS = 1000
BATCH = 64


@torch.no_grad()
def calibrate(predictor: FeaturePredictor, latents: Latents) -> None:
    """Set `recipe_spread` by the held-out latents; they are few beside what training saw, and three numbers fit."""
    predictor.eval()
    device = next(predictor.parameters()).device
    held_out = torch.from_numpy(latents.held_out).nonzero()[:, 0]
    draws = [
        predictor(latents.latents[chosen].float().to(device), latents.periodic).posterior_samples(
            DRAWS, torch.Generator().manual_seed(0)
        )
        for chosen in torch.split(held_out, BATCH)
    ]
    needed = spread_needed(torch.cat(draws).double().numpy(), latents.process[held_out].double().numpy())
    predictor.recipe_spread.mul_(torch.from_numpy(needed).to(predictor.recipe_spread))


def spread_needed(draws: NDArray[np.float64], truth: NDArray[np.float64]) -> NDArray[np.float64]:
    """By what factor posteriors, `draws` (volumes, draws, process), must be stretched about their medians for the
    central intervals of `LEVELS` to hold `truth` (volumes, process) as often as they say: (process,).

    It is the geometric mean over the levels of the factor that each needs.
    """
    median = np.median(draws, axis=1)
    logarithms = []
    for level in LEVELS:
        low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2], axis=1)
        reach = np.where(truth > median, high - median, median - low)
        factors = np.abs(truth - median) / np.maximum(reach, 1e-9)  # by which the interval would just hold the truth
        logarithms.append(np.log(np.quantile(factors, level, axis=0)))
    needed: NDArray[np.float64] = np.exp(np.mean(logarithms, axis=0))
    return needed
