"""The paper's DDPM: a U-Net that predicts noise, on a linear schedule of 1000 steps."""

import math
from dataclasses import asdict
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from microdesigner.models.microgen3d.config import MicroGen3DConfig

FEATURES = 512
STEPS = 1000
FIRST_BETA, LAST_BETA = 1e-4, 0.02


class _Convolutions(nn.Module):
    """Two convolutions and the mean, in variance, of their result with what went in."""

    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__()
        self.conv1 = self._one(channels_in, channels_out)
        self.conv2 = self._one(channels_out, channels_out)
        self._same = channels_in == channels_out

    @staticmethod
    def _one(channels_in: int, channels_out: int) -> nn.Sequential:
        return nn.Sequential(
            nn.Conv3d(channels_in, channels_out, 3, padding=1), nn.InstanceNorm3d(channels_out), nn.GELU()
        )

    def forward(self, features: Tensor) -> Tensor:
        first = self.conv1(features)
        return ((features if self._same else first) + self.conv2(first)) / 1.414


class _Down(nn.Module):
    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__()
        self.model = nn.Sequential(_Convolutions(channels_in, channels_out), nn.MaxPool3d(2))

    def forward(self, features: Tensor) -> Tensor:
        return self.model(features)


class _Up(nn.Module):
    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__()
        self.model = nn.Sequential(
            nn.ConvTranspose3d(channels_in, channels_out, 2, 2),
            _Convolutions(channels_out, channels_out),
            _Convolutions(channels_out, channels_out),
        )

    def forward(self, features: Tensor, skip: Tensor) -> Tensor:
        return self.model(torch.cat([features, skip], dim=1))


class _Embedding(nn.Module):
    def __init__(self, size: int, width: int) -> None:
        super().__init__()
        self.model = nn.Sequential(nn.Linear(size, width), nn.GELU(), nn.Linear(width, width))

    def forward(self, values: Tensor) -> Tensor:
        return self.model(values)[..., None, None, None]


class NoisePredictor(nn.Module):
    """The paper's U-Net: noise in a noisy latent, given the share of the 1000 steps that lie behind and the context."""

    def __init__(self, channels: int, context: int, width: int) -> None:
        super().__init__()
        self.init_conv = _Convolutions(channels, width)
        self.down1, self.down2 = _Down(width, width), _Down(width, 2 * width)
        self.timeembed1, self.timeembed2 = _Embedding(1, 2 * width), _Embedding(1, width)
        self.contextembed1, self.contextembed2 = _Embedding(context, 2 * width), _Embedding(context, width)
        self.up0 = nn.Sequential(
            nn.ConvTranspose3d(2 * width, 2 * width, 1), nn.GroupNorm(8, 2 * width), nn.LeakyReLU(0.2)
        )
        self.up1, self.up2 = _Up(4 * width, width), _Up(2 * width, width)
        self.out = nn.Sequential(
            nn.Conv3d(2 * width, width, 3, padding=1),
            nn.GroupNorm(8, width),
            nn.Tanh(),
            nn.Conv3d(width, channels, 3, padding=1),
        )

    def forward(self, noisy: Tensor, share: Tensor, context: Tensor) -> Tensor:
        """noisy (batch, latent, x, y, z), share (batch,) in 0..1, context (batch, n) → noise."""
        entered = self.init_conv(noisy)
        fine = self.down1(entered)
        coarse = self.down2(fine)
        time = share[:, None]
        lifted = self.up0(F.gelu(coarse)) + self.timeembed1(time) + self.contextembed1(context)
        middle = self.up1(lifted, coarse) + self.timeembed2(time) + self.contextembed2(context)
        return self.out(torch.cat([self.up2(middle, fine), entered], dim=1))


class NoiseDenoiser(nn.Module):
    """The paper's DDPM as a predictor of v on this program's clock, so that every sampler serves it.

    A variance-preserving process is known by its signal-to-noise ratio alone: the time of the cosine clock is looked up
    in the paper's linear schedule of 1000 steps.
    """

    def __init__(self, config: MicroGen3DConfig) -> None:
        super().__init__()
        self.config = config
        self.nn_model = NoisePredictor(config.latent_channels, len(config.conditions), FEATURES)
        remaining = linear_schedule()["alphabar_t"].double()
        falling = 0.5 * (remaining.log() - (1 - remaining).log())
        self.register_buffer("_log_ratio", falling.flip(0).float(), persistent=False)
        self._log_ratio: Tensor

    def describe(self) -> dict[str, Any]:
        """The architecture as a card records it."""
        return asdict(self.config)

    def forward(self, noisy: Tensor, time: Tensor, conditions: Tensor, known: Tensor, periodic: bool = True) -> Tensor:
        """v of `noisy` at cosine time (batch,) in 0..1; all conditions (batch, n) must be known."""
        log_ratio = -(time.double() * (math.pi / 2)).tan().log()
        log_ratio = log_ratio.clamp(float(self._log_ratio[0]), float(self._log_ratio[-1])).float()
        with torch.autocast(noisy.device.type, enabled=False):  # v magnifies the error of the noise by 1 / alpha
            noise = self.nn_model(noisy, self._share(log_ratio), conditions)
        alpha = torch.sigmoid(2 * log_ratio).sqrt()[:, None, None, None, None]
        sigma = torch.sigmoid(-2 * log_ratio).sqrt()[:, None, None, None, None]
        return (noise - sigma * noisy) / alpha

    def _share(self, log_ratio: Tensor) -> Tensor:
        """The paper's step over 1000, between whole steps by interpolation."""
        above = torch.searchsorted(self._log_ratio, log_ratio).clamp(1, STEPS - 1)
        low, high = self._log_ratio[above - 1], self._log_ratio[above]
        return (STEPS - 1 - (above - 1 + (log_ratio - low) / (high - low))) / STEPS


def linear_schedule() -> dict[str, Tensor]:
    """The tables (1000,) that the published DDPM carries with its weights, by their names there."""
    beta = torch.linspace(FIRST_BETA, LAST_BETA, STEPS)
    alpha = 1 - beta
    remaining = alpha.log().cumsum(0).exp()
    return {
        "alpha_t": alpha,
        "oneover_sqrta": 1 / alpha.sqrt(),
        "sqrt_beta_t": beta.sqrt(),
        "alphabar_t": remaining,
        "sqrtab": remaining.sqrt(),
        "sqrtmab": (1 - remaining).sqrt(),
        "mab_over_sqrtmab": beta / (1 - remaining).sqrt(),
    }
