"""Stage 2: the feature predictor, on frozen latents."""

import torch
from torch import Tensor

from microdesigner.models.feature_predictor import FeaturePredictor
from microdesigner.training.latent_batches import Batch
from microdesigner.training.presets import StagePlan
from microdesigner.training.stage import TrainingStage

LATENT_NOISE = 0.1


class PredictorStage(TrainingStage):
    """Negative log likelihood of the descriptors (normal) and of the recipe (mixture of normals). A little noise on the
    latents makes the predictor trust what a sampler draws as much as what the encoder saw."""

    likelihood = True
    network: FeaturePredictor

    def __init__(self, network: FeaturePredictor, plan: StagePlan, periodic: bool) -> None:
        super().__init__(network, plan)
        self._periodic = periodic

    def loss(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """batch: clean whitened latents, conditions, recipe."""
        latents, conditions, process = batch
        descriptors, recipe, _ = self._likelihoods(
            latents + LATENT_NOISE * torch.randn_like(latents), conditions, process
        )
        return descriptors + recipe, {"descriptor_nll": descriptors, "recipe_nll": recipe}

    def validate(self, batch: Batch) -> dict[str, Tensor]:
        """Both likelihoods and the mean absolute error of the descriptors."""
        descriptors, recipe, error = self._likelihoods(*batch)
        return {"loss": descriptors + recipe, "recipe_nll": recipe, "descriptor_error": error}

    def _likelihoods(self, latents: Tensor, conditions: Tensor, process: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        with torch.autocast(
            latents.device.type, enabled=False
        ):  # a triangular solve and logarithms want full precision
            prediction = self.network(latents.float(), self._periodic)
            scale = self.network.descriptor_std
            error = prediction.mean - conditions
            descriptors = (0.5 * (error / prediction.std).square() + (prediction.std / scale).log()).mean()
            recipe = -prediction.recipe_log_density(process).mean() if process.shape[1] else descriptors.new_zeros(())
        return descriptors, recipe, error.abs().mean()
