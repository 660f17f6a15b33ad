"""What a film in the making keeps on disk: its folder, and the work that workers do there."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from microdesigner.core.documents import plain_number
from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import PhaseArray
from microdesigner.core.paths import atomic_path, check_room, remove_leftovers, write_text_atomic
from microdesigner.data.processes import visible
from microdesigner.engine.networks import InferenceNetworks
from microdesigner.engine.streaming.windows import Latent, Windows
from microdesigner.engine.worker_networks import worker_networks
from microdesigner.models.autoencoder import FACTOR
from microdesigner.models.tiling import tiles_along

IDENTITY_FILE = "film.json"
Tile = tuple[range, range]
"""Latent voxels along x and along y."""
Differences = NDArray[np.float16]
"""Logits of each phase but the first less those of the first, (phases - 1, x, y, z): all that labels depend on."""


@dataclass(frozen=True)
class Parts:
    """The folder of a film in the making, whose latent has the shape (channels, x, y, z); each file whole or absent."""

    folder: Path
    latent_shape: tuple[int, int, int, int]

    def claim(self, identity: dict[str, Any]) -> None:
        """Make the folder for the film that `identity` describes; raises InputError where it holds parts of another."""
        text = json.dumps(identity, default=plain_number, sort_keys=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        remove_leftovers(self.folder)
        path = self.folder / IDENTITY_FILE
        if path.exists() and path.read_text(encoding="utf-8") != text:
            raise InputError(
                f"{self.folder} holds an unfinished film of another request; finish it by the command that began it, "
                "or delete that folder."
            )
        write_text_atomic(path, text)

    def remove(self) -> None:
        """Delete the folder, once the film is written."""
        shutil.rmtree(self.folder)

    @property
    def latent(self) -> Path:
        """The denoised latent."""
        return self.folder / "latent.npy"

    @property
    def noisy(self) -> Path:
        """The latent that the denoiser is asked about."""
        return self.folder / "noisy.npy"

    def velocity(self, step: int) -> Path:
        """What the denoiser predicted at a step."""
        return self.folder / f"velocity-{step:04d}.npy"

    def differences(self, tile: Tile) -> Path:
        """A tile's logits, see `Differences`."""
        return self.folder / f"logits-{tile[0].start:04d}-{tile[1].start:04d}.npy"

    def labels(self, tile: Tile) -> Path:
        """A tile's labels [x, y, z]."""
        return self.folder / f"labels-{tile[0].start:04d}-{tile[1].start:04d}.npy"

    @property
    def tiles(self) -> list[Tile]:
        """All tiles, those along y next to each other."""
        _, x, y, _ = self.latent_shape
        return [(range(i.start, i.stop), range(j.start, j.stop)) for i in tiles_along(x) for j in tiles_along(y)]


def save(path: Path, values: NDArray[Any]) -> None:
    """Write an array, whole or not at all; raises MicrodesignerError where the disk is nearly full."""
    check_room(path)
    with atomic_path(path) as temporary:
        np.save(temporary, values)


def load(path: Path) -> NDArray[Any]:
    """Read an array that `save` wrote."""
    values: NDArray[Any] = np.load(path)
    return values


def voxels(tile: Tile) -> tuple[slice, slice]:
    """A tile's voxels along x and along y."""
    x, y = (slice(span.start * FACTOR, span.stop * FACTOR) for span in tile)
    return x, y


@dataclass(frozen=True)
class Work:
    """What a worker must know to work on a film: the model's name, hash and type of device, the device to use, the
    parts, and the conditions of the denoiser with which of them are known."""

    model: str
    identity: dict[str, str]
    device_type: str
    device: str
    parts: Parts
    conditions: tuple[float, ...]
    known: tuple[bool, ...]

    def networks(self) -> InferenceNetworks:
        """The model's networks in this worker; raises InputError where it does not see the folder or has others."""
        visible(self.parts.folder)
        return worker_networks(self.model, self.device, self.identity, self.device_type)


def predict_windows(work: Work, time: float, place: int, starts: Sequence[tuple[int, int]]) -> tuple[int, list[Latent]]:
    """`place`, and what the denoiser predicts at `time` for the windows at `starts` of the noisy latent, each
    (channels, x, y, z).

    They are denoised in full batches, filled up with the last, as kernels chosen by batch size differ in the last bits.
    """
    networks = work.networks()
    windows = Windows(work.parts.latent_shape, networks.periodic)
    x, y = windows.axes
    size = networks.policy.batch_size(x.window * y.window * windows.shape[3] * FACTOR**3)
    noisy = np.load(work.parts.noisy, mmap_mode="r")
    conditions = torch.tensor([work.conditions] * size, device=networks.device)
    known = torch.tensor([work.known] * size, dtype=torch.bool, device=networks.device)
    times = torch.full((size,), time, device=networks.device)
    predicted: list[Latent] = []
    for first in range(0, len(starts), size):
        cut = [windows.cut(noisy, start) for start in starts[first : first + size]]
        batch = torch.from_numpy(np.stack([*cut, *[cut[-1]] * (size - len(cut))])).to(networks.device)
        found = networks.velocity(batch, times, conditions, known)
        predicted += list(found[: len(cut)].contiguous().cpu().numpy())
    return place, predicted


def decode_tile(work: Work, tile: Tile) -> None:
    """Decode a tile of the latent in float32 and store its `Differences`."""
    networks = work.networks()
    latent = torch.from_numpy(load(work.parts.latent)).to(networks.device)
    x, y = (slice(places.start, places.stop) for places in tile)
    logits = networks.tile(latent, x, y)
    save(work.parts.differences(tile), (logits[1:] - logits[:1]).half().contiguous().cpu().numpy())


def label_tile(
    parts: Parts, tile: Tile, bias: NDArray[np.float32], places: NDArray[np.int64], settled: NDArray[np.uint8]
) -> None:
    """Store the labels of a tile whose logits (phases,) are raised by `bias`; those at `places` are `settled`."""
    logits = biased(load(parts.differences(tile)), bias)
    labels = logits.argmax(0).astype(np.uint8)
    labels.reshape(-1)[places] = settled
    save(parts.labels(tile), labels)


def biased(differences: Differences, bias: NDArray[np.float32]) -> NDArray[np.float32]:
    """Logits (phases, x, y, z) of a tile, up to what they have in common, raised by `bias` (phases,)."""
    logits = np.empty((len(bias), *differences.shape[1:]), np.float32)
    logits[0] = bias[0]
    np.add(differences, bias[1:, None, None, None], out=logits[1:], dtype=np.float32)
    return logits


def labels_around(parts: Parts, tile: Tile, rims: tuple[int, int], periodic: bool) -> tuple[PhaseArray, int, int]:
    """Labels [x, y, z] of a tile with `rims` more voxels before and behind it along x and y, fewer where the film ends,
    and how many lie before it along x and along y."""
    own, edges = voxels(tile), [edge * FACTOR for edge in parts.latent_shape[1:]]
    around = [np.arange(span.start - rims[0], span.stop + rims[1]) for span in own]
    if periodic:
        before = rims[0], rims[0]
        around = [places % edge for places, edge in zip(around, edges, strict=False)]
    else:
        before = min(rims[0], own[0].start), min(rims[0], own[1].start)
        around = [places[(places >= 0) & (places < edge)] for places, edge in zip(around, edges, strict=False)]
    found = np.empty((len(around[0]), len(around[1]), edges[2]), np.uint8)
    for other in parts.tiles:
        inside = [
            np.flatnonzero((places >= span.start) & (places < span.stop))
            for places, span in zip(around, voxels(other), strict=True)
        ]
        if inside[0].size and inside[1].size:
            theirs = np.load(parts.labels(other), mmap_mode="r")
            x, y = (places[here] - span.start for places, here, span in zip(around, inside, voxels(other), strict=True))
            found[np.ix_(*inside)] = theirs[np.ix_(x, y)]
    return found, *before
