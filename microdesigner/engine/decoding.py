"""From a latent to the labels of a film: decoded tile by tile, or by its refinement, with exact fractions if asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from microdesigner.core.microstructure import PhaseArray
from microdesigner.engine.known_part import KnownPart
from microdesigner.engine.matching import match_fractions
from microdesigner.engine.networks import InferenceNetworks
from microdesigner.engine.refinement import Refinement
from microdesigner.models.autoencoder import phase_labels


@dataclass(frozen=True)
class DecodedFilm:
    """Labels [x, y, z] as they were decoded; where fractions are still to be made exact, also the logits
    [phase, x, y, z], with a mean `bias` per phase in them already."""

    phases: PhaseArray
    logits: NDArray[np.float32] | None = None
    bias: tuple[float, ...] = ()


class FilmDecoder:
    """Decodes films of `size` voxels, with these `fractions` by label (none: as the decoder has them) and the part that
    is `known`."""

    def __init__(
        self,
        networks: InferenceNetworks,
        size: tuple[int, int, int],
        fractions: Mapping[int, float],
        known: KnownPart | None,
    ) -> None:
        self._networks, self._size, self._fractions, self._known = networks, size, fractions, known
        self._names = networks.bundle.card.phase_names

    def film(self, latent: Tensor) -> DecodedFilm:
        """The film of `latent` [channels, x, y, z]."""
        tiles = self._networks.tiles(latent[None])
        if not self._fractions:
            phases = np.empty(self._size, np.uint8)
            for x, y, logits in tiles:
                phases[x, y] = phase_labels(logits)[0].cpu().numpy()
            return DecodedFilm(self._known.placed(phases) if self._known else phases)
        volume = np.empty((len(self._names), *self._size), np.float32)
        for x, y, logits in tiles:
            volume[:, x, y] = logits[0].cpu().numpy()
        if self._known:
            volume = self._known.pinned(torch.from_numpy(volume).to(self._networks.device)).cpu().numpy()
        return DecodedFilm(phase_labels(torch.from_numpy(volume)[None])[0].numpy(), volume, (0.0,) * len(volume))

    def refined(self, refinement: Refinement) -> DecodedFilm:
        """The film of a refined latent."""
        film = refinement.decoded()
        if not self._fractions:
            return DecodedFilm(film.phases)
        biased = (film.logits + film.bias[:, None, None]).contiguous().cpu().numpy()
        raw = phase_labels(film.logits[None])[0].cpu().numpy()
        return DecodedFilm(raw, biased, tuple(film.bias.mean(-1).tolist()))

    def matched(self, film: DecodedFilm) -> tuple[PhaseArray, dict[str, Any]]:
        """Labels [x, y, z] with exact fractions, and what that took: the whole bias per phase, and the share of voxels
        whose label differs from the decoded one."""
        assert film.logits is not None
        matched = match_fractions(film.logits, self._fractions)
        added = {
            name: round(one + more, 4) for name, one, more in zip(self._names, film.bias, matched.bias, strict=True)
        }
        return matched.phases, {"bias": added, "changed": float(np.mean(matched.phases != film.phases))}
