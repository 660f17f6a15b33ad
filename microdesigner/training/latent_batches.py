"""Batches of latents for the two stages that learn on them."""

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset, TensorDataset

from microdesigner.training.latents import Latents

Batch = tuple[Tensor, Tensor, Tensor]
"""Latents (batch, latent, x, y, z), conditions (batch, n), recipe (batch, p)."""


class LatentBatches(IterableDataset[Batch]):
    """Endless training batches; periodic latents are rolled laterally, which is exact."""

    def __init__(self, latents: Latents, batch: int, seed: int) -> None:
        self._latents, self._batch, self._seed = latents, batch, seed
        self._indices = np.flatnonzero(~latents.held_out)

    def __iter__(self) -> Iterator[Batch]:
        random = np.random.default_rng(self._seed)
        while True:
            chosen = random.choice(self._indices, self._batch)
            clean = self._latents.latents[chosen].float()
            if self._latents.periodic:
                clean = torch.stack([self._rolled(latent, random) for latent in clean])
            yield clean, self._latents.conditions[chosen], self._latents.process[chosen]

    def _rolled(self, latent: Tensor, random: np.random.Generator) -> Tensor:
        shifts = int(random.integers(latent.shape[1])), int(random.integers(latent.shape[2]))
        return torch.roll(latent, shifts, dims=(1, 2))


def training_loader(latents: Latents, batch: int, seed: int) -> DataLoader[Batch]:
    """Loader of whole batches."""
    return DataLoader(LatentBatches(latents, batch, seed), batch_size=None)


def validation_loader(latents: Latents, batch: int, count: int) -> DataLoader[tuple[Tensor, ...]]:
    """`count` held-out latents, evenly spread over series and times, the same at every validation."""
    held_out = np.flatnonzero(latents.held_out)
    chosen = held_out[np.linspace(0, len(held_out) - 1, min(count, len(held_out))).astype(int)]
    data = TensorDataset(latents.latents[chosen].float(), latents.conditions[chosen], latents.process[chosen])
    return DataLoader(data, batch_size=batch)
