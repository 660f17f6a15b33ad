"""What the feature predictor says of a latent, as the plain numbers that results hold."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from microdesigner.core.response import ResponseSurface
from microdesigner.models.bundle import Bundle

POSTERIOR_DRAWS = 1000
KEPT_DRAWS = 300
QUANTILES = (("q05", 0.05), ("q50", 0.5), ("q95", 0.95))


@dataclass(frozen=True)
class Reading:
    """`predicted` {"mean", "std"} per condition; `process` {"mean", "std", "q05", "q50", "q95"} per recipe parameter,
    with "best" of the recipe to try where the card tells how films respond to recipes; `draws`, posterior samples of
    the recipe, one list per parameter (entry i of each belongs to one recipe)."""

    predicted: dict[str, dict[str, float]]
    process: dict[str, dict[str, float]]
    draws: dict[str, list[float]]


@torch.no_grad()
def read_latent(bundle: Bundle, latent: Tensor, seed: int, measured: Mapping[str, float | None]) -> Reading:
    """Descriptors and recipe of `latent` [channels, x, y, z] whose film measures `measured`; the same `seed` gives the
    same posterior draws."""
    prediction = bundle.predictor(latent[None], bundle.card.lateral == "periodic")
    means, stds = prediction.mean[0].cpu().tolist(), prediction.std[0].cpu().tolist()
    predicted = {
        condition.name: {"mean": mean, "std": std}
        for condition, mean, std in zip(bundle.card.conditions, means, stds, strict=True)
    }
    if not bundle.card.process:
        return Reading(predicted, {}, {})
    generator = torch.Generator().manual_seed(seed)
    recipes = prediction.draw(POSTERIOR_DRAWS, generator)[0].double().cpu()  # (draws, parameters)
    columns = {parameter.name: recipes[:, index] for index, parameter in enumerate(bundle.card.process)}
    kept = {name: column[:KEPT_DRAWS].tolist() for name, column in columns.items()}
    process = {name: _summary(column) for name, column in columns.items()}
    if response := bundle.card.response:
        density = prediction.recipe_log_density(recipes.to(prediction.centre)).cpu()
        best = _most_fitting(response, density, columns, measured)
        process = {name: process[name] | {"best": float(column[best])} for name, column in columns.items()}
    return Reading(predicted, process, kept)


def _most_fitting(
    response: ResponseSurface, density: Tensor, columns: Mapping[str, Tensor], measured: Mapping[str, float | None]
) -> int:
    """Number of the recipe, among the likelier half by `density` (draws,), whose films measure on average most nearly
    `measured`: any one film owes part of what it measures to its seed."""
    recipes: dict[str, NDArray[np.float64] | float] = {name: column.numpy() for name, column in columns.items()}
    left_open = {name: measured[name] or 0.0 for name in response.inputs if name not in columns}
    misfit = torch.from_numpy(response.misfit(recipes | left_open, measured))
    return int(torch.where(density >= density.median(), misfit, torch.inf).argmin())


def _summary(values: Tensor) -> dict[str, float]:
    summary = {"mean": float(values.mean()), "std": float(values.std())}
    return summary | {name: float(values.quantile(share)) for name, share in QUANTILES}
