"""Steering a sample towards its targets while it is denoised, by the gradient of the feature predictor."""

from collections.abc import Callable

import torch
from torch import Tensor

from microdesigner.core.descriptor_spec import spec_of
from microdesigner.models.bundle import Bundle
from microdesigner.models.diffusion import Velocity, noise_level, signal

FIRST_TIME, LAST_TIME = 0.95, 0.08
DAMPING = 1e-3
LARGEST_RESIDUAL = 0.1


def guided(velocity: Velocity, steer: Callable[[Tensor], Tensor], strength: float) -> Velocity:
    """`velocity` with its estimate of the clean latent moved by `strength` times what `steer` proposes.

    Neither at the noisiest times, when there is no structure to judge yet, nor at the last, so that the denoiser
    has the final word on what a film looks like.
    """

    def steered(noisy: Tensor, time: Tensor) -> Tensor:
        v = velocity(noisy, time)
        now = time[:1]
        if not LAST_TIME <= float(now) <= FIRST_TIME:
            return v
        clean = signal(now) * noisy - noise_level(now) * v
        return v - strength * steer(clean) / noise_level(now)

    return steered


def predictor_steering(bundle: Bundle, conditions: Tensor, asked: Tensor) -> Callable[[Tensor], Tensor]:
    """The smallest change of a clean latent that, to first order, makes the predicted phase fractions the wanted ones.

    `conditions` (batch, n) in physical units, `asked` (n,) bool. With the Jacobian J of the asked fractions in units of
    their spread, and their residual r, that change is Jᵀ (J Jᵀ + damping)⁻¹ r. Only fractions: the predictor knows
    them to 0.003; steering by its tortuosities (0.04) finds latents that fool it instead of films that have them.
    """
    kinds = [spec_of(condition.name).kind for condition in bundle.card.conditions]
    columns = [column for column, kind in enumerate(kinds) if kind == "fraction" and asked[column]]
    scale = bundle.predictor.descriptor_std
    periodic = bundle.card.lateral == "periodic"

    def steer(clean: Tensor) -> Tensor:
        if not columns:
            return torch.zeros_like(clean)
        with torch.enable_grad():
            latent = clean.detach().requires_grad_()
            predicted = bundle.predictor(latent, periodic).mean / scale
            rows = [torch.autograd.grad(predicted[:, c].sum(), latent, retain_graph=True)[0] for c in columns]
        jacobian = torch.stack([row.flatten(1) for row in rows], dim=1)  # (batch, asked, latent voxels)
        wanted = (conditions / scale)[:, columns] - predicted.detach()[:, columns]
        residual = wanted.clamp(-LARGEST_RESIDUAL / scale[columns], LARGEST_RESIDUAL / scale[columns])
        gram = jacobian @ jacobian.transpose(1, 2)
        damping = DAMPING * gram.diagonal(dim1=1, dim2=2).mean(-1)[:, None, None] * torch.eye(len(columns)).to(gram)
        weights = torch.linalg.solve(gram + damping, residual[..., None])
        return (jacobian.transpose(1, 2) @ weights)[..., 0].reshape(clean.shape)

    return steer
