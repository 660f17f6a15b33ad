"""Correcting a film while it is denoised, so that what refinement has left to do is small.

A latent that derivatives move after the last denoising step leaves the films that the denoiser knows: its interfaces
grow rough, the more the further it moves. Here the estimate of the clean latent is moved at each of the later steps,
and the steps that follow mend what the move has spoiled: manifold preserving guided diffusion (He et al., ICLR 2024).
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from microdesigner.engine.differentiable_descriptors import TargetQuantity
from microdesigner.engine.film_measure import FilmMeasure
from microdesigner.engine.known_part import KnownPart
from microdesigner.engine.latent_steps import least_change, moved
from microdesigner.engine.networks import InferenceNetworks

GAIN = 2.0
"""Of a correction that steps follow: the denoiser takes most of it back."""
LARGEST_MISS = 0.15
"""That is mended at once, of what is not given: the smaller that is, the further its latent would move."""
FRACTION_SCALE = 0.1
"""Of a fraction beside the scale of straight paths, when both are mended at once: the spread among films."""


class MeasuredGuidance:
    """Corrects the estimates of one latent by what their films measure.

    Parameters
    ----------
    networks : InferenceNetworks
    targets : Tensor
        As of `target_values`.
    quantities : list of TargetQuantity
        Those that are asked for and can be measured, one that depends on the shape of domains among them.
    steps, corrected : int, sequence of int
        How many steps there are, and the numbers from 0 of those whose estimates are corrected.
    known : KnownPart, optional
        The part of the film that is given.
    """

    def __init__(
        self,
        networks: InferenceNetworks,
        targets: Tensor,
        quantities: Sequence[TargetQuantity],
        steps: int,
        corrected: Sequence[int],
        known: KnownPart | None = None,
    ) -> None:
        self._measure = FilmMeasure(networks, targets, quantities, 1.0, known)
        self._targets = torch.cat([self._measure.targets, self._measure.fraction_targets()])
        fraction_scale = torch.full((len(self._measure.fractions),), FRACTION_SCALE)
        self._scale = torch.cat([self._measure.scale, fraction_scale])
        self._limit = LARGEST_MISS * (known.new_share if known else 1.0)
        self._jacobian: Tensor | None = None  # (quantities, latent voxels)
        self._steps, self._numbers, self._corrected = steps, iter(range(steps)), frozenset(corrected)

    @property
    def jacobian(self) -> Tensor | None:
        """Derivatives (shaped quantities asked for, latent voxels) of the first film that was measured."""
        return None if self._jacobian is None else self._jacobian[: len(self._measure.shaped)]

    def corrected(self, clean: Tensor) -> Tensor:
        """The next step's estimate `clean` (channels, x, y, z), moved towards the targets where one is due."""
        if (number := next(self._numbers)) not in self._corrected:
            return clean
        missing = (self._targets - self._values(clean)).nan_to_num(0).clamp(-self._limit, self._limit)
        assert self._jacobian is not None
        change = least_change(self._jacobian, (GAIN if number < self._steps - 1 else 1.0) * missing, self._scale)
        return moved(clean, change)

    def _values(self, clean: Tensor) -> Tensor:
        """What the estimate's film measures (quantities,); derivatives are those of the first."""
        measure = self._measure
        if self._jacobian is not None:
            film = measure.quick(clean)
            return torch.cat([measure.counted(film).values, measure.own_fractions(film.logits).cpu()])
        decoded = measure.with_derivatives(clean)
        straight, rows = measure.derivatives(decoded)
        fractions, fraction_rows = measure.fraction_derivatives(decoded)
        self._jacobian = torch.cat([rows, fraction_rows])
        return torch.cat([straight, fractions])
