"""The feature predictor: descriptors with error bars, and a posterior over the recipe, from a clean latent."""

import math
from dataclasses import asdict, dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from microdesigner.models.layers import ChannelNorm, FilmConv, ResidualBlock, space_to_depth

PATCH = 2
MOMENTS = 4


@dataclass(frozen=True)
class PredictorConfig:
    """Latent channels, numbers of descriptors and of processing parameters, width and number of blocks,
    components of the mixture."""

    latent_channels: int = 4
    descriptors: int = 4
    process: int = 3
    width: int = 64
    blocks: int = 4
    components: int = 4


@dataclass(frozen=True)
class Prediction:
    """Descriptors as normals and the recipe as a mixture of normals, all in physical units.

    `mean` and `std` are (batch, descriptors), `log_weight` (batch, components), `centre` (batch, components, process),
    `factor` the lower Cholesky factors of the covariances (batch, components, process, process).
    """

    mean: Tensor
    std: Tensor
    log_weight: Tensor
    centre: Tensor
    factor: Tensor

    def recipe_log_density(self, process: Tensor) -> Tensor:
        """ln p(process) (batch,) of recipes (batch, process) in physical units."""
        offset = (process[:, None] - self.centre)[..., None]
        whitened = torch.linalg.solve_triangular(self.factor, offset, upper=False)[..., 0]
        log_volume = self.factor.diagonal(dim1=-2, dim2=-1).log().sum(-1)
        constant = 0.5 * process.shape[-1] * math.log(2 * math.pi)
        return torch.logsumexp(self.log_weight - 0.5 * whitened.square().sum(-1) - log_volume - constant, dim=-1)

    def posterior_samples(self, count: int, generator: torch.Generator) -> Tensor:
        """`count` recipes per sample from the posterior (batch, count, process); `generator` lives on the CPU."""
        batch, _, process = self.centre.shape
        chosen = torch.multinomial(self.log_weight.exp().cpu(), count, replacement=True, generator=generator)
        noise = torch.randn(batch, count, process, generator=generator)
        rows = torch.arange(batch)[:, None]
        centre, factor = self.centre.cpu()[rows, chosen], self.factor.cpu()[rows, chosen]
        return centre + (factor @ noise[..., None])[..., 0]


class FeaturePredictor(nn.Module):
    """Convolutions on blocks of 2³ latent voxels, lateral means, moments along z, then two heads; any film size.

    Moments along z because the electrodes differ: donor paths count from the anode, acceptor paths from the cathode.
    `recipe_spread` (process,) widens or narrows the posterior about its mean, so that its intervals hold the truth as
    often as they say.
    """

    descriptor_mean: Tensor
    descriptor_std: Tensor
    process_mean: Tensor
    process_std: Tensor
    recipe_spread: Tensor

    def __init__(self, config: PredictorConfig) -> None:
        super().__init__()
        self.config = config
        width = config.width
        self.enter = FilmConv(config.latent_channels * PATCH**3, width)
        self.blocks = nn.ModuleList(ResidualBlock(width, width) for _ in range(config.blocks))
        self.norm = ChannelNorm(width)
        self.trunk = nn.Sequential(nn.Linear(width * MOMENTS, 4 * width), nn.SiLU(), nn.Dropout(0.1))
        self.descriptor_head = nn.Linear(4 * width, 2 * config.descriptors)
        self.recipe_head = nn.Linear(4 * width, config.components * (1 + config.process + _triangle(config.process)))
        for name, size in (("descriptor", config.descriptors), ("process", config.process)):
            self.register_buffer(f"{name}_mean", torch.zeros(size))
            self.register_buffer(f"{name}_std", torch.ones(size))
        self.register_buffer("recipe_spread", torch.ones(config.process))

    def describe(self) -> dict[str, Any]:
        """The architecture as a card records it."""
        return asdict(self.config)

    def forward(self, latent: Tensor, periodic: bool = True) -> Prediction:
        """Whitened latent (batch, latent, x, y, z) → Prediction in physical units."""
        features = self.enter(space_to_depth(latent, PATCH), periodic)
        for block in self.blocks:
            features = block(features, periodic)
        profile = self.norm(features).mean((2, 3))  # (batch, width, z)
        hidden = self.trunk((profile @ _legendre(profile.shape[-1], profile.device)).flatten(1))
        mean, log_std = self.descriptor_head(hidden).chunk(2, dim=-1)
        mean = mean * self.descriptor_std + self.descriptor_mean
        return Prediction(mean, _positive(log_std) * self.descriptor_std, *self._recipe(self.recipe_head(hidden)))

    def _recipe(self, raw: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        count, size = self.config.components, self.config.process
        weight, centre, entries = torch.split(raw.reshape(len(raw), count, -1), [1, size, _triangle(size)], dim=-1)
        rows, columns = torch.tril_indices(size, size, device=raw.device)
        factor = raw.new_zeros(len(raw), count, size, size)
        factor[..., rows, columns] = torch.where(rows == columns, _positive(entries), entries)
        log_weight = torch.log_softmax(weight[..., 0], dim=-1)
        centre = centre * self.process_std + self.process_mean
        mean = (log_weight.exp()[..., None] * centre).sum(1, keepdim=True)
        centre = mean + (centre - mean) * self.recipe_spread
        return log_weight, centre, factor * (self.process_std * self.recipe_spread)[:, None]


def _triangle(size: int) -> int:
    return size * (size + 1) // 2


def _positive(raw: Tensor) -> Tensor:
    return F.softplus(raw) + 1e-3


def _legendre(length: int, device: torch.device) -> Tensor:
    """Legendre polynomials P₀..P₃ over the film's height, averaged by their sum (length, moments)."""
    z = (torch.arange(length, device=device) + 0.5) / length * 2 - 1
    polynomials = [torch.ones_like(z), z, (3 * z**2 - 1) / 2, (5 * z**3 - 3 * z) / 2]
    return torch.stack(polynomials, dim=-1) / length
