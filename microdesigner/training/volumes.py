"""Volumes of a data set on their way to a GPU, which wants them faster than one process can read and unpack them."""

import os
from collections.abc import Iterator, Sequence
from itertools import permutations

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from microdesigner.data.store import Description, VolumeDataset

MOST_READERS = 12
RESIDENT_SHARE = 0.25
BATCH = {"cuda": 32, "cpu": 2}
TURNS, TURNS_OF_CUBE = 8, 48


class _Volumes(Dataset[Tensor]):
    """Labels uint8 (x, y, z) by number; each reading process opens the file for itself."""

    def __init__(self, dataset: VolumeDataset, indices: Sequence[int]) -> None:
        self._path, self._description, self._indices = dataset.path, dataset.description, indices
        self._opened: VolumeDataset | None = None

    def __len__(self) -> int:
        return len(self._indices)

    def __getitem__(self, number: int) -> Tensor:
        self._opened = self._opened or VolumeDataset(self._path, self._description)
        return torch.from_numpy(self._opened.phases(int(self._indices[number])))


def volume_batches(dataset: VolumeDataset, indices: Sequence[int], device: torch.device) -> Iterator[Tensor]:
    """The volumes `indices` in order as uint8 (batch, x, y, z) on `device`; for a GPU several processes read.

    They are spawned: a fork of a process that has used CUDA, or that has threads, may hang.
    """
    gpu = device.type == "cuda"
    readers = min(MOST_READERS, os.cpu_count() or 1) if gpu else 0
    loader: DataLoader[Tensor] = DataLoader(
        _Volumes(dataset, indices),
        BATCH.get(device.type, 1),
        num_workers=readers,
        pin_memory=gpu,
        multiprocessing_context="spawn" if readers else None,
    )
    for batch in loader:
        yield batch.to(device, non_blocking=True)


def resident_items(device: torch.device, item_bytes: int) -> int | None:
    """How many items of `item_bytes` may stay on `device` during training: a part of what is free on a GPU; elsewhere
    (None) as many as there are, since they lie in main memory anyway."""
    if device.type != "cuda":
        return None
    free, _ = torch.cuda.mem_get_info(device)
    return max(1, int(RESIDENT_SHARE * free) // item_bytes)


def resident_volumes(dataset: VolumeDataset, indices: Sequence[int], device: torch.device) -> Tensor:
    """The volumes `indices` as one uint8 tensor (n, x, y, z) on `device`."""
    volumes = torch.empty(len(indices), *dataset.shape, dtype=torch.uint8, device=device)
    start = 0
    for batch in volume_batches(dataset, indices, device):
        volumes[start : start + len(batch)] = batch
        start += len(batch)
    return volumes


def turned_volume(volume: Tensor, element: int) -> Tensor:
    """One of the `TURNS` of a film (x, y, z) in its plane, the symmetries of the square: quarter turns and mirrors."""
    rotated = torch.rot90(volume, element % 4, dims=(0, 1))
    return rotated.transpose(0, 1) if element >= 4 else rotated


def turned_cube(volume: Tensor, element: int) -> Tensor:
    """One of the `TURNS_OF_CUBE` of a cube (x, y, z) in space, its symmetries: axes exchanged, some reversed."""
    order, reversed_axes = divmod(element, 8)
    turned = volume.permute(*tuple(permutations(range(3)))[order])
    return turned.flip([axis for axis in range(3) if reversed_axes >> axis & 1])


def turned_at_random(volume: Tensor, description: Description, random: np.random.Generator) -> Tensor:
    """A volume of a data set turned and mirrored as its material allows: in the film's plane, or in space."""
    if description.isotropic:
        return turned_cube(volume, int(random.integers(TURNS_OF_CUBE)))
    return turned_volume(volume, int(random.integers(TURNS)))
