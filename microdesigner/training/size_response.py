"""Before the bundle is saved: how generated domain sizes follow the domain size that conditions the denoiser."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from scipy.optimize import least_squares

from microdesigner.core.domain_sizes import DomainSizes, SizeResponse
from microdesigner.core.events import Listener, Progress
from microdesigner.core.subsampling import subsample_evenly
from microdesigner.data.store import VolumeDataset
from microdesigner.descriptors.structure_factor import film_domain_size
from microdesigner.models.bundle import Autoencoder
from microdesigner.models.conditioning import ConditionalDenoiser
from microdesigner.training.latents import Latents
from microdesigner.training.validation_samples import generated

SAMPLES = 64
TARGET_SHARE = 0.7
LEAST, START, MOST = (-4.0, 0.5, 1e-3), (0.0, 1.0, 0.1), (4.0, 1.5, 0.5)
"""Bounds and start of offset, slope and conditioning error; with that of `MOST` a denoiser does not follow."""


@dataclass(frozen=True)
class GeneratedSample:
    """A generated volume: ln of the domain size given as condition, ln of the measured one, and the other targets."""

    conditioned: float
    measured: float
    targets: dict[str, float]


def generated_samples(
    denoiser: ConditionalDenoiser,
    autoencoder: Autoencoder,
    latents: Latents,
    dataset: VolumeDataset,
    report: Listener,
) -> list[GeneratedSample]:
    """Volumes for the domain sizes of some training volumes, the last condition of `latents`, and for some of their
    other conditions, chosen at random. Those of a single phase are left out."""
    denoiser.eval()
    random = torch.Generator().manual_seed(0)
    names = dataset.description.conditions
    samples = []
    chosen = subsample_evenly(~latents.held_out, SAMPLES)
    for seed, conditions in enumerate(latents.conditions[chosen]):
        known = torch.rand(len(conditions), generator=random) < TARGET_SHARE
        known[-1] = True
        size = film_domain_size(generated(dataset, latents, autoencoder, denoiser, conditions, known, seed))
        targets = {name: float(value) for name, value, set_ in zip(names, conditions, known, strict=False) if set_}
        if size is not None:
            samples.append(GeneratedSample(float(conditions[-1]), math.log(size), targets))
        report(Progress("domain sizes", seed + 1, len(chosen)))
    return samples


def measured_response(samples: Sequence[GeneratedSample], sizes: DomainSizes) -> SizeResponse:
    """The response that predicts the domain sizes of `samples` best, by least squares; the exact one where the denoiser
    does not follow its condition, as one hardly trained."""
    if len(samples) <= len(START):
        return SizeResponse()
    conditioned, measured = (
        np.array([getattr(sample, name) for sample in samples]) for name in ("conditioned", "measured")
    )
    middle, spread = np.array([sizes.left_open(sample.targets) for sample in samples]).T
    fit = least_squares(
        lambda entries: SizeResponse(*entries).predicted(conditioned, middle, spread) - measured,
        START,
        bounds=(LEAST, MOST),
    )
    response = SizeResponse(*(round(float(entry), 4) for entry in fit.x))
    return response if response.conditioning_error_std < MOST[-1] else SizeResponse()
