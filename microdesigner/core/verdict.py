"""Whether a model can do what is asked, before it is done, and whether the film that came out is like its training."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from microdesigner.core.card import ModelCard
from microdesigner.core.descriptor_spec import DOMAIN_SIZE, INTERFACIAL_AREA, spec_of
from microdesigner.core.film_thickness import equivalent_tort1
from microdesigner.core.quantity import size_words, unit_words
from microdesigner.core.support import SPARSE, verdict

UNUSUAL, UNLIKE = 1.6, 2.2
"""Disagreement that one simulated film in a hundred exceeds, and that none of them comes near."""
SMALLEST_SHARE, LARGEST_SHARE = 0.5, 2.0
"""Edges over those of the training films between which films are known to meet their targets."""
Size = tuple[int, int, int]
Edges = tuple[float, float, float]


@dataclass(frozen=True)
class RequestVerdict:
    """What is known of a request before anything is generated.

    Attributes
    ----------
    support : float or None
        Standing of the targets among the training films, 0 to 1, judged for the size asked; None where the model's card
        holds no sample of them.
    words : str
        The same in words; "" where it is not known.
    nearest : dict
        The nearest targets that the training films support, for the size asked; the targets themselves where those are.
    warnings : tuple of str
        Sentences that must be read before the run: those on the size and on reach, then one on targets outside.
    size_warnings, reach_warnings : tuple of str
        Those on the size alone, and on targets that the others leave no room for.
    """

    support: float | None
    words: str
    nearest: dict[str, float]
    warnings: tuple[str, ...]
    size_warnings: tuple[str, ...]
    reach_warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class FilmVerdict:
    """How like the training films a generated film is.

    Attributes
    ----------
    disagreement : float or None
        Root mean square, over the conditions, of measured less predicted value in units of the predictor's own standard
        deviation: about 1 in films like those that it learned from. None where it predicts nothing.
    words : str
        The same in words; "" where it is not known.
    """

    disagreement: float | None
    words: str

    def to_json(self) -> dict[str, float | str | None]:
        """As results hold it."""
        rounded = None if self.disagreement is None else round(self.disagreement, 4)
        return {"disagreement": rounded, "words": self.words}


def film_warning(verdict: Mapping[str, Any]) -> str:
    """A sentence on a film whose result holds `verdict`, where it is unlike the training films, else ""."""
    disagreement = verdict.get("disagreement")
    if disagreement is None or disagreement < UNUSUAL:
        return ""
    return (
        f"The film is {verdict['words']} (what it measures lies {disagreement:.1f} standard deviations from what its "
        "structure suggests, about 1 in training films): look at it before you trust it."
    )


def judge_request(
    card: ModelCard, targets: Mapping[str, float], size: Size | None = None, voxel_nm: Edges | None = None
) -> RequestVerdict:
    """Judge `targets`, in the card's own conditions, for a film of `size` voxels with edges `voxel_nm` (None: the
    model's own)."""
    size, larger = size or card.shape, times_larger(card, voxel_nm)
    of_size = tuple(size_warnings(card, size))
    if (support := card.known_films) is None:
        return RequestVerdict(None, "", dict(targets), of_size, of_size)
    known = scaled(in_thickness(targets, size[2], card.shape[2]), 1 / larger)
    further = card.further_targets
    if further and not further.among(known):
        further = None
    of_reach = _beyond_sizes(card, known, larger)
    if further:
        known = further.completed(known, 0.5)
        missed = scaled(further.out_of_reach(known), larger)
        of_reach += tuple(_unreachable(name, value) for name, value in missed.items())
    value = support.value(known)
    nearest = dict(targets)
    if value < SPARSE:
        supported = support.nearest(known)
        moved = in_thickness(supported, card.shape[2], size[2])
        if further:
            moved |= further.expected(supported)
        moved = scaled(moved, larger)
        nearest = {name: round(moved[name], 4) for name in targets}
    words, warnings = verdict(value), [*of_size, *of_reach]
    if value < SPARSE and nearest != dict(targets):
        suggestion = ", ".join(f"{name}={value:g}" for name, value in nearest.items())
        layers = "" if size[2] == card.shape[2] else f" in a film of {size[2]} layers"
        warnings.append(f"The targets lie {words}{layers}; the nearest that it supports are {suggestion}.")
    return RequestVerdict(value, words, nearest, tuple(warnings), of_size, of_reach)


def _beyond_sizes(card: ModelCard, known: Mapping[str, float], larger: float) -> tuple[str, ...]:
    """A sentence that names the voxel edge for the domain size asked, where films of the present one have none such."""
    size, sizes = known.get(DOMAIN_SIZE), card.domain_size_nm
    if size is None or not sizes or min(sizes) <= size <= max(sizes):
        return ()
    edge = card.voxel_nm[0] * larger * size / median(sizes)
    least, most = (f"{larger * end:.3g}" for end in (min(sizes), max(sizes)))
    return (
        f"Domains of {larger * size:.3g} nm need a voxel edge of about {edge:.2g} nm, which scales the film; with the "
        f"edge asked for they measure {least} to {most} nm.",
    )


def _unreachable(name: str, value: float) -> str:
    spec = spec_of(name)
    unit = unit_words(spec.unit, " {}")
    return f"{spec.title}: films with the other targets measure about {value:.3g}{unit}; leave one of those free."


def judge_film(
    card: ModelCard,
    measured: Mapping[str, float | None],
    predicted: Mapping[str, Mapping[str, float]],
    size: Size,
) -> FilmVerdict:
    """Judge a film of `size` voxels by how far what it measures lies from what the feature predictor sees in it.

    Parameters
    ----------
    card : ModelCard
        The model.
    measured : mapping
        Values counted on the voxels; None for what does not exist.
    predicted : mapping
        {"mean", "std"} by condition, as results hold them.
    size : tuple of int
        Voxels along x, y, z.
    """
    layers = card.shape[2]
    scores = [
        (_in_thickness(name, value, size[2], layers) - predicted[name]["mean"]) / predicted[name]["std"]
        for condition in card.conditions
        if (name := condition.name) in predicted and (value := measured.get(name)) is not None
    ]
    if not scores:
        return FilmVerdict(None, "")
    disagreement = math.sqrt(sum(score**2 for score in scores) / len(scores))
    if disagreement >= UNLIKE:
        return FilmVerdict(disagreement, "unlike the training films")
    words = "like the training films" if disagreement < UNUSUAL else "unusual among the training films"
    return FilmVerdict(disagreement, words)


def in_thickness(targets: Mapping[str, float], layers: int, other_layers: int) -> dict[str, float]:
    """Values of a film of `layers` voxels along z as the same structure has them in `other_layers`."""
    return {name: _in_thickness(name, value, layers, other_layers) for name, value in targets.items()}


def times_larger(card: ModelCard, voxel_nm: Edges | None) -> float:
    """How many times as large as the model's own films of the same voxels are whose edges are `voxel_nm`."""
    return voxel_nm[0] / card.voxel_nm[0] if voxel_nm else 1.0


def scaled(targets: Mapping[str, float], larger: float) -> dict[str, float]:
    """Values of a film that is `larger` times as large: lengths are, areas per volume are smaller."""
    factors = {DOMAIN_SIZE: larger, INTERFACIAL_AREA: 1 / larger}
    return {name: value * factors.get(name, 1.0) for name, value in targets.items()}


def size_warnings(card: ModelCard, size: Sequence[int]) -> list[str]:
    """Sentences on a size that the model does less well than its own; none for the sizes that were measured."""
    requested, known = (size_words(edges) for edges in (size, card.shape))
    least, most = (
        "×".join(str(round(share * edge)) for edge in card.shape) for share in (SMALLEST_SHARE, LARGEST_SHARE)
    )
    shares = [edge / trained for edge, trained in zip(size, card.shape, strict=True)]
    if min(shares) < SMALLEST_SHARE:
        return [
            f"{card.name} was trained on films of {known} voxels; one of {requested} holds too few domains to meet its "
            f"targets and may miss them by some tenths: ask for at least {least}."
        ]
    if shares[2] > LARGEST_SHARE:
        return [
            f"{card.name} was trained on films of {known} voxels; how it does {size[2]} layers was never measured: "
            f"films up to {most} were."
        ]
    return []


def _in_thickness(name: str, value: float, layers: int, other_layers: int) -> float:
    if spec_of(name).kind != "tortuosity":
        return value
    return equivalent_tort1(value, layers, other_layers)
