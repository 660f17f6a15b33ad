"""Between the stages: encode the data set once, with lateral shifts and turns as exact augmentation."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from pathlib import Path

import h5py
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from microdesigner.compute import compute_policy
from microdesigner.core.errors import InputError
from microdesigner.core.events import Progress
from microdesigner.core.microstructure import Microstructure, PhaseArray
from microdesigner.core.paths import atomic_path
from microdesigner.data.hdf5_writing import written
from microdesigner.data.store import Description, VolumeDataset
from microdesigner.descriptors.structure_factor import film_domain_size
from microdesigner.models.autoencoder import one_hot_phases
from microdesigner.models.bundle import Autoencoder
from microdesigner.training.volumes import turned_at_random, volume_batches


@dataclass(frozen=True)
class Latents:
    """Whitened latents float16 (n, latent, x, y, z) with labels (n, labels), `domain_size` (n,) in nm and the
    validation mask (n,); `periodic` where any lateral shift of a latent is one of its film."""

    latents: Tensor
    conditions: Tensor
    process: Tensor
    domain_size: Tensor
    held_out: NDArray[np.bool_]
    periodic: bool

    def with_domain_size_condition(self) -> "Latents":
        """The same with ln(domain size) as a last condition."""
        return replace(self, conditions=torch.cat([self.conditions, self.domain_size.log()[:, None]], dim=1))


def is_encoded(path: Path) -> bool:
    """Whether `path` holds all that `load_latents` reads; runs of earlier versions lack the domain sizes."""
    if not path.exists():
        return False
    with _opened(path) as file:
        return "domain_size" in file


@contextmanager
def _opened(path: Path) -> Iterator[h5py.File]:
    """The encoded data set for reading; raises InputError naming a file that is damaged."""
    try:
        with h5py.File(path, "r") as file:
            yield file
    except Exception as error:  # HDF5 raises almost anything at damage
        raise InputError(f"{path} is damaged; delete it and resume, which encodes the volumes anew.") from error


def encode_dataset(path: Path, dataset: VolumeDataset, network: Autoencoder, variants: int) -> Iterator[Progress]:
    """Write the raw latent means of every volume in `variants` random turns and sub-block shifts, and its domain size;
    the file is whole or absent."""
    random = np.random.default_rng(0)
    total = len(dataset) * variants
    periodic = dataset.description.lateral == "periodic"
    shifts = network.config.factor if periodic else 0
    device = next(network.parameters()).device
    shape = (total, network.config.latent_channels, *(edge // network.config.factor for edge in dataset.shape))
    sizes: list[float] = []
    with atomic_path(path) as temporary, written(temporary) as (file, check), ThreadPoolExecutor() as pool:
        stored = file.create_dataset("latents", shape, np.float16)
        file["volume"] = np.repeat(np.arange(len(dataset)), variants)
        done = 0
        for volumes in volume_batches(dataset, range(len(dataset)), device):
            pairs = product(volumes, range(variants))
            labels = torch.stack([_variant(volume, dataset.description, n, random, shifts) for volume, n in pairs])
            with torch.inference_mode(), compute_policy(device).autocast():
                mean, _ = network.posterior(one_hot_phases(labels, network.config.phases), periodic)
            check()
            stored[done : done + len(mean)] = mean.float().cpu().numpy()
            done += len(mean)
            sizes += pool.map(partial(_domain_size, dataset.description), volumes.cpu().numpy())
            yield Progress("encode", done, total)
        file["domain_size"] = np.repeat(np.asarray(sizes, np.float32), variants)


def _domain_size(description: Description, phases: PhaseArray) -> float:
    """In nm; a film of one phase is one domain as long as its longest edge."""
    film = Microstructure(phases, description.voxel_nm, description.lateral, description.phase_names)
    edges = (count * edge for count, edge in zip(film.shape, film.spacing, strict=True))
    return film_domain_size(film) or max(edges)


def _variant(volume: Tensor, description: Description, number: int, random: np.random.Generator, shifts: int) -> Tensor:
    """The volume itself, then random turns and, where there are any, one of `shifts` along x and along y."""
    if number == 0:
        return volume
    volume = turned_at_random(volume, description, random)
    return volume.roll(tuple(random.integers(shifts, size=2).tolist()), (0, 1)) if shifts else volume


def whiten(path: Path, network: Autoencoder, held_out: NDArray[np.bool_]) -> None:
    """Set the network's latent mean and std from the training volumes in `path`; `held_out` is per volume."""
    with _opened(path) as file:
        training = ~held_out[file["volume"][...]]
        latents = file["latents"][...][training].astype(np.float32)
    axes = (0, 2, 3, 4)
    network.latent_mean.copy_(torch.from_numpy(latents.mean(axes)).reshape(network.latent_mean.shape))
    network.latent_std.copy_(torch.from_numpy(latents.std(axes)).reshape(network.latent_std.shape))


def load_latents(path: Path, dataset: VolumeDataset, network: Autoencoder) -> Latents:
    """The encoded data set, whitened, with its labels."""
    with _opened(path) as file:
        volume = file["volume"][...]
        raw = torch.from_numpy(file["latents"][...])
        domain_size = torch.from_numpy(file["domain_size"][...])
    factor, channels = network.config.factor, network.config.latent_channels
    shape = (len(volume), channels, *(edge // factor for edge in dataset.shape))
    numbers = set(np.unique(volume).tolist())
    if numbers != set(range(len(dataset))) or raw.shape != shape or domain_size.shape != volume.shape:
        raise InputError(
            f"{path} was encoded from other volumes than {dataset.path} holds; delete it and resume the run."
        )
    whitened = ((raw.float() - network.latent_mean.cpu()) / network.latent_std.cpu()).half()
    description = dataset.description
    return Latents(
        whitened,
        torch.from_numpy(dataset.columns(description.conditions)[volume]),
        torch.from_numpy(dataset.columns(description.process)[volume])
        if description.process
        else torch.empty(len(volume), 0),
        domain_size,
        dataset.held_out[volume],
        description.lateral == "periodic" and network.wraps,
    )
