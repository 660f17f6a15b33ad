"""What should be known about a data set before hours are spent on training with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from microdesigner.data.store import VolumeDataset

CHECKS_VERSION = 1
Severity = Literal["good", "note", "warning", "error"]


@dataclass(frozen=True)
class Check:
    """One finding: `name` of the check, how severe, a sentence, and what helps ("" where nothing need be done).

    "error" means that training would fail or teach nothing; "warning" that the model will be worse than it could be.
    """

    name: str
    severity: Severity
    sentence: str
    remedy: str = ""


@dataclass(frozen=True)
class Distribution:
    """Histogram of one label over training and held-out volumes (the paper's Fig. 15): `edges` (bins + 1)."""

    label: str
    edges: NDArray[np.float64]
    training: NDArray[np.int64]
    held_out: NDArray[np.int64]


@dataclass(frozen=True)
class PrincipalComponents:
    """PCA of the standardised conditions: `shares` of the variance (n,), falling, and `loadings` (n, conditions)."""

    names: tuple[str, ...]
    shares: NDArray[np.float64]
    loadings: NDArray[np.float64]


def check_dataset(dataset: VolumeDataset, conditions: Sequence[str], process: Sequence[str]) -> list[Check]:
    """Sizes, labels, empty phases, duplicates, constant and correlated conditions, amount, split; worst first.

    Exactly one `Check` per subject that is in order ("good"), one or more where it is not.
    """
    raise NotImplementedError


def distributions(dataset: VolumeDataset, labels: Sequence[str]) -> list[Distribution]:
    """Range plots of `labels`."""
    raise NotImplementedError


def correlations(dataset: VolumeDataset, labels: Sequence[str]) -> NDArray[np.float64]:
    """Pearson correlations (labels, labels) over the training volumes; 0 with a constant label."""
    raise NotImplementedError


def principal_components(dataset: VolumeDataset, labels: Sequence[str]) -> PrincipalComponents:
    """PCA of `labels` over the training volumes; constant labels are left out."""
    raise NotImplementedError
