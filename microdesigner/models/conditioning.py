"""How a denoiser hears of time and conditions, whatever it is made of."""

from abc import abstractmethod
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from microdesigner.models.layers import fourier_features

TIME_FREQUENCIES, TIME_HIGHEST = 32, 1000.0
CONDITION_FREQUENCIES, CONDITION_HIGHEST = 8, 32.0


class ConditionEmbedding(nn.Module):
    """Time in 0..1 and standardised conditions with their known-bits → one vector per sample."""

    def __init__(self, conditions: int, width: int) -> None:
        super().__init__()
        per_condition = 2 * CONDITION_FREQUENCIES + 2
        self.time = nn.Sequential(nn.Linear(2 * TIME_FREQUENCIES, width), nn.SiLU(), nn.Linear(width, width))
        self.condition = nn.Sequential(nn.Linear(conditions * per_condition, width), nn.SiLU(), nn.Linear(width, width))

    def forward(self, time: Tensor, conditions: Tensor, known: Tensor) -> Tensor:
        """time (batch,), conditions and known (batch, conditions) → (batch, width)."""
        shown = known.to(conditions.dtype)
        waves = fourier_features(conditions / 4, CONDITION_FREQUENCIES, CONDITION_HIGHEST)
        per_condition = torch.cat([waves, conditions[..., None], torch.ones_like(conditions[..., None])], dim=-1)
        hidden = self.condition((per_condition * shown[..., None]).flatten(1))
        return F.silu(self.time(fourier_features(time, TIME_FREQUENCIES, TIME_HIGHEST)) + hidden)


class ConditionalDenoiser(nn.Module):
    """Predicts v = α ε − σ x₀ of a noisy whitened latent; a subclass is the network that does.

    `condition_mean` and `condition_std` standardise conditions given in physical units; an unknown condition is masked,
    so any subset can be asked for. `describe` gives the architecture as a card records it. `forward` takes noisy
    latents (batch, latent, x, y, z), time (batch,) in 0..1, conditions (batch, n) in physical units, known (batch, n)
    bool, and whether the film wraps laterally.
    """

    condition_mean: Tensor
    condition_std: Tensor

    def __init__(self, conditions: int, embedding: int) -> None:
        super().__init__()
        self.embed = ConditionEmbedding(conditions, embedding)
        self.register_buffer("condition_mean", torch.zeros(conditions))
        self.register_buffer("condition_std", torch.ones(conditions))

    @abstractmethod
    def describe(self) -> dict[str, Any]:
        """The architecture as a card records it."""

    def embedded(self, time: Tensor, conditions: Tensor, known: Tensor) -> Tensor:
        """What the network is told: (batch, embedding)."""
        standardised = (conditions - self.condition_mean) / self.condition_std
        return self.embed(time, torch.where(known, standardised, 0.0), known)
