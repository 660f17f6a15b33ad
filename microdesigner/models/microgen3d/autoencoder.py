"""The paper's VAE."""

from dataclasses import asdict
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from microdesigner.models.microgen3d.config import MicroGen3DConfig

WIDTHS = (64, 128, 256, 512)
SHARPNESS = 40.0


class _Refined(nn.Module):
    """relu(x + two convolutions of x)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.block = nn.Sequential(
            nn.Conv3d(channels, channels, 3, padding=1),
            nn.InstanceNorm3d(channels, affine=True),
            nn.ReLU(),
            nn.Conv3d(channels, channels, 3, padding=1),
            nn.InstanceNorm3d(channels, affine=True),
        )

    def forward(self, features: Tensor) -> Tensor:
        return F.relu(features + self.block(features))


def _level(convolution: nn.Module, channels: int) -> list[nn.Module]:
    return [convolution, nn.InstanceNorm3d(channels, affine=True), _Refined(channels)]


class _Encoder(nn.Module):
    def __init__(self, config: MicroGen3DConfig) -> None:
        super().__init__()
        layers, before = [], 1
        for depth, width in enumerate(WIDTHS):
            stride = 2 if depth or config.first_halves else 1
            layers += _level(nn.Conv3d(before, width, 3, stride, padding=1), width)
            before = width
        latent = config.latent_channels
        self.conv_layers = nn.Sequential(*layers, *_level(nn.Conv3d(before, latent, 1), latent))
        self.conv_mu, self.conv_logvar = nn.Conv3d(latent, latent, 1), nn.Conv3d(latent, latent, 1)

    def forward(self, grey: Tensor) -> tuple[Tensor, Tensor]:
        features = self.conv_layers(grey)
        return self.conv_mu(features), self.conv_logvar(features)


class _Decoder(nn.Module):
    def __init__(self, config: MicroGen3DConfig) -> None:
        super().__init__()
        deepest, *widths = reversed(WIDTHS)
        levels = [_level(nn.ConvTranspose3d(config.latent_channels, deepest, 1), deepest)]
        before = deepest
        for width in widths:
            levels.append(_level(nn.ConvTranspose3d(before, width, 3, 2, padding=1, output_padding=1), width))
            before = width
        self.deconv_layers = nn.ModuleList(nn.Sequential(*level) for level in levels)
        stride, extra = (2, 1) if config.first_halves else (1, 0)
        self.final_conv = nn.ConvTranspose3d(before, 1, 3, stride, padding=1, output_padding=extra)

    def forward(self, latent: Tensor) -> Tensor:
        for level in self.deconv_layers:
            latent = level(latent)
        return self.final_conv(latent).sigmoid()


class GreyAutoencoder(nn.Module):
    """The paper's VAE: one grey value per voxel in and out.

    Each label has its grey level, and a voxel belongs to the nearest: for three phases that is two thresholds, where a
    single one at 1/2 would lose the mixed phase.
    """

    def __init__(self, config: MicroGen3DConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder, self.decoder = _Encoder(config), _Decoder(config)
        self.register_buffer("_levels", torch.tensor(config.levels).reshape(1, -1, 1, 1, 1), persistent=False)
        self._levels: Tensor

    def describe(self) -> dict[str, Any]:
        """The architecture as a card records it."""
        return asdict(self.config)

    def encode(self, one_hot: Tensor, periodic: bool) -> Tensor:
        """Latent mean of one-hot phases (batch, phases, x, y, z)."""
        mean, _ = self.encoder((one_hot * self._levels).sum(1, keepdim=True))
        return mean

    def decode(self, latent: Tensor, periodic: bool) -> Tensor:
        """Phase logits (batch, phases, x, y, z): the nearer a phase's grey level, the larger."""
        return -SHARPNESS * (self.decoder(latent) - self._levels).square()
