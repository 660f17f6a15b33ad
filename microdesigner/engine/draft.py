"""A quick look at what a request makes: for sliders that are still moving."""

import numpy as np
import torch
import torch.nn.functional as F

from microdesigner.compute import compute_policy
from microdesigner.core.events import Draft
from microdesigner.core.request import Request
from microdesigner.engine.latents import candidate_draws, drafted, latent_shape
from microdesigner.engine.matching import fraction_labels, rough_labels
from microdesigner.models.bundle import Bundle
from microdesigner.models.tiling import decoded_in_tiles

COARSENESS = 2


def draft(bundle: Bundle, device: torch.device, request: Request) -> Draft:
    """The first volume of `request` in two evaluations and half the resolution, its fractions nearly as asked; in
    16-bit floats where the device computes with them.

    It grows from the noise of the request's first candidate, so it changes little by little with the targets and
    resembles the volume that the request makes.
    """
    card = bundle.card
    targets = card.conditioned_on(request.targets)
    size = request.size or card.shape
    draw = candidate_draws(request.seed, 1, latent_shape(card, size))[0]
    logits = np.empty((len(card.phase_names), *(edge // COARSENESS for edge in size)), np.float32)
    with torch.no_grad(), compute_policy(device).autocast():
        latent = drafted(bundle, request, targets, draw, device)[None]
        for x, y, fine in decoded_in_tiles(bundle.autoencoder, latent, card.lateral == "periodic"):
            logits[:, _coarse(x), _coarse(y)] = F.avg_pool3d(fine.float(), COARSENESS)[0].cpu().numpy()
    return Draft(rough_labels(logits, fraction_labels(targets, card.phase_names)))


def _coarse(voxels: slice) -> slice:
    return slice(voxels.start // COARSENESS, voxels.stop // COARSENESS)
