"""What the feature predictor says of a latent or of a volume, as the plain numbers that results hold."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from microdesigner.core.card import Parameter
from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.quantity import size_words
from microdesigner.core.response import ResponseSurface
from microdesigner.core.result import Sample
from microdesigner.core.verdict import judge_film, judge_request
from microdesigner.descriptors import sample_values
from microdesigner.models.autoencoder import one_hot_phases
from microdesigner.models.bundle import Bundle
from microdesigner.models.feature_predictor import PATCH

POSTERIOR_SAMPLES = 1000
STORED_SAMPLES = 300
MOST_VOXELS = 2 * 256 * 256 * 128
"""Of a volume that is encoded in one piece."""
LOWEST, HIGHEST = 0.05, 0.95
QUANTILES = (("q05", LOWEST), ("q50", 0.5), ("q95", HIGHEST))


@dataclass(frozen=True)
class PropertyPrediction:
    """`predicted` {"mean", "std"} per condition; `process` {"mean", "std", "q05", "q50", "q95", "interval_share"} per
    recipe parameter, the last being the share of the trained range that the interval from q05 to q95 spans, with "best"
    of the recipe to try where the card tells how films respond to recipes; `draws`, posterior samples of the recipe,
    one list per parameter (entry i of each belongs to one recipe)."""

    predicted: dict[str, dict[str, float]]
    process: dict[str, dict[str, float]]
    draws: dict[str, list[float]]


@torch.no_grad()
def predict_properties(
    bundle: Bundle, latent: Tensor, seed: int, measured: Mapping[str, float | None]
) -> PropertyPrediction:
    """Descriptors and recipe of `latent` [channels, x, y, z] whose film measures `measured`; the same `seed` gives the
    same posterior draws."""
    prediction = bundle.predictor(latent[None], bundle.card.lateral == "periodic")
    means, stds = prediction.mean[0].cpu().tolist(), prediction.std[0].cpu().tolist()
    predicted = {
        condition.name: {"mean": mean, "std": std}
        for condition, mean, std in zip(bundle.card.conditions, means, stds, strict=True)
    }
    if not bundle.card.process:
        return PropertyPrediction(predicted, {}, {})
    generator = torch.Generator().manual_seed(seed)
    recipes = prediction.posterior_samples(POSTERIOR_SAMPLES, generator)[0].double().cpu()  # (draws, parameters)
    columns = {parameter.name: recipes[:, index] for index, parameter in enumerate(bundle.card.process)}
    stored = {name: column[:STORED_SAMPLES].tolist() for name, column in columns.items()}
    process = {parameter.name: _summary(columns[parameter.name], parameter) for parameter in bundle.card.process}
    if response := bundle.card.response:
        density = prediction.recipe_log_density(recipes.to(prediction.centre)).cpu()
        best = _most_fitting(response, density, columns, measured)
        process = {name: process[name] | {"best": float(column[best])} for name, column in columns.items()}
    return PropertyPrediction(predicted, process, stored)


def analysed(bundle: Bundle, volume: Microstructure, seed: int = 0) -> Sample:
    """What the model sees in a volume that it did not generate: what it measures, how it could have been made.

    Parameters
    ----------
    bundle : Bundle
        The model.
    volume : Microstructure
        A film of the model's phases and voxel edges; edges that nobody knows are taken for the model's.
    seed : int
        Seed of the posterior draws.

    Returns
    -------
    Sample
        With `measured`, `predicted`, `process` and `draws` as a generated one has; its `support` is that of what it
        measures.

    Raises
    ------
    InputError
        Where the volume has other phases or voxels than the model, or more voxels or other edges than the encoder
        takes.
    """
    card = bundle.card
    latent = encoded(bundle, volume)
    # its phases are the model's by their labels, whatever the file calls them
    film = replace(volume, phase_names=card.phase_names)
    report = sample_values(film, [condition.name for condition in card.conditions])
    prediction = predict_properties(bundle, latent, seed, report.values)
    targets = {c.name: float(value) for c in card.conditions if (value := report.values.get(c.name)) is not None}
    request, judged = (
        judge_request(card, targets, volume.shape),
        judge_film(card, report.values, prediction.predicted, volume.shape),
    )
    return Sample(
        volume, seed, report.values, report.reasons, prediction.predicted, prediction.process, prediction.draws,
        support=request.support, verdict={"request": request.words, **judged.to_json()},
    )  # fmt: skip


def encoded(bundle: Bundle, volume: Microstructure) -> Tensor:
    """The latent (channels, x, y, z) of a volume, on the model's device; raises InputError as `analysed` does."""
    _check_alike(bundle, volume)
    labels = torch.from_numpy(np.ascontiguousarray(volume.phases))[None]
    one_hot = one_hot_phases(labels.to(bundle.predictor.descriptor_std.device), len(bundle.card.phase_names))
    with torch.no_grad():
        latent: Tensor = bundle.autoencoder.encode(one_hot, volume.periodic)[0]
    return latent


def _check_alike(bundle: Bundle, volume: Microstructure) -> None:
    card = bundle.card
    if len(volume.phase_names) != len(card.phase_names):
        raise InputError(
            f"{card.name} knows films of {len(card.phase_names)} phases, this volume names {len(volume.phase_names)}; "
            "choose another model, or map the labels."
        )
    if volume.voxel_nm and card.voxel_nm and not np.allclose(volume.voxel_nm, card.voxel_nm, rtol=0.01):
        edges = [size_words(each, " × ") for each in (volume.voxel_nm, card.voxel_nm)]
        raise InputError(f"The volume's voxels are {edges[0]} nm, those of {card.name} {edges[1]} nm; resample it.")
    if volume.phases.size > MOST_VOXELS:
        size = size_words(volume.shape)
        raise InputError(f"This volume of {size} voxels is too large to be encoded whole; crop it.")
    multiple = card.latent.factor * PATCH
    if any(edge % multiple for edge in volume.shape):
        size = size_words(volume.shape)
        raise InputError(
            f"Edges must be multiples of {multiple} voxels for {card.name}; this volume is {size}: crop it."
        )


def _most_fitting(
    response: ResponseSurface, density: Tensor, columns: Mapping[str, Tensor], measured: Mapping[str, float | None]
) -> int:
    """Number of the recipe, among the likelier half by `density` (draws,) and within the 90 % interval of every
    parameter, whose films measure on average most nearly `measured`: any one film owes part of what it measures to its
    seed."""
    recipes = {name: column.numpy() for name, column in columns.items()}
    misfit = torch.from_numpy(response.misfit(recipes, measured))
    inside = torch.ones_like(density, dtype=torch.bool)
    for column in columns.values():
        inside &= (column >= column.quantile(LOWEST)) & (column <= column.quantile(HIGHEST))
    likely = inside & (density >= density[inside].median())
    return int(torch.where(likely, misfit, torch.inf).argmin())


def _summary(values: Tensor, parameter: Parameter) -> dict[str, float]:
    summary = {"mean": float(values.mean()), "std": float(values.std())}
    summary |= {name: float(values.quantile(share)) for name, share in QUANTILES}
    span = parameter.high - parameter.low
    share = (summary["q95"] - summary["q05"]) / span if span > 0 else math.inf
    return summary | ({"interval_share": share} if math.isfinite(share) else {})
