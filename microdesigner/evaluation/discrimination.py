"""Can a classifier tell generated films from simulated ones? 0.5 means that it cannot.

A random forest sees feature vectors, a small 3-D network sees voxels. Both judge films of series that they were not
trained on.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import rankdata
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import accuracy_score, roc_auc_score
from sklearn.model_selection import GroupKFold
from torch import Tensor, nn

from microdesigner.core.microstructure import PhaseArray
from microdesigner.evaluation.jackknife import jackknife
from microdesigner.evaluation.metrics import finite

TREES = 400
SMALLEST_LEAF = 2
MOST_FOLDS = 8
CROP = 32
WIDTHS = (16, 32, 64)
BATCH, STEPS, LEARNING_RATE = 16, 400, 3e-3
CROPS_JUDGED = 12


@dataclass(frozen=True)
class Discrimination:
    """How well a classifier tells two groups of films apart, with standard errors over series."""

    accuracy: float
    accuracy_error: float
    auc: float
    auc_error: float

    def to_json(self) -> dict[str, float | None]:
        """Rounded for reports and cards."""
        return {name: finite(value, 4) for name, value in vars(self).items()}


def forest_discrimination(
    simulated: NDArray[np.float64], other: NDArray[np.float64], series: NDArray[np.int64]
) -> Discrimination | None:
    """Random forest on feature vectors, cross-validated by series.

    Parameters
    ----------
    simulated, other : ndarray, shape (films, features)
        Features of simulated films and of the films to be told from them, pair by pair of one series. NaN is allowed.
    series : ndarray of int, shape (films,)
        Number of each pair's series.

    Returns
    -------
    Discrimination or None
        None where there are fewer than two series.
    """
    if len(np.unique(series)) < 2:
        return None
    inputs, groups = np.concatenate([simulated, other]), np.tile(series, 2)
    truth = np.repeat([0, 1], len(series))
    scores = np.empty(len(truth))
    folds = GroupKFold(min(MOST_FOLDS, len(np.unique(series))))
    for training, judged in folds.split(inputs, truth, groups):
        forest = RandomForestClassifier(TREES, min_samples_leaf=SMALLEST_LEAF, random_state=0)
        forest.fit(inputs[training], truth[training])
        scores[judged] = forest.predict_proba(inputs[judged])[:, 1]
    return _judged(scores, truth, groups)


def network_discrimination(
    simulated: Sequence[PhaseArray],
    other: Sequence[PhaseArray],
    series: NDArray[np.int64],
    device: torch.device,
    steps: int | None = None,
) -> Discrimination | None:
    """A small 3-D network on crops of `CROP`³ voxels, trained on one half of the series and judged on the other, twice.

    Parameters
    ----------
    simulated, other : sequence of ndarray of uint8, shape (x, y, z)
        Labels of simulated films and of those to be told from them, pair by pair of one series.
    series : ndarray of int, shape (films,)
        Number of each pair's series.
    device : torch.device
        Where the network is trained.
    steps : int
        Steps of training, each on `BATCH` crops; `STEPS` unless given.

    Returns
    -------
    Discrimination or None
        None where there are fewer than two series or the films are smaller than a crop.
    """
    known = np.unique(series)
    if len(known) < 2 or min(simulated[0].shape) < CROP:
        return None
    films, groups = [*simulated, *other], np.tile(series, 2)
    truth = np.repeat([0, 1], len(series))
    phases = 1 + max(int(film.max()) for film in films)
    scores = np.empty(len(truth))
    for fold in range(2):
        judged = np.isin(groups, known[fold::2])
        network = _trained(films, truth, np.flatnonzero(~judged), phases, device, steps or STEPS)
        raw = np.array([_score(network, films[index], phases, device) for index in np.flatnonzero(judged)])
        # two networks, two scales: only the order within a fold means something
        scores[judged] = (rankdata(raw) - 0.5) / len(raw)
    return _judged(scores, truth, groups)


class CropClassifier(nn.Module):
    """Strided 3-D convolutions and a mean over the crop: one logit per crop."""

    def __init__(self, phases: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for before, width, kernel, stride in zip((phases, *WIDTHS), WIDTHS, (5, 3, 3), (2, 2, 1), strict=False):
            layers += [nn.Conv3d(before, width, kernel, stride, kernel // 2), nn.BatchNorm3d(width), nn.SiLU()]
        self.features = nn.Sequential(*layers)
        self.head = nn.Linear(WIDTHS[-1], 1)

    def forward(self, crops: Tensor) -> Tensor:
        """One-hot crops (batch, phases, x, y, z) → logits (batch,)."""
        features = self.features(crops)  # (batch, width, x/4, y/4, z/4)
        logits: Tensor = self.head(features.mean((2, 3, 4)))[:, 0]
        return logits


def _trained(
    films: Sequence[PhaseArray], truth: NDArray[np.int64], training: NDArray[np.intp], phases: int,
    device: torch.device, steps: int,
) -> CropClassifier:  # fmt: skip
    random = np.random.default_rng(0)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = CropClassifier(phases).to(device)
    optimiser = torch.optim.AdamW(network.parameters(), LEARNING_RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, LEARNING_RATE, total_steps=steps)
    for _ in range(steps):
        chosen = random.choice(training, BATCH)
        crops = torch.stack([_crop(films[index], random, phases) for index in chosen]).to(device)
        labels = torch.from_numpy(truth[chosen]).to(device, torch.float32)
        loss = nn.functional.binary_cross_entropy_with_logits(network(crops), labels)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
    return network.eval()


@torch.no_grad()
def _score(network: CropClassifier, film: PhaseArray, phases: int, device: torch.device) -> float:
    """Mean logit over crops of a film, the same places for every film of one size."""
    random = np.random.default_rng(1)
    crops = torch.stack([_crop(film, random, phases) for _ in range(CROPS_JUDGED)]).to(device)
    return float(network(crops).mean())


def _crop(film: PhaseArray, random: np.random.Generator, phases: int) -> Tensor:
    """A random crop, mirrored and turned in the film's plane, one-hot (phases, x, y, z)."""
    corner = [int(random.integers(edge - CROP + 1)) for edge in film.shape]
    cut = film[tuple(slice(start, start + CROP) for start in corner)]
    if random.random() < 0.5:
        cut = cut.transpose(1, 0, 2)
    cut = cut[:: random.choice([-1, 1]), :: random.choice([-1, 1])]
    one_hot = cut[None] == np.arange(phases, dtype=np.uint8).reshape(-1, 1, 1, 1)
    return torch.from_numpy(one_hot.astype(np.float32))


def _judged(scores: NDArray[np.float64], truth: NDArray[np.int64], groups: NDArray[np.int64]) -> Discrimination:
    accuracy = jackknife(groups, lambda chosen: float(accuracy_score(truth[chosen], scores[chosen] > 0.5)))
    auc = jackknife(groups, lambda chosen: float(roc_auc_score(truth[chosen], scores[chosen])))
    return Discrimination(*accuracy, *auc)
