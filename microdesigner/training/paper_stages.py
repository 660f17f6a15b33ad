"""The paper's three stages (Baishnab et al., Digital Discovery 2025, 4, 3175, appendix A.1).

As told there: Adam, cosine schedule without warm-up, squared errors, a divergence of weight 1e-6, noise predicted on a
linear schedule of 1000 steps, the weights of least validation loss kept. Where the paper is silent the plain standard
holds: no weight decay, no augmentation, the divergence summed over a latent and averaged over the batch, features
weighed by their spread in the data, times drawn evenly. Precision and the clipping of gradients are this program's.

Its known faults are not repeated: the schedule is stepped, latents have unit spread, conditions are measured.
"""

import lightning
import torch
from torch import Tensor

from microdesigner.models.autoencoder import one_hot_phases, phase_labels
from microdesigner.models.microgen3d import GreyAutoencoder, NoiseDenoiser, PointPredictor
from microdesigner.models.microgen3d.denoiser import STEPS, linear_schedule
from microdesigner.training.best_weights import BestWeights
from microdesigner.training.latent_batches import Batch
from microdesigner.training.presets import StagePlan
from microdesigner.training.stage import TrainingStage

KL_WEIGHT = 1e-6
VALIDATION_SEED = 7


class PaperStage(TrainingStage):
    """What the paper's stages share."""

    def optimizer(self) -> torch.optim.Optimizer:
        """Adam."""
        return torch.optim.Adam(self.parameters(), lr=self.plan.learning_rate)

    def weight_averaging_callback(self, device: torch.device) -> lightning.Callback:
        """The weights of least validation loss."""
        return BestWeights()


class GreyStage(PaperStage):
    """Squared error of the grey values + `KL_WEIGHT` times the divergence from a standard normal."""

    network: GreyAutoencoder

    def __init__(self, network: GreyAutoencoder, plan: StagePlan) -> None:
        super().__init__(network, plan)

    def loss(self, batch: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """batch: uint8 labels (batch, x, y, z)."""
        grey = self.network.grey(one_hot_phases(batch, self.network.config.phases))
        mean, log_variance = (part.float() for part in self.network.encoder(grey))
        decoded = self.network.decoder(mean + torch.randn_like(mean) * (0.5 * log_variance).exp())
        error = (decoded.float() - grey).square().mean()
        divergence = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum() / len(batch)
        return error + KL_WEIGHT * divergence, {"grey_error": error, "divergence": divergence}

    def validate(self, batch: Tensor) -> dict[str, Tensor]:
        """Squared error of the grey values and voxel accuracy, from the latent mean."""
        one_hot = one_hot_phases(batch, self.network.config.phases)
        mean, _ = self.network.posterior(one_hot, periodic=False)
        decoded = self.network.decoder(mean).float()
        labels = phase_labels(self.network.logits(decoded))
        error = (decoded - self.network.grey(one_hot)).square().mean()
        return {"loss": error, "accuracy": (labels == batch).float().mean()}


class PointStage(PaperStage):
    """Squared error of descriptors and recipe, each in units of its spread `std` (features,)."""

    network: PointPredictor
    _std: Tensor

    def __init__(self, network: PointPredictor, plan: StagePlan, std: Tensor) -> None:
        super().__init__(network, plan)
        self.register_buffer("_std", std, persistent=False)

    def loss(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """batch: clean whitened latents, conditions, recipe."""
        clean, *features = batch
        error = self.network.features(clean).float() - torch.cat(features, dim=1)
        return (error / self._std).square().mean(), {"feature_error": error.abs().mean()}

    def validate(self, batch: Batch) -> dict[str, Tensor]:
        """The same without dropout, and the mean absolute error of the descriptors."""
        loss, _ = self.loss(batch)
        return {"loss": loss, "descriptor_error": (self.network(batch[0]).mean.float() - batch[1]).abs().mean()}


class NoiseStage(PaperStage):
    """Squared error of the noise at steps drawn evenly; all conditions are known."""

    network: NoiseDenoiser
    _signal: Tensor
    _noise: Tensor

    def __init__(self, network: NoiseDenoiser, plan: StagePlan) -> None:
        super().__init__(network, plan)
        tables = linear_schedule()
        self.register_buffer("_signal", tables["sqrtab"], persistent=False)
        self.register_buffer("_noise", tables["sqrtmab"], persistent=False)

    def loss(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """batch: clean whitened latents, conditions, recipe."""
        steps = torch.randint(STEPS, (len(batch[0]),), device=batch[0].device)
        return self._error(batch, torch.randn_like(batch[0]), steps), {}

    def validate(self, batch: Batch) -> dict[str, Tensor]:
        """The same on fixed noise and steps."""
        clean = batch[0]
        generator = torch.Generator().manual_seed(VALIDATION_SEED)
        noise = torch.randn(clean.shape, generator=generator).to(clean.device)
        steps = torch.randint(STEPS, (len(clean),), generator=generator).to(clean.device)
        return {"loss": self._error(batch, noise, steps)}

    def _error(self, batch: Batch, noise: Tensor, steps: Tensor) -> Tensor:
        clean, conditions, _ = batch
        signal, spread = (table[steps][:, None, None, None, None] for table in (self._signal, self._noise))
        predicted = self.network.nn_model(signal * clean + spread * noise, steps / STEPS, conditions)
        return (predicted.float() - noise).square().mean()
