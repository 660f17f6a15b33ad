"""Batches of latents for the two stages that learn on them."""

from collections.abc import Iterator
from itertools import count

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset, TensorDataset

from microdesigner.core.subsampling import subsample_evenly
from microdesigner.training.latents import Latents
from microdesigner.training.volumes import resident_items

Batch = tuple[Tensor, Tensor, Tensor]
"""Latents (batch, latent, x, y, z), conditions (batch, n), recipe (batch, p)."""


class LatentBatches(IterableDataset[Batch]):
    """Endless training batches from number `first` on; periodic latents are rolled laterally, which is exact.

    Latents that fit a part of the free memory of `device` stay there, others in main memory.
    """

    def __init__(self, latents: Latents, batch: int, seed: int, device: torch.device, first: int = 0) -> None:
        self._batch, self._seed, self._first = batch, seed, first
        training = torch.from_numpy(~latents.held_out)
        columns = (latents.latents, latents.conditions, latents.process)
        selected = [column[training] for column in columns]
        resident = resident_items(device, selected[0][0].nbytes)
        fits = resident is None or len(selected[0]) <= resident
        self._clean, self._conditions, self._process = (column.to(device) if fits else column for column in selected)
        self._periodic = latents.periodic

    def __iter__(self) -> Iterator[Batch]:
        for number in count(self._first):
            random = np.random.default_rng((self._seed, number))
            chosen = torch.from_numpy(random.integers(len(self._clean), size=self._batch)).to(self._clean.device)
            clean = self._clean[chosen].float()
            if self._periodic:
                clean = rolled(clean, torch.from_numpy(random.integers(clean.shape[2:4], size=(self._batch, 2))))
            yield clean, self._conditions[chosen], self._process[chosen]


def rolled(films: Tensor, shifts: Tensor) -> Tensor:
    """Each of `films` (batch, channels, x, y, z) rolled by its own `shifts` (batch, 2) along x and y."""
    device, shifts = films.device, shifts.to(films.device)
    rows, columns = (
        (torch.arange(edge, device=device) - shifts[:, axis, None]) % edge for axis, edge in enumerate(films.shape[2:4])
    )
    film = torch.arange(len(films), device=device)[:, None, None]
    return films[film, :, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2, 4)  # gathered as (b, x, y, c, z)


def training_loader(latents: Latents, batch: int, seed: int, device: torch.device, first: int = 0) -> DataLoader[Batch]:
    """Loader of whole batches from number `first` on."""
    return DataLoader(LatentBatches(latents, batch, seed, device, first), batch_size=None)


def validation_loader(latents: Latents, batch: int, volumes: int) -> DataLoader[tuple[Tensor, ...]]:
    """So many held-out latents, evenly spread over series and times, the same at every validation."""
    chosen = subsample_evenly(latents.held_out, volumes)
    data = TensorDataset(latents.latents[chosen].float(), latents.conditions[chosen], latents.process[chosen])
    return DataLoader(data, batch_size=batch)
