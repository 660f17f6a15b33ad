"""Steps of a latent towards what is asked of its film, from derivatives that need only be nearly right."""

import torch
from torch import Tensor

DAMPING = 1e-3


def least_change(jacobian: Tensor, missing: Tensor, scale: Tensor) -> Tensor:
    """The smallest change (n,) of a latent that, to first order, adds `missing` (m,) to the quantities whose `jacobian`
    is (m, n): Jᵀ (J Jᵀ + damping)⁻¹ r, with each quantity in units of its `scale` (m,)."""
    if not len(missing):
        return torch.zeros(jacobian.shape[1])
    rows = jacobian / scale[:, None]
    gram = rows @ rows.T
    damping = (DAMPING * gram.diagonal().mean() + torch.finfo(gram.dtype).tiny) * torch.eye(len(scale))
    return rows.T @ torch.linalg.solve(gram + damping, missing / scale)


def moved(latent: Tensor, change: Tensor) -> Tensor:
    """`latent` (channels, x, y, z) plus `change` (n,), which may be on another device."""
    return latent + change.reshape(latent.shape).to(latent.device)


def broyden_update(jacobian: Tensor, change: Tensor, gained: Tensor) -> Tensor:
    """The matrix nearest to `jacobian` (m, n) by which `change` (n,) gives `gained` (m,): C. G. Broyden, Math. Comp.
    19, 577 (1965)."""
    foretold = jacobian @ change
    length = change.square().sum().clamp_min(torch.finfo(change.dtype).tiny)
    return jacobian + torch.outer(gained - foretold, change) / length
