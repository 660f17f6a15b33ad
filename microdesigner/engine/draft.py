"""A quick look at what a request makes: for sliders that are still moving."""

import numpy as np
import torch.nn.functional as F
from torch import Tensor

from microdesigner.core.conditions import fraction_labels
from microdesigner.core.events import Draft
from microdesigner.core.microstructure import PhaseArray
from microdesigner.core.request import Request
from microdesigner.engine.latents import Targets, drafted, initial_noises, latent_shape
from microdesigner.engine.matching import rough_labels
from microdesigner.engine.networks import InferenceNetworks
from microdesigner.engine.sample_targets import sample_targets

COARSENESS = 2


def draft(networks: InferenceNetworks, request: Request) -> Draft:
    """The first volume of `request` in two evaluations and half the resolution, its fractions nearly as asked; in
    the device's fastest number format.

    It comes from the noise of the request's first candidate, at the start and of every step, so it changes little by
    little with the targets and resembles the volume that the request makes.
    """
    card = networks.bundle.card
    targets = sample_targets(card, request)
    start = initial_noises(request.seed, 1, latent_shape(card, request.size or card.shape))[0]
    return Draft(coarse_film(networks, drafted(networks, request, targets.conditions, start), targets.requested))


def coarse_film(networks: InferenceNetworks, latent: Tensor, requested: Targets) -> PhaseArray:
    """Labels of the whole film of `latent` [channels, x, y, z] at half the resolution, with nearly the fractions
    requested."""
    card = networks.bundle.card
    voxels = [edge * card.latent.factor // COARSENESS for edge in latent.shape[1:]]
    logits = np.empty((len(card.phase_names), *voxels), np.float32)
    for x, y, fine in networks.tiles(latent[None], quickly=True):
        logits[:, _coarse(x), _coarse(y)] = F.avg_pool3d(fine, COARSENESS)[0].cpu().numpy()
    return rough_labels(logits, fraction_labels(requested, len(card.phase_names)))


def _coarse(voxels: slice) -> slice:
    return slice(voxels.start // COARSENESS, voxels.stop // COARSENESS)
