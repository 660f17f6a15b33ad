"""What the autoencoder loses: held-out volumes encoded and decoded again."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from microdesigner.core.documents import plain_number
from microdesigner.core.events import Progress
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.paths import write_text_atomic
from microdesigner.core.subsampling import subsample_evenly
from microdesigner.data.store import VolumeDataset
from microdesigner.descriptors import sample_values
from microdesigner.engine import Engine
from microdesigner.models.autoencoder import one_hot_phases, phase_labels


def evaluate_reconstruction(engine: Engine, dataset: VolumeDataset, count: int, path: Path) -> Iterator[Progress]:
    """Encode and decode `count` held-out volumes of `dataset`, evenly spread, and write to `path` the rows "voxel
    accuracy" and one of absolute differences per condition, each with its mean, median and worst."""
    names = [condition.name for condition in engine.card.conditions]
    chosen = subsample_evenly(dataset.held_out, count)
    accuracies, differences = [], []
    for done, index in enumerate(chosen, 1):
        phases = dataset.phases(int(index))
        again = decoded(engine, encoded(engine, phases))
        accuracies.append(float((again == phases).mean()))
        differences.append(np.abs(_values(engine, again, names) - _values(engine, phases, names)))
        yield Progress("reconstruct", done, len(chosen))
    rows = {"voxel accuracy": _row(np.array(accuracies), worst=min(accuracies))}
    for name, column in zip(names, np.array(differences).T, strict=True):
        rows[f"difference of {name}"] = _row(column, worst=float(np.nanmax(column)))
    write_text_atomic(path, json.dumps(rows, indent=1, default=plain_number) + "\n")


def dataset_film(dataset: VolumeDataset, index: int) -> Microstructure:
    """Volume `index` of `dataset` with what the data set says of all of them."""
    description = dataset.description
    return Microstructure(dataset.phases(index), description.voxel_nm, description.lateral, description.phase_names)


@torch.no_grad()
def encoded(engine: Engine, phases: NDArray[np.uint8]) -> Tensor:
    """Whitened latent (1, latent, x/8, y/8, z/8) of labels [x, y, z]."""
    labels = torch.from_numpy(phases)[None].to(engine.device)
    one_hot = one_hot_phases(labels, len(engine.card.phase_names))
    return engine.bundle.autoencoder.encode(one_hot, engine.card.lateral == "periodic")


@torch.no_grad()
def decoded(engine: Engine, latent: Tensor) -> NDArray[np.uint8]:
    """Labels [x, y, z] of a whitened latent (1, latent, x/8, y/8, z/8)."""
    labels: NDArray[np.uint8] = (
        phase_labels(engine.bundle.autoencoder.decode(latent, engine.card.lateral == "periodic"))[0].cpu().numpy()
    )
    return labels


def _values(engine: Engine, phases: NDArray[np.uint8], names: list[str]) -> NDArray[np.float64]:
    """Measured values in the order of `names`; NaN for what does not exist."""
    volume = Microstructure(phases, engine.card.voxel_nm, engine.card.lateral, engine.card.phase_names)
    measured = sample_values(volume, names).values
    return np.array([measured[name] for name in names], dtype=np.float64)


def _row(values: NDArray[np.float64], worst: float) -> dict[str, float]:
    figures = {"mean": float(np.nanmean(values)), "median": float(np.nanmedian(values)), "worst": worst}
    return {name: round(value, 6) for name, value in figures.items()}
