"""Films between two given ones: what the denoiser takes up on the way from one to the other.

Latents of two films are blended as independent noise is, with weights that keep their variance (Shoemake, SIGGRAPH
1985, on a sphere): of bicontinuous domains a blend has domains of the same kind. Denoising from a later time makes a
film of it, with the same noise for all blends, so that neighbours differ little; towards both ends it begins later and
later, until a film is left as it is.
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from weakref import WeakKeyDictionary

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from microdesigner.core.given import Given
from microdesigner.core.microstructure import PhaseArray
from microdesigner.engine.known_part import KnownPart
from microdesigner.engine.networks import InferenceNetworks
from microdesigner.models.autoencoder import one_hot_phases, phase_labels

MARGIN = 1.0
"""Logit by which both films' own phases lead in them, where the autoencoder leaves less: beyond what biases move."""

PROBES, PROBED = 17, 16
"""Blends that are looked at to know how fast films change on the way, and the latent voxels along x and y of each."""

EASE = 0.4
"""How much faster the way is at its ends than in its middle, where denoising, which decides for the film that outweighs
the other, changes films more than their blends differ."""


def known_film(networks: InferenceNetworks, given: Given | None) -> KnownPart | None:
    """What is given of a film on the device that makes it, once for all requests with the same; None for nothing."""
    if given is None:
        return None
    return (FilmBetween if given.other else KnownPart).of(networks, given)


class FilmBetween(KnownPart):
    """A film on the way from one film to another; none of its voxels is kept.

    Parameters
    ----------
    networks : InferenceNetworks
    given : Given
        Made by `Given.between`.

    Raises
    ------
    InputError
        When the model's autoencoder cannot take in a film.
    """

    def __init__(self, networks: InferenceNetworks, given: Given) -> None:
        super().__init__(networks, given)
        ends = _Ends.of(networks, given)
        first, second = ends.latents
        self._latent = blended(first, second, ends.angle(given.blend))
        first, second = ends.lifts
        self._lift = (1 - given.blend) * first + given.blend * second
        sizes = [size for size in ends.domain_sizes if size is not None]
        known = len(sizes) == len(ends.domain_sizes)
        self.domain_size = float(sizes[0] ** (1 - given.blend) * sizes[1] ** given.blend) if known else None

    def pinned(self, logits: Tensor) -> Tensor:
        """Logits (phases, x, y, z) with what the autoencoder loses of both films, as far as the film is theirs."""
        return logits + self._lift.to(logits.dtype)


def blended(first: Tensor, second: Tensor, angle: float) -> Tensor:
    """The latent (channels, x, y, z) at an angle from 0, one latent, to a right one, another: the mean lies on the line
    between theirs, what deviates from it on a circle."""
    own, other = (latent.mean((1, 2, 3), keepdim=True) for latent in (first, second))
    cosine, sine = math.cos(angle), math.sin(angle)
    return cosine**2 * own + sine**2 * other + cosine * (first - own) + sine * (second - other)


class _Ends:
    """Latents and domain sizes of two films, and what lifts the logits of their own phases to `MARGIN`."""

    def __init__(self, networks: InferenceNetworks, given: Given) -> None:
        nothing = np.zeros(given.shape, bool)
        films = [KnownPart(networks, Given.of(labels, nothing, strength=given.strength)) for labels in given.ends]
        self.latents = [film.latent for film in films]
        self.domain_sizes = [film.domain_size for film in films]
        self.lifts = [
            _lift(networks.decode(film.latent[None])[0], labels) for film, labels in zip(films, given.ends, strict=True)
        ]
        self._angles = _even_angles(networks, self.latents)

    def angle(self, blend: float) -> float:
        """That of the blend of latents at `blend`: from one blend to the next films change about equally."""
        eased = blend + EASE * math.sin(2 * math.pi * blend) / (2 * math.pi)
        return float(np.interp(eased, np.linspace(0, 1, PROBES), self._angles))

    @classmethod
    def of(cls, networks: InferenceNetworks, given: Given) -> "_Ends":
        """Those of a film, known already where the last one lay between the same two."""
        key, held = (given.labels, given.other), _held.get(networks)
        if held is None or held[0] != key:
            held = _held[networks] = key, cls(networks, given)
        return held[1]


_held: WeakKeyDictionary[InferenceNetworks, tuple[tuple[str, str], _Ends]] = WeakKeyDictionary()


def _even_angles(networks: InferenceNetworks, latents: Sequence[Tensor]) -> NDArray[np.float64]:
    """Angles [PROBES] between two latents from each of which to the next equally many voxels change: most do near the
    middle, where the second film outweighs the first."""
    first, second = (latent[:, :PROBED, :PROBED] for latent in latents)
    angles = np.linspace(0, math.pi / 2, PROBES)
    films = [phase_labels(networks.decode_quickly(blended(first, second, angle)[None])) for angle in angles]
    changed = np.cumsum([0.0, *(float((one != other).float().mean()) for one, other in pairwise(films))])
    even = np.linspace(0, 1, PROBES)
    return np.interp(even, changed / changed[-1], angles) if changed[-1] else angles


def _lift(logits: Tensor, labels: PhaseArray) -> Tensor:
    """What is to be added to `logits` (phases, x, y, z) so that `labels` [x, y, z] lead by `MARGIN`."""
    own = one_hot_phases(torch.from_numpy(labels.astype(np.int64))[None].to(logits.device), len(logits))[0].bool()
    others = logits.masked_fill(own, -math.inf).amax(0)
    missing = (others + MARGIN - logits).clamp(min=0)
    return torch.where(own, missing, torch.zeros_like(missing))
