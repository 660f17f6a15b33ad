"""Before the bundle is saved: how the denoiser follows a domain size that it is told, measured on films it makes."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from scipy.optimize import least_squares

from microdesigner.core.domain_sizes import DomainSizes, SizeResponse
from microdesigner.core.events import Listener, Progress
from microdesigner.core.spread import some_of
from microdesigner.data.store import VolumeDataset
from microdesigner.descriptors.structure_factor import film_domain_size
from microdesigner.models.bundle import Autoencoder
from microdesigner.models.conditioning import ConditionalDenoiser
from microdesigner.training.drawing import generated
from microdesigner.training.latents import Latents

FILMS = 64
SHARE_ASKED = 0.7
LEAST, START, MOST = (-4.0, 0.5, 1e-3), (0.0, 1.0, 0.1), (4.0, 1.5, 0.5)
"""Bounds and start of offset, slope and noise; a denoiser that hears with an error of `MOST` does not follow."""


@dataclass(frozen=True)
class Film:
    """A film that was generated: ln of the domain size told and made, and what else was asked of it."""

    told: float
    made: float
    targets: dict[str, float]


def generated_films(
    denoiser: ConditionalDenoiser,
    autoencoder: Autoencoder,
    latents: Latents,
    dataset: VolumeDataset,
    report: Listener,
) -> list[Film]:
    """Films for the domain sizes of some training films, the last condition of `latents`, and for some of their other
    conditions, chosen at random. Those of a single phase are left out."""
    denoiser.eval()
    random = torch.Generator().manual_seed(0)
    names = dataset.description.conditions
    films = []
    chosen = some_of(~latents.held_out, FILMS)
    for seed, conditions in enumerate(latents.conditions[chosen]):
        known = torch.rand(len(conditions), generator=random) < SHARE_ASKED
        known[-1] = True
        size = film_domain_size(generated(dataset, latents, autoencoder, denoiser, conditions, known, seed))
        targets = {name: float(value) for name, value, asked in zip(names, conditions, known, strict=False) if asked}
        if size is not None:
            films.append(Film(float(conditions[-1]), math.log(size), targets))
        report(Progress("domain sizes", seed + 1, len(chosen)))
    return films


def measured_response(films: Sequence[Film], sizes: DomainSizes) -> SizeResponse:
    """The response that tells best, by least squares, what was made of `films`; the exact one where the denoiser does
    not follow what it is told, as one hardly trained."""
    if len(films) <= len(START):
        return SizeResponse()
    told, made = (np.array([getattr(film, name) for film in films]) for name in ("told", "made"))
    middle, spread = np.array([sizes.left_open(film.targets) for film in films]).T
    fit = least_squares(
        lambda entries: SizeResponse(*entries).made(told, middle, spread) - made, START, bounds=(LEAST, MOST)
    )
    response = SizeResponse(*(round(float(entry), 4) for entry in fit.x))
    return response if response.noise < MOST[-1] else SizeResponse()
