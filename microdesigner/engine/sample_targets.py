"""What one sample of a request aims at, and what its denoiser is conditioned on for that."""

from dataclasses import dataclass

import numpy as np

from microdesigner.core.card import ModelCard
from microdesigner.core.phases import Names, fraction_label
from microdesigner.core.request import Request
from microdesigner.core.verdict import in_thickness, scaled, times_larger

LEVELS = 0x6D6978
"""Apart from the samples' noise, which comes from generators of the same seeds."""


@dataclass(frozen=True)
class SampleTargets:
    """Targets in the model's own conditions: `requested` is what the film is to measure, `conditions` what a film of
    the same structure measures in the thickness and the voxels that the model was trained on, for the denoiser knows no
    others. What is chosen for the sake of further targets is among the conditions; chosen fractions are requested, too,
    since they cost nothing to meet."""

    requested: dict[str, float]
    conditions: dict[str, float]


def sample_targets(card: ModelCard, request: Request, index: int = 0) -> SampleTargets:
    """Targets of sample `index` of a request.

    What the request leaves to the training films (the mixed fraction where an acceptor fraction is given alone) is
    drawn for each sample from its seed, so that the samples differ in it as those films do.
    """
    level = float(np.random.default_rng((LEVELS, request.seed + index)).random())
    requested = card.conditioned_on(film_targets(request, card.phase_names), level)
    layers = (request.size or card.shape)[2]
    aims = in_thickness(_of_new_part(card, request, requested), layers, card.shape[2])
    aims = scaled(aims, 1 / times_larger(card, request.voxel_nm))  # the model knows its structure in its own voxels
    further = card.further_targets
    if further is None or not further.among(aims):
        return SampleTargets(requested, aims)
    completed = further.completed(aims, level)
    if request.given is None:  # else they are those of the new part
        names = [each.name for each in card.conditions if fraction_label(each.name, card.phase_names) is not None]
        requested = {name: completed[name] for name in names} | requested
    return SampleTargets(requested, completed)


def _of_new_part(card: ModelCard, request: Request, requested: dict[str, float]) -> dict[str, float]:
    """What the denoiser is to aim at where a part is given: the fractions that the rest needs, as far as films of the
    model have them."""
    if request.given is None:
        return requested
    values = dict(requested)
    for condition in card.conditions:
        label = fraction_label(condition.name, card.phase_names)
        if label is not None and condition.name in values:
            needed = request.given.new_fraction(label, values[condition.name])
            values[condition.name] = float(np.clip(needed, condition.low, condition.high))
    return values


def film_targets(request: Request, phase_names: Names) -> dict[str, float]:
    """Targets of the whole film: fractions that are asked of its new part alone count what is given, too."""
    given = request.given
    if given is None:
        return request.targets
    labels = {name: fraction_label(name, phase_names) for name in request.targets}
    return {
        name: value if (label := labels[name]) is None else given.film_fraction(label, value)
        for name, value in request.targets.items()
    }
