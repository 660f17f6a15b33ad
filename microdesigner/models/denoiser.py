"""The conditional denoiser: a three-level U-Net over latents, v-prediction, any subset of conditions."""

from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from microdesigner.models.layers import (
    ChannelNorm,
    FilmConv,
    ResidualBlock,
    SelfAttention,
    depth_to_space,
    fourier_features,
    space_to_depth,
)

TIME_FREQUENCIES, TIME_HIGHEST = 32, 1000.0
CONDITION_FREQUENCIES, CONDITION_HIGHEST = 8, 32.0


@dataclass(frozen=True)
class DenoiserConfig:
    """Latent channels, number of conditions, channel widths per level, residual blocks per level and side."""

    latent_channels: int = 4
    conditions: int = 4
    widths: tuple[int, int, int] = (48, 128, 192)
    blocks: int = 1
    middle_blocks: int = 2
    embedding: int = 192
    heads: int = 4


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


class Denoiser(nn.Module):
    """Predicts v = α ε − σ x₀ of a noisy whitened latent.

    `condition_mean` and `condition_std` standardise conditions given in physical units; an unknown condition is masked,
    so any subset can be asked for.
    """

    condition_mean: Tensor
    condition_std: Tensor

    def __init__(self, config: DenoiserConfig) -> None:
        super().__init__()
        self.config = config
        fine, middle, coarse = config.widths
        embedding = config.embedding
        self.embed = ConditionEmbedding(config.conditions, embedding)
        self.enter = FilmConv(config.latent_channels, fine)
        self.fine_down = _blocks(fine, fine, config.blocks, embedding)
        self.to_middle = nn.Conv3d(fine * 8, middle, 1)
        self.middle_down = _blocks(middle, middle, config.middle_blocks, embedding)
        self.to_coarse = nn.Conv3d(middle * 8, coarse, 1)
        self.coarse = _blocks(coarse, coarse, 2, embedding)
        self.coarse_attention = SelfAttention(coarse, config.heads)
        self.from_coarse = nn.Conv3d(coarse, middle * 8, 1)
        self.middle_up = _blocks(2 * middle, middle, config.middle_blocks, embedding)
        self.middle_attention = SelfAttention(middle, config.heads)
        self.from_middle = nn.Conv3d(middle, fine * 8, 1)
        self.fine_up = _blocks(2 * fine, fine, config.blocks, embedding)
        self.leave_norm, self.leave = ChannelNorm(fine), FilmConv(fine, config.latent_channels)
        nn.init.zeros_(self.leave.weight)
        self.register_buffer("condition_mean", torch.zeros(config.conditions))
        self.register_buffer("condition_std", torch.ones(config.conditions))

    def describe(self) -> dict[str, Any]:
        """The architecture as a card records it."""
        return asdict(self.config)

    def forward(self, noisy: Tensor, time: Tensor, conditions: Tensor, known: Tensor, periodic: bool = True) -> Tensor:
        """noisy (batch, latent, x, y, z) with even edges divisible by 4 where z allows; time (batch,) in 0..1;
        conditions (batch, n) in physical units; known (batch, n) bool → v, shape of `noisy`."""
        standardised = (conditions - self.condition_mean) / self.condition_std
        embedding = self.embed(time, torch.where(known, standardised, 0.0), known)
        fine = _run(self.fine_down, self.enter(noisy, periodic), periodic, embedding)
        middle = _run(self.middle_down, self.to_middle(space_to_depth(fine, 2)), periodic, embedding)
        coarse = _run(self.coarse, self.to_coarse(space_to_depth(middle, 2)), periodic, embedding)
        coarse = self.coarse_attention(coarse)
        middle = torch.cat([middle, depth_to_space(self.from_coarse(coarse), 2)], dim=1)
        middle = self.middle_attention(_run(self.middle_up, middle, periodic, embedding))
        fine = torch.cat([fine, depth_to_space(self.from_middle(middle), 2)], dim=1)
        fine = _run(self.fine_up, fine, periodic, embedding)
        return self.leave(F.silu(self.leave_norm(fine)), periodic)


def _blocks(channels_in: int, channels_out: int, count: int, embedding: int) -> nn.ModuleList:
    widths = [channels_in] + [channels_out] * count
    return nn.ModuleList(ResidualBlock(a, b, embedding) for a, b in pairwise(widths))


def _run(blocks: nn.ModuleList, features: Tensor, periodic: bool, embedding: Tensor) -> Tensor:
    for block in blocks:
        features = block(features, periodic, embedding)
    return features
