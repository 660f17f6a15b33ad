"""Phase autoencoder: labelled volumes to a small continuous latent and back, strictly local."""

import math
from dataclasses import asdict, dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from microdesigner.models.layers import ChannelNorm, FilmConv, ResidualBlock, depth_to_space, space_to_depth

STEM = 4
FACTOR = 8


@dataclass(frozen=True)
class AutoencoderConfig:
    """Phases K, latent channels, and widths at 1/4 and 1/8 of the volume's resolution."""

    phases: int = 3
    latent_channels: int = 4
    width: int = 48
    deep_width: int = 96
    encoder_blocks: int = 1
    decoder_blocks: int = 2

    @property
    def factor(self) -> int:
        """Voxels per latent voxel along an edge."""
        return FACTOR


class PhaseAutoencoder(nn.Module):
    """Variational autoencoder with one-hot phases in and K logits out; 8³ voxels share `latent_channels` numbers.

    The stem packs 4³ voxels into channels and the head unpacks them, so that no wide convolution runs at full
    resolution. `latent_mean` and `latent_std` whiten the latent; every latent that leaves or enters is whitened.
    """

    wraps = True
    """Whether it keeps periodic faces periodic."""
    latent_mean: Tensor
    latent_std: Tensor

    def __init__(self, config: AutoencoderConfig) -> None:
        super().__init__()
        self.config = config
        phases, latent, width, deep = config.phases, config.latent_channels, config.width, config.deep_width
        self.stem = nn.Conv3d(phases * STEM**3, width, 1)
        self.fine_in = nn.ModuleList(ResidualBlock(width, width) for _ in range(config.encoder_blocks))
        self.down = nn.Conv3d(width * 8, deep, 1)
        self.deep_in = nn.ModuleList(ResidualBlock(deep, deep) for _ in range(config.encoder_blocks))
        self.to_posterior = nn.Conv3d(deep, 2 * latent, 1)
        self.from_latent = FilmConv(latent, deep)
        self.deep_out = nn.ModuleList(ResidualBlock(deep, deep) for _ in range(config.decoder_blocks))
        self.up = nn.Conv3d(deep, width * 8, 1)
        self.fine_out = nn.ModuleList(ResidualBlock(width, width) for _ in range(config.decoder_blocks))
        self.head_norm, self.head = ChannelNorm(width), FilmConv(width, phases * STEM**3)
        self.register_buffer("latent_mean", torch.zeros(1, latent, 1, 1, 1))
        self.register_buffer("latent_std", torch.ones(1, latent, 1, 1, 1))

    @property
    def whitened(self) -> bool:
        """Whether the latent's scale is set already, as that of a model to fine-tune is."""
        return bool((self.latent_std != 1).any())

    def describe(self) -> dict[str, Any]:
        """The architecture as a card records it."""
        return asdict(self.config)

    def freeze_encoder(self) -> None:
        """Let training change the decoder alone, so that latents keep their meaning."""
        for part in (self.stem, self.fine_in, self.down, self.deep_in, self.to_posterior):
            part.requires_grad_(False)

    @property
    def halo(self) -> int:
        """Latent voxels beyond which nothing influences a decoded voxel: one per convolution at 1/8 of the volume's
        resolution, half of one per convolution at 1/4."""
        deep, fine = 1 + 2 * self.config.decoder_blocks, 2 * self.config.decoder_blocks + 1
        return deep + math.ceil(fine / 2)

    def posterior(self, one_hot: Tensor, periodic: bool) -> tuple[Tensor, Tensor]:
        """Mean and log variance of the raw latent, each (batch, latent, x/8, y/8, z/8), of one-hot phases
        (batch, phases, x, y, z)."""
        features = self.stem(space_to_depth(one_hot, STEM))
        for block in self.fine_in:
            features = block(features, periodic)
        features = self.down(space_to_depth(features, FACTOR // STEM))
        for block in self.deep_in:
            features = block(features, periodic)
        mean, log_variance = self.to_posterior(features).chunk(2, dim=1)
        return mean, log_variance.clamp(-12, 4)

    def logits(self, raw_latent: Tensor, periodic: bool, skip_derivatives: bool = False) -> Tensor:
        """Phase logits (batch, phases, x, y, z) of a raw latent; with `skip_derivatives` their derivatives leave out
        what passes through the convolutions of residual blocks."""
        run = _through_skip if skip_derivatives else _through
        features = self.from_latent(raw_latent, periodic)
        for block in self.deep_out:
            features = run(block, features, periodic)
        features = depth_to_space(self.up(features), FACTOR // STEM)
        for block in self.fine_out:
            features = run(block, features, periodic)
        return depth_to_space(self.head(F.silu(self.head_norm(features)), periodic), STEM)

    def encode(self, one_hot: Tensor, periodic: bool) -> Tensor:
        """Whitened latent mean (batch, latent, x/8, y/8, z/8)."""
        mean, _ = self.posterior(one_hot, periodic)
        return (mean - self.latent_mean) / self.latent_std

    def decode(self, latent: Tensor, periodic: bool, skip_derivatives: bool = False) -> Tensor:
        """Phase logits (batch, phases, x, y, z) of a whitened latent; see `logits`."""
        return self.logits(latent * self.latent_std + self.latent_mean, periodic, skip_derivatives)


def _through(block: nn.Module, features: Tensor, periodic: bool) -> Tensor:
    return block(features, periodic)


def _through_skip(block: nn.Module, features: Tensor, periodic: bool) -> Tensor:
    with torch.no_grad():
        added = block(features, periodic) - features
    return features + added


def one_hot_phases(labels: Tensor, phases: int) -> Tensor:
    """uint8 labels (batch, x, y, z) → float one-hot (batch, phases, x, y, z)."""
    return torch.stack([labels == phase for phase in range(phases)], dim=1).float()


def phase_labels(logits: Tensor) -> Tensor:
    """Phase logits (batch, phases, x, y, z) → uint8 labels (batch, x, y, z) of the largest; the first of equal ones.

    On a CPU ten times faster than torch's argmax over so few strided entries.
    """
    largest, labels = logits[:, 0], torch.zeros_like(logits[:, 0], dtype=torch.uint8)
    for phase in range(1, logits.shape[1]):
        labels.masked_fill_(logits[:, phase] > largest, phase)
        largest = torch.maximum(largest, logits[:, phase])
    return labels
