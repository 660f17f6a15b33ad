"""How the labels of a data set are spread and how they hang together."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from microdesigner.data.store import VolumeDataset

BINS = 32
CONSTANT = 1e-3
REDUNDANT = 0.81  # of a label's variance told by others: a correlation of 0.9 where there is one other
SINGULAR = 1e-9


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


@dataclass(frozen=True)
class Redundancy:
    """The label `name` follows from the others: a linear combination of them tells the share `explained` of its
    variance; `partner` is the one that correlates most with it, by `correlation`."""

    name: str
    explained: float
    partner: str
    correlation: float

    def __str__(self) -> str:
        return (
            f"{self.name} follows from the other conditions: they explain {100 * self.explained:.0f} % of its "
            f"variance, {self.partner} most (r = {self.correlation:.2f})."
        )


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


def principal_components(names: Sequence[str], matrix: NDArray[np.float64]) -> PrincipalComponents:
    """PCA of the labels `names` with their correlations `matrix`; constant labels (0 on its diagonal) are left out."""
    varying = np.diag(matrix) > 0
    if not varying.any():
        return PrincipalComponents((), np.zeros(0), np.zeros((0, 0)))
    values, vectors = np.linalg.eigh(matrix[np.ix_(varying, varying)])
    retained = tuple(name for name, varies in zip(names, varying, strict=True) if varies)
    return PrincipalComponents(retained, np.clip(values[::-1], 0, None) / len(retained), vectors.T[::-1])


def most_redundant(names: Sequence[str], matrix: NDArray[np.float64]) -> Redundancy | None:
    """Which of the labels `names` with correlations `matrix` the others tell best, the later of equals; None where none
    is told by more than `REDUNDANT`. The share is the squared multiple correlation, 1 - 1 / (matrix⁻¹)ᵢᵢ."""
    varying = np.flatnonzero(np.diag(matrix) > 0)
    if len(varying) < 2:
        return None
    among = matrix[np.ix_(varying, varying)]
    explained = 1 - 1 / np.diag(np.linalg.inv(among + SINGULAR * np.eye(len(varying))))
    place = len(varying) - 1 - int(np.argmax(explained[::-1].round(3)))
    if explained[place] <= REDUNDANT:
        return None
    others = np.where(np.arange(len(varying)) == place, 0, np.abs(among[place]))
    partner = int(np.argmax(others))
    return Redundancy(
        names[varying[place]], float(explained[place]), names[varying[partner]], float(among[place, partner])
    )


def redundancies(names: Sequence[str], matrix: NDArray[np.float64]) -> list[Redundancy]:
    """Labels that can go one after the other until none of those left follows from the others."""
    found: list[Redundancy] = []
    retained = list(range(len(names)))
    while (redundant := most_redundant([names[i] for i in retained], matrix[np.ix_(retained, retained)])) is not None:
        found.append(redundant)
        retained.remove(list(names).index(redundant.name))
    return found
