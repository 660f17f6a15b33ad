"""How the labels of a data set are spread and how they hang together."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from microdesigner.data.store import VolumeDataset

BINS = 32
CONSTANT = 1e-3


@dataclass(frozen=True)
class Distribution:
    """Histogram of one label over training and held-out volumes (the paper's Fig. 15): `edges` (bins + 1)."""

    label: str
    edges: NDArray[np.float64]
    training: NDArray[np.int64]
    held_out: NDArray[np.int64]


@dataclass(frozen=True)
class PrincipalComponents:
    """PCA of the standardised labels `names`: `shares` of the variance (n,), falling, and `loadings` (n, names)."""

    names: tuple[str, ...]
    shares: NDArray[np.float64]
    loadings: NDArray[np.float64]


def distributions(dataset: VolumeDataset, labels: Sequence[str]) -> list[Distribution]:
    """Range plots of `labels`."""
    plots = []
    for label in labels:
        column = dataset.table[label]
        edges = np.histogram_bin_edges(column, BINS)
        training, held_out = (np.histogram(column[side], edges)[0] for side in (~dataset.held_out, dataset.held_out))
        plots.append(Distribution(label, edges, training, held_out))
    return plots


def constant_labels(dataset: VolumeDataset, labels: Sequence[str]) -> list[str]:
    """Those of `labels` whose range over the training volumes is below `CONSTANT` of their size."""
    training = {label: dataset.table[label][~dataset.held_out] for label in labels}
    return [label for label, values in training.items() if np.ptp(values) <= CONSTANT * np.abs(values).max()]


def correlations(dataset: VolumeDataset, labels: Sequence[str]) -> NDArray[np.float64]:
    """Pearson correlations (labels, labels) over the training volumes; 0 with a constant label."""
    columns = np.stack([dataset.table[label][~dataset.held_out] for label in labels])
    away = columns - columns.mean(axis=1, keepdims=True)
    norm = np.sqrt((away**2).sum(axis=1))
    varying = ~np.isin(labels, constant_labels(dataset, labels))
    scaled = np.where(varying[:, None], away / np.where(norm > 0, norm, 1)[:, None], 0)
    matrix: NDArray[np.float64] = scaled @ scaled.T
    return matrix


def principal_components(dataset: VolumeDataset, labels: Sequence[str]) -> PrincipalComponents:
    """PCA of `labels` over the training volumes; constant labels are left out."""
    constant = constant_labels(dataset, labels)
    names = tuple(label for label in labels if label not in constant)
    if not names:
        return PrincipalComponents((), np.zeros(0), np.zeros((0, 0)))
    values, vectors = np.linalg.eigh(correlations(dataset, names))
    return PrincipalComponents(names, np.clip(values[::-1], 0, None) / len(names), vectors.T[::-1])
