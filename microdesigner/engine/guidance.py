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
from microdesigner.engine.latent_steps import least_change
from microdesigner.engine.networks import InferenceNetworks

START, SPACING = 0.5, 0.8
"""Time at which estimates begin to show the film that comes of them, and to which share of the time of a correction
time has fallen at the next: the last ones count most, since few steps follow that could take them back."""
GAIN = 2.0
"""Of a correction that steps follow: the denoiser takes most of it back."""
LARGEST_MISS = 0.15
FRACTION_SCALE = 0.1
"""Of a fraction beside the scale of straight paths, when both are mended at once: the spread among films."""
ROUNDING = 1e-6


class MeasuredGuidance:
    """Corrects the estimates of one latent by what their films measure.

    Parameters
    ----------
    networks : InferenceNetworks
    targets : Tensor
        Values (conditions,) in the order of the card's conditions.
    quantities : list of TargetQuantity
        The conditions that are asked for and can be measured.
    """

    def __init__(self, networks: InferenceNetworks, targets: Tensor, quantities: Sequence[TargetQuantity]) -> None:
        self._measure = FilmMeasure(networks, targets, quantities, 1.0)
        self._targets = torch.cat([self._measure.targets, self._measure.fraction_targets()])
        fraction_scale = torch.full((len(self._measure.fractions),), FRACTION_SCALE)
        self._scale = torch.cat([self._measure.scale, fraction_scale])
        self._jacobian: Tensor | None = None  # (quantities, latent voxels)
        self._next = START

    @property
    def jacobian(self) -> Tensor | None:
        """Derivatives (straight paths asked for, latent voxels) of the first film that was measured."""
        return None if self._jacobian is None else self._jacobian[: len(self._measure.straight)]

    def corrected(self, clean: Tensor, now: float, after: float) -> Tensor:
        """The estimate `clean` (channels, x, y, z) at time `now`, moved towards the targets; the next step ends at time
        `after`."""
        if now > self._next + ROUNDING:
            return clean
        self._next = now * SPACING
        missing = (self._targets - self._values(clean)).nan_to_num(0).clamp(-LARGEST_MISS, LARGEST_MISS)
        assert self._jacobian is not None
        change = least_change(self._jacobian, (GAIN if after > 0 else 1.0) * missing, self._scale)
        return clean + change.reshape(clean.shape).to(clean.device)

    def _values(self, clean: Tensor) -> Tensor:
        """What the estimate's film measures (quantities,); derivatives are those of the first."""
        measure, values = self._measure, []
        if self._jacobian is not None:
            film = measure.quick(clean)
            if measure.straight:
                values.append(measure.counted(film).values)
            if measure.fractions:
                values.append(measure.own_fractions(film.logits).cpu())
            return torch.cat(values)
        decoded, rows = measure.with_derivatives(clean), []
        for asked, derivatives in (
            (measure.straight, measure.derivatives),
            (measure.fractions, measure.fraction_derivatives),
        ):
            if asked:
                value, row = derivatives(decoded)
                values.append(value)
                rows.append(row)
        self._jacobian = torch.cat(rows)
        return torch.cat(values)
