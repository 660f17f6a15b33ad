"""Before the bundle is saved: the posterior of the recipe is made as wide as it ought to be."""

import torch
from torch import Tensor

from microdesigner.models.feature_predictor import FeaturePredictor, Prediction
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
    spreads = [
        _needed(predictor(latents.latents[chosen].float().to(device), latents.periodic), latents.process[chosen])
        for chosen in torch.split(held_out, BATCH)
    ]
    needed = torch.cat(spreads, dim=1)  # (levels, latents, process)
    at_level = torch.stack([row.quantile(level, dim=0) for row, level in zip(needed, LEVELS, strict=True)])
    predictor.recipe_spread.mul_(at_level.log().mean(0).exp().to(device))


def _needed(prediction: Prediction, truth: Tensor) -> Tensor:
    """By how much each posterior must be widened about its median for the central interval of each level to just hold
    the truth (batch, process): (levels, batch, process)."""
    draws = prediction.draw(DRAWS, torch.Generator().manual_seed(0))  # (batch, draws, process)
    median = draws.median(dim=1).values
    rows = []
    for level in LEVELS:
        low, high = (draws.quantile((1 + sign * level) / 2, dim=1) for sign in (-1, 1))
        reach = torch.where(truth > median, high - median, median - low)
        rows.append((truth - median).abs() / reach.clamp_min(1e-9))
    return torch.stack(rows)
