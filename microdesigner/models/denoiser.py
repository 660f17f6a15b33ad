"""The conditional denoiser: a three-level U-Net over latents, v-prediction, any subset of conditions."""

from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from microdesigner.models.conditioning import ConditionalDenoiser
from microdesigner.models.layers import (
    ChannelNorm,
    FilmConv,
    ResidualBlock,
    SelfAttention,
    depth_to_space,
    space_to_depth,
)


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

    def __post_init__(self) -> None:
        if self.heads < 1 or any(width % self.heads for width in self.widths[1:]):
            raise ValueError("heads does not divide the two coarser widths")


class Denoiser(ConditionalDenoiser):
    """The U-Net: convolutions at three resolutions, attention at the two coarser ones."""

    def __init__(self, config: DenoiserConfig) -> None:
        super().__init__(config.conditions, config.embedding)
        self.config = config
        fine, middle, coarse = config.widths
        embedding = config.embedding
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

    def describe(self) -> dict[str, Any]:
        """The architecture as a card records it."""
        return asdict(self.config)

    def forward(self, noisy: Tensor, time: Tensor, conditions: Tensor, known: Tensor, periodic: bool = True) -> Tensor:
        """v, shape of `noisy`, whose edges are divisible by 4."""
        embedding = self.embedded(time, conditions, known)
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
