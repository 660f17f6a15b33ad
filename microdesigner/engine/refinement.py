"""Refining latents: decode, count, and move along the derivatives until the film measures what was asked for."""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from microdesigner.engine.film_measure import Quantity, measured, measured_with_jacobian
from microdesigner.models.bundle import Bundle

ROUNDS = 6
TOLERANCE = 0.002
RENEWED_ABOVE = 0.05
LARGEST_MISS = 0.2
DAMPING = 1e-3


def refined(
    bundle: Bundle, latents: Tensor, conditions: Tensor, quantities: Sequence[Quantity], strength: float
) -> Iterator[Tensor]:
    """Yield the best latents (batch, channels, x, y, z) so far after each of at most `ROUNDS` rounds.

    `conditions` (batch, n) are the targets in the card's order. Each round takes `strength` of the smallest change that
    mends all misses of `quantities` to first order. The derivatives are corrected by what a round changed (Broyden's
    update) and renewed for latents that still miss by more than `RENEWED_ABOVE`; those within `TOLERANCE` stay. Nothing
    depends on the other latents of the batch.
    """
    columns = [quantity.column for quantity in quantities]
    wanted, scale = conditions[:, columns], bundle.predictor.descriptor_std[columns]
    periodic = bundle.card.lateral == "periodic"
    values, jacobian = measured_with_jacobian(bundle.autoencoder, latents, quantities, periodic)
    best, least = latents, _largest(wanted - values)
    for number in range(ROUNDS):
        missing = wanted - values
        far = _largest(missing)
        if float(far.max()) <= TOLERANCE:
            return
        if number and bool((renewed := far > RENEWED_ABOVE).any()):
            _, fresh = measured_with_jacobian(bundle.autoencoder, latents, quantities, periodic)
            jacobian = torch.where(renewed[:, None, None], fresh, jacobian)
        steps = missing.nan_to_num(0).clamp(-LARGEST_MISS, LARGEST_MISS) * (far > TOLERANCE)[:, None]
        change = strength * least_change(jacobian, steps, scale)
        latents = latents + change.reshape(latents.shape)
        before, values = values, measured(bundle.autoencoder, latents, quantities, periodic)
        jacobian = _corrected(jacobian, change, (values - before).nan_to_num(0))
        better = (distance := _largest(wanted - values)) < least
        best, least = torch.where(better[:, None, None, None, None], latents, best), torch.minimum(distance, least)
        yield best


def least_change(jacobian: Tensor, missing: Tensor, scale: Tensor) -> Tensor:
    """The smallest change (batch, n) of latents that, to first order, adds `missing` (batch, m) to the quantities whose
    `jacobian` is (batch, m, n): Jᵀ (J Jᵀ + damping)⁻¹ r, with each quantity in units of its `scale` (m,)."""
    rows = jacobian / scale[:, None]
    gram = rows @ rows.transpose(1, 2)
    damping = DAMPING * gram.diagonal(dim1=1, dim2=2).mean(-1)[:, None, None] * torch.eye(len(scale)).to(gram)
    weights = torch.linalg.solve(gram + damping, (missing / scale)[..., None])
    return (rows.transpose(1, 2) @ weights)[..., 0]


def _corrected(jacobian: Tensor, change: Tensor, gained: Tensor) -> Tensor:
    """`jacobian` (batch, m, n) as near as can be to one by which `change` (batch, n) gives `gained` (batch, m):
    Broyden's rank-one update (1965)."""
    foretold = (jacobian @ change[..., None])[..., 0]
    length = change.square().sum(1).clamp_min(torch.finfo(change.dtype).tiny)[:, None, None]
    return jacobian + (gained - foretold)[..., None] * change[:, None] / length


def _largest(missing: Tensor) -> Tensor:
    """Largest miss (batch,) among (batch, m); a value that does not exist misses by 1."""
    return missing.abs().nan_to_num(1.0).amax(1)
