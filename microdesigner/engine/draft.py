"""A quick look at what a request makes: for sliders that are still moving."""

import numpy as np
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from microdesigner.core.events import Draft
from microdesigner.core.given import Given, Mask
from microdesigner.core.microstructure import PhaseArray
from microdesigner.core.phases import fraction_labels
from microdesigner.core.request import Request
from microdesigner.engine.known_part import SURE, KnownPart
from microdesigner.engine.latents import Targets, drafted, initial_noises, latent_shape
from microdesigner.engine.matching import rough_labels
from microdesigner.engine.morphing import known_film
from microdesigner.engine.networks import InferenceNetworks
from microdesigner.engine.sample_targets import sample_targets

COARSENESS = 2
KNOWN = 0.5
"""Share of a coarse voxel that is known where it is taken as known: one layer is half of it."""


def draft(networks: InferenceNetworks, request: Request) -> Draft:
    """The first volume of `request` in two evaluations and half the resolution, its fractions nearly as asked; in
    the device's fastest number format.

    It comes from the noise of the request's first candidate, at the start and of every step, so it changes little by
    little with the targets and resembles the volume that the request makes. What is given of the film is shown to the
    denoiser at every step, as in full, and its voxels are in place; nothing is fitted to them.
    """
    card = networks.bundle.card
    targets = sample_targets(card, request)
    start = initial_noises(request.seed, 1, latent_shape(card, request.size or card.shape))[0]
    part = known_film(networks, request.given)
    latent = drafted(networks, request, targets.conditions, start, [_Shown(part)] if part else [], part)
    return Draft(coarse_film(networks, latent, targets.requested, request.given))


class _Shown:
    """Lets one latent's estimates hold the known part of its film."""

    def __init__(self, part: KnownPart) -> None:
        self._part = part

    def corrected(self, clean: Tensor) -> Tensor:
        """An estimate `clean` (channels, x, y, z) with the known latents in it."""
        return self._part.shown(clean)


def coarse_film(
    networks: InferenceNetworks, latent: Tensor, requested: Targets, given: Given | None = None
) -> PhaseArray:
    """Labels of the whole film of `latent` [channels, x, y, z] at half the resolution, with nearly the fractions
    requested, and with what is `given` of it."""
    card = networks.bundle.card
    voxels = [edge * card.latent.factor // COARSENESS for edge in latent.shape[1:]]
    logits = np.empty((len(card.phase_names), *voxels), np.float32)
    for x, y, fine in networks.tiles(latent[None], quickly=True):
        logits[:, _coarse(x), _coarse(y)] = F.avg_pool3d(fine, COARSENESS)[0].cpu().numpy()
    fractions = fraction_labels(requested, card.phase_names)
    if given is None:
        return rough_labels(logits, fractions)
    known, own = _coarse_part(given, len(logits))
    logits[:, known] = SURE * (np.arange(len(logits))[:, None] == own[known])
    labels = rough_labels(logits, fractions)
    labels[known] = own[known]  # also where the fractions cannot be met around them
    return labels


def _coarse_part(given: Given, phases: int) -> tuple[Mask, PhaseArray]:
    """Coarse voxels [x, y, z] of which half is known, and the phase that most of that has."""
    labels = given.filled()
    shares = np.stack([_pooled((labels == label) & given.mask) for label in range(phases)])
    return shares.sum(axis=0) >= KNOWN, shares.argmax(axis=0).astype(np.uint8)


def _pooled(mask: Mask) -> NDArray[np.float64]:
    """Share of each coarse voxel [x, y, z] that a mask [x, y, z] fills."""
    x, y, z = (edge // COARSENESS for edge in mask.shape)
    shares: NDArray[np.float64] = mask.reshape(x, COARSENESS, y, COARSENESS, z, COARSENESS).mean(axis=(1, 3, 5))
    return shares


def _coarse(voxels: slice) -> slice:
    return slice(voxels.start // COARSENESS, voxels.stop // COARSENESS)
