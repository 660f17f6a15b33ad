"""Layers for films: lateral padding follows the volume, z is closed, no layer mixes distant voxels but attention."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

FEWEST_LAST = 8


class FilmConv(nn.Conv3d):
    """3×3×3 convolution: x and y wrap (periodic) or repeat their edge (no-flux); z is padded with zeros, so that the
    network feels the electrodes."""

    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__(channels_in, channels_out, 3, padding=(0, 0, 1))

    def forward(self, features: Tensor, periodic: bool) -> Tensor:  # type: ignore[override]
        """(batch, channels_in, x, y, z) → (batch, channels_out, x, y, z)."""
        for axis in (2, 3):
            features = _with_rim(features, axis, periodic)
        return super().forward(features)


def _with_rim(features: Tensor, axis: int, periodic: bool) -> Tensor:
    """`features` with one voxel more at both ends of `axis`, in their memory layout.

    F.pad gives the same values, but loses channels_last_3d, and its backward is not deterministic on CUDA.
    """
    first, last = features.narrow(axis, 0, 1), features.narrow(axis, features.shape[axis] - 1, 1)
    return torch.cat([last, features, first] if periodic else [first, features, last], dim=axis)


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
    """(batch, c, x, y, z) → (batch, c·f³, x/f, y/f, z/f): blocks of voxels become channels; keeps channels_last_3d."""
    batch, channels, x, y, z = volume.shape
    if _is_channels_last(volume):
        layers = volume.permute(0, 2, 3, 4, 1)
        blocks = layers.reshape(batch, x // factor, factor, y // factor, factor, z // factor, factor, channels)
        merged = blocks.permute(0, 1, 3, 5, 7, 2, 4, 6).reshape(batch, x // factor, y // factor, z // factor, -1)
        return merged.permute(0, 4, 1, 2, 3)
    blocks = volume.reshape(batch, channels, x // factor, factor, y // factor, factor, z // factor, factor)
    return blocks.permute(0, 1, 3, 5, 7, 2, 4, 6).reshape(batch, -1, x // factor, y // factor, z // factor)


def depth_to_space(features: Tensor, factor: int) -> Tensor:
    """The inverse of `space_to_depth`; fewer than `FEWEST_LAST` channels come out contiguous, as strides of a few
    numbers are slow to work with."""
    batch, channels, x, y, z = features.shape
    if _is_channels_last(features):
        layers = features.permute(0, 2, 3, 4, 1).reshape(batch, x, y, z, channels // factor**3, factor, factor, factor)
        if layers.shape[4] < FEWEST_LAST:
            return layers.permute(0, 4, 1, 5, 2, 6, 3, 7).reshape(batch, -1, x * factor, y * factor, z * factor)
        spread = layers.permute(0, 1, 5, 2, 6, 3, 7, 4).reshape(batch, x * factor, y * factor, z * factor, -1)
        return spread.permute(0, 4, 1, 2, 3)
    blocks = features.reshape(batch, channels // factor**3, factor, factor, factor, x, y, z)
    return blocks.permute(0, 1, 5, 2, 6, 3, 7, 4).reshape(batch, -1, x * factor, y * factor, z * factor)


def _is_channels_last(features: Tensor) -> bool:
    return not features.is_contiguous() and features.is_contiguous(memory_format=torch.channels_last_3d)


def fourier_features(value: Tensor, count: int, highest: float) -> Tensor:
    """sin and cos of `value` (...,) at `count` geometric frequencies up to `highest` → (..., 2·count)."""
    frequencies = torch.exp(torch.linspace(0, math.log(highest), count, device=value.device))
    angle = value[..., None] * frequencies
    return torch.cat([angle.sin(), angle.cos()], dim=-1)
