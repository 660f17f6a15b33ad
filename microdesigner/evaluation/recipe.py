"""The posterior of the recipe: does it hold the truth as often as it says, and does its recipe make such films?"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from microdesigner.core.card import Parameter
from microdesigner.core.documents import plain_number
from microdesigner.core.errors import InputError
from microdesigner.core.events import Progress
from microdesigner.core.paths import write_text_atomic
from microdesigner.core.request import Request
from microdesigner.core.subsampling import subsample_evenly
from microdesigner.core.verification import Verification
from microdesigner.data.store import SERIES, VolumeDataset
from microdesigner.engine import Engine
from microdesigner.evaluation.jackknife import jackknife
from microdesigner.evaluation.metrics import finite
from microdesigner.evaluation.reconstruction import encoded
from microdesigner.evaluation.verification import verify_sample
from microdesigner.models.feature_predictor import FeaturePredictor
from microdesigner.training.calibration import DRAWS, LEVELS, spread_needed

FOLDS = 5


def evaluate_recipes(engine: Engine, dataset: VolumeDataset, count: int, path: Path) -> Iterator[Progress]:
    """Judge the posteriors of held-out films and write figures per processing parameter to `path`.

    Parameters
    ----------
    engine : Engine
        The model.
    dataset : VolumeDataset
        Films with recipes. Those that training held out gave the intervals their width; only a data set of new series
        judges that width.
    count : int
        Most films to judge.
    path : Path
        Document: per parameter what `judged` gives as the model ships, and "refitted" the same with the width that
        other series of this data set need, see `recalibrated`; "interval_share", the mean share of the trained range
        that the 90 % interval spans; "count" films of "series" series.

    Raises
    ------
    InputError
        When the model predicts no recipe or the data set records none.
    """
    names = [parameter.name for parameter in engine.card.process]
    if not names or not isinstance(engine.bundle.predictor, FeaturePredictor):
        raise InputError(f"{engine.card.name} has no posterior of a recipe to judge.")
    lacking = [name for name in names if name not in dataset.table]
    if lacking:
        raise InputError(f"{dataset.path} has no label '{lacking[0]}', which {engine.card.name} predicts.")
    chosen = subsample_evenly(dataset.held_out, count)
    truth = dataset.columns(names)[chosen].astype(np.float64)
    rows = []
    for done, index in enumerate(chosen, 1):
        rows.append(_draws(engine, dataset, int(index)))
        yield Progress("posterior", done, len(chosen))
    series = dataset.table[SERIES][chosen].astype(np.int64)
    draws = np.stack(rows)  # (volumes, draws, process)
    refitted = recalibrated(draws, truth, series)
    figures = {
        parameter.name: {
            **judged(draws[..., column], truth[:, column], series),
            "interval_share": _interval_share(draws[..., column], parameter),
            "count": len(chosen),
            "series": len(np.unique(series)),
            "refitted": judged(refitted[..., column], truth[:, column], series),
        }
        for column, parameter in enumerate(engine.card.process)
    }
    write_text_atomic(path, json.dumps(figures, indent=1, default=plain_number) + "\n")


def resimulated(engine: Engine, targets: Sequence[dict[str, float]], path: Path) -> Iterator[Progress]:
    """Generate a film for each target, anneal the recipe predicted for it, and write to `path` the median absolute
    difference of each descriptor between the two films, that which 90 % of the films stay below, and how many recipes
    could be simulated."""
    verifications = []
    for seed, target in enumerate(targets):
        request = Request(target, engine.card.name, seed=seed)
        (sample,) = engine.generate_each([request])
        *_, verification = verify_sample(request, sample, engine.device)
        assert isinstance(verification, Verification)
        verifications.append(verification)
        yield Progress("recipes", seed + 1, len(targets))
    simulated = [verification.errors for verification in verifications if not verification.reason]
    document = {
        "count": len(targets),
        "simulated": len(simulated),
        "median_error": {name: _size_at(0.5, [errors.get(name) for errors in simulated]) for name in targets[0]},
        "q90_error": {name: _size_at(0.9, [errors.get(name) for errors in simulated]) for name in targets[0]},
    }
    write_text_atomic(path, json.dumps(document, indent=1, default=plain_number) + "\n")


@torch.no_grad()
def _draws(engine: Engine, dataset: VolumeDataset, index: int) -> NDArray[np.float64]:
    """Posterior draws [draws, process] of the recipe of a volume of the data set."""
    prediction = engine.bundle.predictor(encoded(engine, dataset.phases(index)), engine.card.lateral == "periodic")
    posterior: NDArray[np.float64] = (
        prediction.posterior_samples(DRAWS, torch.Generator().manual_seed(index))[0].double().numpy()
    )
    return posterior


def recalibrated(
    draws: NDArray[np.float64], truth: NDArray[np.float64], series: NDArray[np.float64] | NDArray[np.int64]
) -> NDArray[np.float64]:
    """Posteriors `draws` (volumes, draws, process), each fifth of the series with the width that the other four fifths
    need (cross-validation); as they are where there are too few series."""
    known, number = np.unique(series, return_inverse=True)
    if len(known) < FOLDS:
        return draws
    judged_alone = draws.copy()
    for fold in range(FOLDS):
        own = number % FOLDS == fold
        median = np.median(draws[own], axis=1, keepdims=True)
        judged_alone[own] = median + spread_needed(draws[~own], truth[~own]) * (draws[own] - median)
    return judged_alone


def judged(
    draws: NDArray[np.float64], truth: NDArray[np.float64], series: NDArray[np.int64]
) -> dict[str, float | None]:
    """Figures of the posteriors of one parameter.

    Parameters
    ----------
    draws : ndarray, shape (volumes, draws)
        Samples of each posterior.
    truth : ndarray, shape (volumes,)
        The true values.
    series : ndarray of int, shape (volumes,)
        Series of each volume.

    Returns
    -------
    dict
        "coverage 50 %" and "coverage 90 %", the shares of volumes whose true value lies in the central interval, each
        with its "... error", a standard error over series; "crps", the continuous ranked probability score (Gneiting
        and Raftery 2007); "mae" of the median.
    """
    figures: dict[str, float | None] = {}
    for level in LEVELS:
        low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2], axis=1)
        inside = (low <= truth) & (truth <= high)
        name = f"coverage {100 * level:.0f} %"
        value, error = jackknife(series, lambda chosen, inside=inside: float(inside[chosen].mean()))  # type: ignore[misc]
        figures |= {name: finite(value, 5), f"{name} error": finite(error, 5)}
    spread = np.abs(draws - np.roll(draws, 1, axis=1)).mean(1)  # draws are independent, so neighbours are pairs
    figures["crps"] = finite(float((np.abs(draws - truth[:, None]).mean(1) - spread / 2).mean()), 5)
    figures["mae"] = finite(float(np.abs(np.median(draws, axis=1) - truth).mean()), 5)
    return figures


def _interval_share(draws: NDArray[np.float64], parameter: Parameter) -> float | None:
    low, high = np.quantile(draws, [0.05, 0.95], axis=1)
    span = parameter.high - parameter.low
    return finite(float((high - low).mean()) / span, 4) if span > 0 else None


def _size_at(level: float, errors: Sequence[float | None]) -> float | None:
    """The size that the share `level` of the errors stays below."""
    sizes = [abs(error) for error in errors if error is not None]
    return round(float(np.quantile(sizes, level)), 5) if sizes else None
