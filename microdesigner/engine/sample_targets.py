"""What one sample of a request aims at, and what its denoiser is conditioned on for that."""

from dataclasses import dataclass

import numpy as np

from microdesigner.core.card import ModelCard
from microdesigner.core.request import Request
from microdesigner.core.verdict import in_thickness

LEVELS = 0x6D6978
"""Apart from the samples' noise, which comes from generators of the same seeds."""


@dataclass(frozen=True)
class SampleTargets:
    """Targets in the model's own conditions: `requested` is what the film is to measure, `conditions` what a film of
    the same structure measures in the thickness that the model was trained on, for the denoiser knows no other."""

    requested: dict[str, float]
    conditions: dict[str, float]


def sample_targets(card: ModelCard, request: Request, index: int = 0) -> SampleTargets:
    """Targets of sample `index` of a request.

    What the request leaves to the training films (the mixed fraction where an acceptor fraction is given alone) is
    drawn for each sample from its seed, so that the samples differ in it as those films do.
    """
    level = float(np.random.default_rng((LEVELS, request.seed + index)).random())
    requested = card.conditioned_on(film_targets(request), level)
    size = request.size or card.shape
    return SampleTargets(requested, in_thickness(requested, size[2], card.shape[2]))


def film_targets(request: Request) -> dict[str, float]:
    """Targets of the whole film: fractions that are asked of its new part alone count what is given, too."""
    given = request.given
    if given is None:
        return request.targets
    return {name: given.film_fraction(name, value) for name, value in request.targets.items()}
