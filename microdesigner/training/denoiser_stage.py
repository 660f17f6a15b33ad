"""Stage 3: the conditional denoiser."""

import torch
from torch import Tensor

from microdesigner.models.denoiser import Denoiser
from microdesigner.models.diffusion import add_noise
from microdesigner.training.latent_batches import Batch
from microdesigner.training.presets import StagePlan
from microdesigner.training.stage import TrainingStage

DROP_ONE, DROP_ALL = 0.15, 0.1
VALIDATION_SEED = 7


class DenoiserStage(TrainingStage):
    """Mean squared error of v over times spread evenly in each batch; conditions are hidden at random, so that any
    subset can be asked for."""

    network: Denoiser

    def __init__(self, network: Denoiser, plan: StagePlan, periodic: bool) -> None:
        super().__init__(network, plan)
        self._periodic = periodic

    def loss(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """batch: clean whitened latents, conditions, recipe."""
        clean, conditions, _ = batch
        count = len(clean)
        time = (torch.arange(count, device=clean.device) + torch.rand(count, device=clean.device)) / count
        known = torch.rand_like(conditions) >= DROP_ONE
        known &= torch.rand(count, 1, device=clean.device) >= DROP_ALL
        return self._error(clean, conditions, known, torch.randn_like(clean), time), {}

    def validate(self, batch: Batch) -> dict[str, Tensor]:
        """Error with all conditions known on fixed noise and times, and how much worse it is with none."""
        clean, conditions, _ = batch
        generator = torch.Generator().manual_seed(VALIDATION_SEED)
        noise = torch.randn(clean.shape, generator=generator).to(clean.device)
        time = ((torch.arange(len(clean)) + 0.5) / len(clean))[torch.randperm(len(clean), generator=generator)]
        time, known = time.to(clean.device), torch.ones_like(conditions, dtype=torch.bool)
        conditioned = self._error(clean, conditions, known, noise, time)
        return {"loss": conditioned, "gain": self._error(clean, conditions, ~known, noise, time) - conditioned}

    def _error(self, clean: Tensor, conditions: Tensor, known: Tensor, noise: Tensor, time: Tensor) -> Tensor:
        noisy, target = add_noise(clean, noise, time)
        velocity = self.network(noisy, time, conditions, known, self._periodic)
        return (velocity.float() - target).square().mean()
