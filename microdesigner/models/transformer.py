"""The transformer denoiser: attention among patches of the latent, v-prediction, any subset of conditions, any size.

A diffusion transformer (DiT: Peebles & Xie 2023) with normed queries and keys and rotary positions (Su et al. 2021) per
axis. Its modulations pass through few numbers, without which they would hold a third of all weights.
"""

import math
from dataclasses import asdict, dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from microdesigner.models.conditioning import ConditionalDenoiser
from microdesigner.models.layers import depth_to_space, space_to_depth

TRANSFORMER = "transformer"
PATCH = 2
MODULATION_RANK = 32
SHORTEST_WAVE, LONGEST_WAVE = 2.0, 32.0
WALL_REACHES = (0.5, 1.0, 2.0, 4.0)


@dataclass(frozen=True)
class TransformerConfig:
    """Latent channels, number of conditions, numbers per token, blocks, heads of attention."""

    latent_channels: int = 4
    conditions: int = 4
    width: int = 256
    blocks: int = 8
    heads: int = 4

    def __post_init__(self) -> None:
        if self.heads < 1 or self.width % (2 * self.heads):
            raise ValueError("width is no even number for each of the heads")


class TransformerDenoiser(ConditionalDenoiser):
    """2³ latent voxels are a token; every token attends to all. An untrained network gives v = 0.

    Positions are relative but for the distance to either electrode, so in a periodic film any shift by a patch along x
    or y shifts what comes out.
    """

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__(config.conditions, config.width)
        self.config = config
        width, patch = config.width, config.latent_channels * PATCH**3
        self.enter = nn.Linear(patch, width)
        self.walls = nn.Linear(2 * len(WALL_REACHES), width)
        self.blocks = nn.ModuleList(_Block(width, config.heads) for _ in range(config.blocks))
        self.leave_modulation, self.leave = _modulation(width, 2), nn.Linear(width, patch)
        _start_at_zero(self.leave)

    def describe(self) -> dict[str, Any]:
        """The architecture as a card records it."""
        return {"kind": TRANSFORMER, **asdict(self.config)}

    def forward(self, noisy: Tensor, time: Tensor, conditions: Tensor, known: Tensor, periodic: bool = True) -> Tensor:
        """v, shape of `noisy`, whose edges are even."""
        embedding = self.embedded(time, conditions, known)[:, None]  # (batch, 1, width)
        patches = space_to_depth(noisy, PATCH)
        grid = patches.shape[2:]
        rotation = _rotation(grid, self.config.width // self.config.heads, periodic, noisy.device)
        walls = self.walls(_wall_nearness(grid[2], noisy.device)).repeat(grid[0] * grid[1], 1)
        tokens = self.enter(patches.flatten(2).transpose(1, 2)) + walls  # (batch, tokens, width), z fastest
        for block in self.blocks:
            tokens = block(tokens, embedding, rotation)
        shift, scale = self.leave_modulation(embedding).chunk(2, dim=-1)
        leaving = self.leave(_modulated(tokens, shift, scale))
        return depth_to_space(leaving.transpose(1, 2).unflatten(2, grid), PATCH)


class _Block(nn.Module):
    """Attention, then a layer for each token; the embedding scales, shifts and gates both, and opens no gate at first
    (adaLN-zero)."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.modulation = _modulation(width, 6)
        self.to_qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.query_gain, self.key_gain = (nn.Parameter(torch.ones(width // heads)) for _ in range(2))
        self.layer = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU("tanh"), nn.Linear(4 * width, width))

    def forward(self, tokens: Tensor, embedding: Tensor, rotation: tuple[Tensor, Tensor]) -> Tensor:
        """tokens (batch, tokens, width), embedding (batch, 1, width), same shape as `tokens` out."""
        shift, scale, gate, layer_shift, layer_scale, layer_gate = self.modulation(embedding).chunk(6, dim=-1)
        tokens = tokens + gate * self._attended(_modulated(tokens, shift, scale), rotation)
        return tokens + layer_gate * self.layer(_modulated(tokens, layer_shift, layer_scale))

    def _attended(self, tokens: Tensor, rotation: tuple[Tensor, Tensor]) -> Tensor:
        query, key, value = self.to_qkv(tokens).unflatten(2, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        query = _rotated(_normed(query, self.query_gain), rotation).to(value.dtype)
        key = _rotated(_normed(key, self.key_gain), rotation).to(value.dtype)
        mixed = F.scaled_dot_product_attention(query, key, value)  # (batch, heads, tokens, width / heads)
        return self.out(mixed.transpose(1, 2).flatten(2))


def _modulation(width: int, count: int) -> nn.Sequential:
    """`count` vectors of the embedding, all zero at first."""
    modulation = nn.Sequential(nn.Linear(width, MODULATION_RANK), nn.Linear(MODULATION_RANK, count * width))
    _start_at_zero(modulation[1])
    return modulation


def _start_at_zero(layer: nn.Module) -> None:
    for parameter in layer.parameters():
        nn.init.zeros_(parameter)


def _modulated(tokens: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    return F.layer_norm(tokens, tokens.shape[-1:]) * (1 + scale) + shift


def _normed(vectors: Tensor, gain: Tensor) -> Tensor:
    return F.rms_norm(vectors.float(), gain.shape, gain.float(), eps=1e-6)


def _rotation(grid: tuple[int, ...], head_width: int, periodic: bool, device: torch.device) -> tuple[Tensor, Tensor]:
    """cos and sin (tokens, head_width / 2) of each token's position: 3/8 of the angles tell x, as many y, the rest z.

    Laterally in a periodic film each wave is stretched until it fits into the edge a whole number of times, so that
    only differences modulo the edge count. Waves longer than the films of training keep larger films from repeating.
    """
    pairs = head_width // 2
    lateral = pairs * 3 // 8
    angles = []
    for axis, count in enumerate((lateral, lateral, pairs - 2 * lateral)):
        turns = grid[axis] / torch.logspace(math.log2(SHORTEST_WAVE), math.log2(LONGEST_WAVE), count, 2, device=device)
        if periodic and axis < 2:
            turns = turns.round().clamp_min(1)
        position = torch.arange(grid[axis], device=device) / grid[axis]
        shape = [1, 1, 1, count]
        shape[axis] = grid[axis]
        angles.append((2 * math.pi * position[:, None] * turns).reshape(shape).expand(*grid, count))
    angle = torch.cat(angles, dim=-1).flatten(0, 2)
    return angle.cos(), angle.sin()


def _rotated(vectors: Tensor, rotation: tuple[Tensor, Tensor]) -> Tensor:
    cosine, sine = rotation
    first, second = vectors.chunk(2, dim=-1)
    return torch.cat([first * cosine - second * sine, first * sine + second * cosine], dim=-1)


def _wall_nearness(height: int, device: torch.device) -> Tensor:
    """How near the electrodes below and above are, at several reaches (height, 2 · reaches)."""
    below = torch.arange(height, device=device) + 0.5
    distance = torch.stack([below, height - below], dim=-1)[..., None]
    return torch.exp(-distance / distance.new_tensor(WALL_REACHES)).flatten(1)
