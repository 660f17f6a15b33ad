"""Stage 3: the conditional denoiser, a U-Net or a transformer."""

import torch
import torch.nn.functional as F
from torch import Tensor

from microdesigner.models.conditioning import ConditionalDenoiser
from microdesigner.models.diffusion import add_noise
from microdesigner.training.latent_batches import Batch
from microdesigner.training.muon import Muon
from microdesigner.training.presets import StagePlan
from microdesigner.training.stage import BETAS, WEIGHT_DECAY, TrainingStage

DROP_ONE, DROP_ALL = 0.15, 0.1
VALIDATION_SEED = 7
BLOCKS = (2, 4)
FILM_WEIGHT = 10.0


class DenoiserStage(TrainingStage):
    """Squared error of v, at several scales, over times spread evenly in each batch.

    Conditions are hidden at random, so that any subset can be asked for.
    """

    network: ConditionalDenoiser

    def __init__(self, network: ConditionalDenoiser, plan: StagePlan, periodic: bool) -> None:
        super().__init__(network, plan)
        self._periodic = periodic

    def optimizer(self) -> torch.optim.Optimizer:
        """Muon."""
        return Muon(self.parameters(), lr=self.plan.learning_rate, betas=BETAS, weight_decay=WEIGHT_DECAY)

    def loss(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """batch: clean whitened latents, conditions, recipe."""
        clean, conditions, _ = batch
        count = len(clean)
        time = (torch.arange(count, device=clean.device) + torch.rand(count, device=clean.device)) / count
        known = torch.rand_like(conditions) >= DROP_ONE
        known &= torch.rand(count, 1, device=clean.device) >= DROP_ALL
        error = self._error(clean, conditions, known, torch.randn_like(clean), time)
        plain = error.square().mean()
        return plain + _coarse_error(error), {"error": plain}

    def validate(self, batch: Batch) -> dict[str, Tensor]:
        """Error with all conditions known on fixed noise and times, and how much worse it is with none."""
        clean, conditions, _ = batch
        generator = torch.Generator().manual_seed(VALIDATION_SEED)
        noise = torch.randn(clean.shape, generator=generator).to(clean.device)
        time = ((torch.arange(len(clean)) + 0.5) / len(clean))[torch.randperm(len(clean), generator=generator)]
        time, known = time.to(clean.device), torch.ones_like(conditions, dtype=torch.bool)
        conditioned = self._error(clean, conditions, known, noise, time)
        free = self._error(clean, conditions, ~known, noise, time)
        figures = {"loss": conditioned.square().mean(), "mean_error": conditioned.mean((2, 3, 4)).square().mean()}
        return {**figures, "gain": free.square().mean() - figures["loss"]}

    def _error(self, clean: Tensor, conditions: Tensor, known: Tensor, noise: Tensor, time: Tensor) -> Tensor:
        noisy, target = add_noise(clean, noise, time)
        velocity = self.network(noisy, time, conditions, known, self._periodic)
        return velocity.float() - target


def _coarse_error(error: Tensor) -> Tensor:
    """Squared error of block means and of the mean over the film, weighted up.

    Volume fractions and domain sizes live in the few coarse modes, which a plain mean over all voxels hardly hears; the
    best v is the same under any such weighting, since it is the conditional mean.
    """
    blocks = sum(F.avg_pool3d(error, edge).square().mean() for edge in BLOCKS)
    return blocks + FILM_WEIGHT * error.mean((2, 3, 4)).square().mean()
