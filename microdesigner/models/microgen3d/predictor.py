"""The paper's feature predictor."""

from dataclasses import asdict
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from microdesigner.models.feature_predictor import Prediction
from microdesigner.models.microgen3d.config import MicroGen3DConfig

CERTAIN = 1e-6


class PointPredictor(nn.Module):
    """The paper's feature predictor: a number for each feature, without error bars, so the spread it states is none."""

    def __init__(self, config: MicroGen3DConfig) -> None:
        super().__init__()
        self.config = config
        size = config.latent_size
        self.fc1, self.fc2 = nn.Linear(size, size // 2), nn.Linear(size // 2, size // 4)
        self.fc3 = nn.Linear(size // 4, config.outputs)
        self.drop = nn.Dropout(0.1)
        self.register_buffer("descriptor_std", torch.ones(len(config.conditions)), persistent=False)
        self.descriptor_std: Tensor

    def describe(self) -> dict[str, Any]:
        """The architecture as a card records it."""
        return asdict(self.config)

    def features(self, latent: Tensor) -> Tensor:
        """All features (batch, outputs) of a latent (batch, latent, x, y, z)."""
        hidden = latent.flatten(1)
        for layer in (self.fc1, self.fc2):
            hidden = F.relu(layer(hidden))
            # InstanceNorm1d of a matrix normalises each row
            hidden = self.drop(F.layer_norm(hidden, hidden.shape[-1:]))
        return self.fc3(hidden)

    def forward(self, latent: Tensor, periodic: bool = True) -> Prediction:
        """Latent → Prediction with negligible spread."""
        features = self.features(latent)
        mean, recipe = features[:, list(self.config.conditions)], features[:, list(self.config.process)]
        factor = CERTAIN * torch.eye(recipe.shape[1], device=latent.device).expand(len(latent), 1, -1, -1)
        return Prediction(mean, torch.full_like(mean, CERTAIN), mean.new_zeros(len(mean), 1), recipe[:, None], factor)
