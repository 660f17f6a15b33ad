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

    @property
    def from_latent(self) -> nn.ConvTranspose3d:
        """The first layer."""
        level = self.deconv_layers[0]
        assert isinstance(level, nn.Sequential)
        first = level[0]
        assert isinstance(first, nn.ConvTranspose3d)
        return first

    def forward(self, latent: Tensor) -> Tensor:
        for level in self.deconv_layers:
            latent = level(latent)
        return self.final_conv(latent).sigmoid()


class GreyAutoencoder(nn.Module):
    """The paper's VAE: one grey value per voxel in and out.

    Each label has its grey level, and a voxel belongs to the nearest: for three phases that is two thresholds, where a
    single one at 1/2 would lose the mixed phase. While it is trained `latent_mean` and `latent_std` whiten the latent;
    `fold_scale` puts them into the weights, since the published files have no room for them.
    """

    wraps = False
    """Whether it keeps periodic faces periodic."""
    latent_mean: Tensor
    latent_std: Tensor

    def __init__(self, config: MicroGen3DConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder, self.decoder = _Encoder(config), _Decoder(config)
        self.register_buffer("_levels", torch.tensor(config.levels).reshape(1, -1, 1, 1, 1), persistent=False)
        self._levels: Tensor
        shape = (1, config.latent_channels, 1, 1, 1)
        self.register_buffer("latent_mean", torch.zeros(shape), persistent=False)
        self.register_buffer("latent_std", torch.ones(shape), persistent=False)

    @property
    def whitened(self) -> bool:
        """Whether the latent's scale is set."""
        return bool((self.latent_std != 1).any())

    def describe(self) -> dict[str, Any]:
        """The architecture as a card records it."""
        return asdict(self.config)

    def grey(self, one_hot: Tensor) -> Tensor:
        """Grey values (batch, 1, x, y, z) of one-hot phases (batch, phases, x, y, z)."""
        return (one_hot * self._levels).sum(1, keepdim=True)

    def posterior(self, one_hot: Tensor, periodic: bool) -> tuple[Tensor, Tensor]:
        """Mean and log variance of the raw latent of one-hot phases (batch, phases, x, y, z)."""
        return self.encoder(self.grey(one_hot))

    def encode(self, one_hot: Tensor, periodic: bool) -> Tensor:
        """Whitened latent mean of one-hot phases (batch, phases, x, y, z)."""
        mean, _ = self.posterior(one_hot, periodic)
        return (mean - self.latent_mean) / self.latent_std

    def decode(self, latent: Tensor, periodic: bool) -> Tensor:
        """Phase logits (batch, phases, x, y, z): the nearer a phase's grey level, the larger."""
        return self.logits(self.decoder(latent * self.latent_std + self.latent_mean))

    def logits(self, grey: Tensor) -> Tensor:
        """Phase logits (batch, phases, x, y, z) of grey values (batch, 1, x, y, z)."""
        return -SHARPNESS * (grey - self._levels).square()

    @torch.no_grad()
    def fold_scale(self) -> None:
        """Move the latent's mean and std into the layers around it, which are linear: nothing else changes."""
        mean, std = self.latent_mean.flatten(), self.latent_std.flatten()
        to_mean, to_log_variance = self.encoder.conv_mu, self.encoder.conv_logvar
        to_mean.weight.div_(std[:, None, None, None, None])
        _bias(to_mean).sub_(mean).div_(std)
        _bias(to_log_variance).sub_(2 * std.log())
        from_latent = self.decoder.from_latent
        _bias(from_latent).add_(mean @ from_latent.weight[..., 0, 0, 0])
        from_latent.weight.mul_(std[:, None, None, None, None])
        self.latent_mean.zero_()
        self.latent_std.fill_(1)


def _bias(layer: nn.Conv3d | nn.ConvTranspose3d) -> Tensor:
    assert layer.bias is not None
    return layer.bias
