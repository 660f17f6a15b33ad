"""Whether a model can serve a request, by its card alone."""

from collections.abc import Mapping

import numpy as np

from microdesigner.core.card import ModelCard
from microdesigner.core.conditions import check_mixed_phase, known_targets
from microdesigner.core.errors import InputError
from microdesigner.core.given import Given
from microdesigner.core.microstructure import MAX_VOXELS
from microdesigner.core.phases import check_fraction_sum, fraction_labels
from microdesigner.core.quantity import size_words
from microdesigner.core.request import Request

SAME_SHAPE = 1e-3
"""Largest relative difference of the scales of a voxel's edges."""
MOST_VOXELS, MOST_STREAMED = 1 << 29, MAX_VOXELS
"""Of a film that is made in one piece, and of one that is made and written tile by tile."""


def check_request(card: ModelCard, request: Request, most_voxels: int = MOST_VOXELS) -> None:
    """Raise InputError when the model of `card` cannot serve `request`, or a film of it has more than `most_voxels`."""
    known = known_targets([parameter.name for parameter in card.targets], card.phase_names)
    for name in request.targets:
        if name not in known:
            raise InputError(f"The model {card.name} has no target '{name}'; it knows {', '.join(sorted(known))}.")
    check_fraction_sum(fraction_labels(request.targets, card.phase_names).values(), len(card.phase_names))
    _check_all_given(card, request)
    least = {condition.name: condition.low for condition in card.conditions}
    check_mixed_phase(card.name, card.conditioned_on(request.targets), least)
    if request.size is not None:
        _check_size(card, request.size, most_voxels)
    if request.voxel_nm is not None:
        _check_voxel(card, request.voxel_nm)
    if request.given is not None:
        _check_given(card, request.given, request.targets)


def _check_given(card: ModelCard, given: Given, targets: Mapping[str, float]) -> None:
    films = given.ends if given.other else (given.known_labels,)
    if max(int(labels.max()) for labels in films) >= len(card.phase_names):
        raise InputError(
            f"The given part has a phase that the model {card.name} does not know; its phases are "
            f"{', '.join(card.phase_names)}. Map the labels first."
        )
    fractions = fraction_labels(targets, card.phase_names)
    whole = {label: given.film_fraction(label, value) for label, value in fractions.items()}
    given.check_fractions(whole, card.phase_names)


def _check_all_given(card: ModelCard, request: Request) -> None:
    if not card.needs_all_targets:
        return
    given = card.conditioned_on(request.targets)
    missing = [condition.name for condition in card.conditions if condition.name not in given]
    if missing:
        raise InputError(f"The model {card.name} leaves no target free; give {', '.join(missing)} too.")


def _check_voxel(card: ModelCard, edges: tuple[float, float, float]) -> None:
    scales = [edge / own for edge, own in zip(edges, card.voxel_nm, strict=True)]
    if max(scales) > min(scales) * (1 + SAME_SHAPE):
        own = size_words(card.voxel_nm, " × ")
        raise InputError(
            f"voxel_nm would stretch the structures of {card.name}, which are known on voxels of {own} nm; scale "
            "all three edges alike."
        )


def _check_size(card: ModelCard, size: tuple[int, int, int], most_voxels: int) -> None:
    if card.fixed_size and size != card.shape:
        raise InputError(f"The model {card.name} makes volumes of {size_words(card.shape)} voxels only.")
    multiple = card.size_multiple
    if any(edge % multiple for edge in size):
        raise InputError(f"Each edge of size must be a multiple of {multiple} voxels; got {size_words(size)}.")
    if np.prod(size, dtype=np.int64) > most_voxels:
        remedy = "" if most_voxels > MOST_VOXELS else ", or write it tile by tile (--format zarr or raw)"
        raise InputError(
            f"A volume of {size_words(size)} voxels is too large to generate; stay below "
            f"2^{most_voxels.bit_length() - 1} voxels{remedy}."
        )
