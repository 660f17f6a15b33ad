"""Layers for films: lateral padding follows the volume, z is closed, no layer mixes distant voxels but attention."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class FilmConv(nn.Conv3d):
    """3×3×3 convolution: x and y wrap (periodic) or repeat their edge (no-flux); z is padded with zeros, so that the
    network feels the electrodes."""

    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__(channels_in, channels_out, 3, padding=(0, 0, 1))

    def forward(self, features: Tensor, periodic: bool) -> Tensor:  # type: ignore[override]
        """(batch, channels_in, x, y, z) → (batch, channels_out, x, y, z)."""
        padded = F.pad(features, (0, 0, 1, 1, 1, 1), mode="circular" if periodic else "replicate")
        return super().forward(padded)


class ChannelNorm(nn.Module):
    """RMS norm over the channels of each voxel alone: strictly local, keeps volume means."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.ones(channels))

    def forward(self, features: Tensor) -> Tensor:
        """(batch, channels, x, y, z), same shape out."""
        channels_last = features.permute(0, 2, 3, 4, 1)
        normed = F.rms_norm(channels_last, self.gain.shape, self.gain.to(features.dtype), eps=1e-5)
        return normed.permute(0, 4, 1, 2, 3)


class ResidualBlock(nn.Module):
    """Two convolutions with a skip; an embedding (batch, embedding), if given, scales and shifts in between."""

    def __init__(self, channels_in: int, channels_out: int, embedding: int = 0) -> None:
        super().__init__()
        self.norm1, self.conv1 = ChannelNorm(channels_in), FilmConv(channels_in, channels_out)
        self.norm2, self.conv2 = ChannelNorm(channels_out), FilmConv(channels_out, channels_out)
        self.modulation = nn.Linear(embedding, 2 * channels_out) if embedding else None
        self.skip = nn.Conv3d(channels_in, channels_out, 1) if channels_in != channels_out else nn.Identity()
        nn.init.zeros_(self.conv2.weight)
        nn.init.zeros_(self.conv2.bias)  # type: ignore[arg-type]

    def forward(self, features: Tensor, periodic: bool, embedding: Tensor | None = None) -> Tensor:
        """(batch, channels_in, x, y, z) → (batch, channels_out, x, y, z)."""
        hidden = self.norm2(self.conv1(F.silu(self.norm1(features)), periodic))
        if self.modulation is not None and embedding is not None:
            scale, shift = self.modulation(embedding)[:, :, None, None, None].chunk(2, dim=1)
            hidden = hidden * (1 + scale) + shift
        return self.skip(features) + self.conv2(F.silu(hidden), periodic)


class SelfAttention(nn.Module):
    """Attention among all voxels, by content alone: sees the whole film, fits any size. Queries and keys are normed."""

    def __init__(self, channels: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm = ChannelNorm(channels)
        self.to_qkv = nn.Conv3d(channels, 3 * channels, 1)
        self.out = nn.Conv3d(channels, channels, 1)
        nn.init.zeros_(self.out.weight)

    def forward(self, features: Tensor) -> Tensor:
        """(batch, channels, x, y, z), same shape out."""
        batch, channels, *space = features.shape
        qkv = self.to_qkv(self.norm(features)).reshape(batch, 3, self.heads, channels // self.heads, -1)
        query, key, value = qkv.transpose(-1, -2).unbind(1)  # (batch, heads, voxels, channels / heads)
        query, key = F.normalize(query, dim=-1) * math.sqrt(query.shape[-1]), F.normalize(key, dim=-1)
        mixed = F.scaled_dot_product_attention(query, key, value, scale=math.sqrt(query.shape[-1]) / 2)
        return features + self.out(mixed.transpose(-1, -2).reshape(batch, channels, *space))


def space_to_depth(volume: Tensor, factor: int) -> Tensor:
    """(batch, c, x, y, z) → (batch, c·f³, x/f, y/f, z/f): blocks of voxels become channels."""
    batch, channels, x, y, z = volume.shape
    blocks = volume.reshape(batch, channels, x // factor, factor, y // factor, factor, z // factor, factor)
    return blocks.permute(0, 1, 3, 5, 7, 2, 4, 6).reshape(batch, -1, x // factor, y // factor, z // factor)


def depth_to_space(features: Tensor, factor: int) -> Tensor:
    """The inverse of `space_to_depth`."""
    batch, channels, x, y, z = features.shape
    blocks = features.reshape(batch, channels // factor**3, factor, factor, factor, x, y, z)
    return blocks.permute(0, 1, 5, 2, 6, 3, 7, 4).reshape(batch, -1, x * factor, y * factor, z * factor)


def fourier_features(value: Tensor, count: int, highest: float) -> Tensor:
    """sin and cos of `value` (...,) at `count` geometric frequencies up to `highest` → (..., 2·count)."""
    frequencies = torch.exp(torch.linspace(0, math.log(highest), count, device=value.device))
    angle = value[..., None] * frequencies
    return torch.cat([angle.sin(), angle.cos()], dim=-1)
