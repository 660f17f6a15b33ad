"""Stage 1: the phase autoencoder."""

import math
from collections.abc import Iterator
from itertools import count

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import IterableDataset

from microdesigner.data.store import VolumeDataset
from microdesigner.models.autoencoder import PhaseAutoencoder, one_hot_phases
from microdesigner.training.presets import StagePlan
from microdesigner.training.stage import TrainingStage
from microdesigner.training.volumes import resident_items, resident_volumes, turned_at_random

CROP = 64
KL_WEIGHT = 0.03
DICE_WEIGHT = 0.1
FRACTION_WEIGHT = 10.0
DECODER_NOISE = 0.25


class Volumes(IterableDataset[Tensor]):
    """Endless random draws (x, y, z) of the given volumes, from draw number `first` on.

    A GPU given as `device` holds as many of the volumes as fit a part of its free memory; otherwise each is read when
    its turn comes.
    """

    def __init__(
        self,
        dataset: VolumeDataset,
        indices: NDArray[np.integer],
        seed: int,
        device: torch.device | None = None,
        first: int = 0,
    ) -> None:
        self.dataset, self._seed, self._device, self._first = dataset, seed, device, first
        resident = resident_items(device, math.prod(dataset.shape)) if device else None
        self._indices = np.random.default_rng(seed).permutation(indices)[:resident]

    def __iter__(self) -> Iterator[Tensor]:
        held = resident_volumes(self.dataset, self._indices.tolist(), self._device) if self._device else None
        for draw in count(self._first):
            random = np.random.default_rng((self._seed, draw))
            number = int(random.integers(len(self._indices)))
            volume = self._read(number) if held is None else held[number]
            yield self.training_view(volume, random).contiguous()

    def _read(self, number: int) -> Tensor:
        return torch.from_numpy(self.dataset.phases(int(self._indices[number])))

    def training_view(self, phases: Tensor, random: np.random.Generator) -> Tensor:
        """What training sees of the volume `phases`: all of it."""
        return phases


class Crops(Volumes):
    """Endless random crops (x, y, z): lateral shift where periodic, turned as the material allows, whole height."""

    def training_view(self, phases: Tensor, random: np.random.Generator) -> Tensor:
        """A random crop of the volume, turned at random."""
        phases = turned_at_random(phases, self.dataset.description, random)
        x, y, _ = phases.shape
        if self.dataset.description.lateral == "periodic":
            phases = phases.roll((int(random.integers(x)), int(random.integers(y))), (0, 1))
            return phases[:CROP, :CROP]
        left, front = int(random.integers(max(1, x - CROP + 1))), int(random.integers(max(1, y - CROP + 1)))
        return phases[left : left + CROP, front : front + CROP]


class AutoencoderStage(TrainingStage):
    """Cross-entropy + soft Dice + squared error of the volume fractions + KL to a standard normal.

    With `decoder_only` the encoder stays, so that a denoiser trained on its latents goes on to serve. Latents are then
    less noisy than the posterior (by `DECODER_NOISE`): nothing holds them apart any more, and details gain.
    """

    network: PhaseAutoencoder

    def __init__(self, network: PhaseAutoencoder, plan: StagePlan, decoder_only: bool = False) -> None:
        super().__init__(network, plan)
        self._noise = DECODER_NOISE if decoder_only else 1.0
        if decoder_only:
            network.freeze_encoder()

    def loss(self, batch: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """batch: uint8 labels (batch, x, y, z)."""
        one_hot = one_hot_phases(batch, self.network.config.phases)
        mean, log_variance = self.network.posterior(one_hot, periodic=False)
        raw = mean + self._noise * torch.randn_like(mean) * (0.5 * log_variance).exp()
        logits = self.network.logits(raw, periodic=False).float()
        entropy = F.cross_entropy(logits, batch.long())
        shares = logits.softmax(dim=1)
        space = (2, 3, 4)
        overlap = 2 * (shares * one_hot).sum(space) / (shares.sum(space) + one_hot.sum(space) + 1)
        fractions = (shares.mean(space) - one_hot.mean(space)).square().sum(1).mean()
        divergence = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).float().sum() / batch.numel()
        total = entropy + DICE_WEIGHT * (1 - overlap.mean()) + FRACTION_WEIGHT * fractions + KL_WEIGHT * divergence
        return total, {"cross_entropy": entropy, "divergence": divergence}

    def validate(self, batch: Tensor) -> dict[str, Tensor]:
        """Cross-entropy, voxel accuracy and largest error of a phase fraction, from the latent mean."""
        one_hot = one_hot_phases(batch, self.network.config.phases)
        mean, _ = self.network.posterior(one_hot, periodic=False)
        logits = self.network.logits(mean, periodic=False).float()
        decoded = one_hot_phases(logits.argmax(1), self.network.config.phases)
        fraction_error = (decoded.mean((2, 3, 4)) - one_hot.mean((2, 3, 4))).abs().max(1).values.mean()
        accuracy = (decoded * one_hot).sum(1).mean()
        return {"loss": F.cross_entropy(logits, batch.long()), "accuracy": accuracy, "fraction_error": fraction_error}
