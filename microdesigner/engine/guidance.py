"""Steering a sample towards its targets while it is denoised: early by what a network predicts, late by measuring."""

from collections.abc import Callable

import torch
from torch import Tensor

from microdesigner.core.descriptor_spec import spec_of
from microdesigner.engine.film_measure import Quantity, measured, measured_with_jacobian
from microdesigner.models.bundle import Bundle
from microdesigner.models.diffusion import Velocity, noise_level, signal

Steer = Callable[[Tensor], Tensor]
"""Estimate of the clean latents (batch, channels, x, y, z) → the change that would mend them."""

FIRST_TIME = 0.95
DAMPING = 1e-3
LARGEST_PREDICTED, LARGEST_MEASURED = 0.1, 0.2
MEASURED_EVALUATIONS = 2


def guided(velocity: Velocity, early: Steer, late: Steer, strength: float, steps: int) -> Velocity:
    """`velocity` with its estimate of the clean latent moved by `strength` times what `early` proposes, and in the last
    evaluations of `steps` by all that `late` proposes.

    Not at the noisiest times, when there is no structure to judge yet.
    """
    turn = (MEASURED_EVALUATIONS + 0.5) / steps

    def steered(noisy: Tensor, time: Tensor) -> Tensor:
        v = velocity(noisy, time)
        now = time[:1]
        if float(now) > FIRST_TIME:
            return v
        clean = signal(now) * noisy - noise_level(now) * v
        change = late(clean) if float(now) < turn else strength * early(clean)
        return v - change / noise_level(now)

    return steered


def predictor_steering(bundle: Bundle, conditions: Tensor, asked: Tensor) -> Steer:
    """Steering by the feature predictor towards the asked phase fractions.

    `conditions` (batch, n) in physical units, `asked` (n,) bool. Only fractions: the predictor knows them to 0.003;
    steering by tortuosities that it knows less well finds latents that fool it instead of films that have them.
    """
    kinds = [spec_of(condition.name).kind for condition in bundle.card.conditions]
    columns = [column for column, kind in enumerate(kinds) if kind == "fraction" and asked[column]]
    scale = bundle.predictor.descriptor_std[columns]
    periodic = bundle.card.lateral == "periodic"

    def steer(clean: Tensor) -> Tensor:
        if not columns:
            return torch.zeros_like(clean)
        with torch.enable_grad():
            latent = clean.detach().requires_grad_()
            predicted = bundle.predictor(latent, periodic).mean[:, columns]
            rows = [torch.autograd.grad(column.sum(), latent, retain_graph=True)[0] for column in predicted.unbind(1)]
        jacobian = torch.stack([row.flatten(1) for row in rows], dim=1)
        missing = (conditions[:, columns] - predicted.detach()).clamp(-LARGEST_PREDICTED, LARGEST_PREDICTED)
        return least_change(jacobian, missing, scale).reshape(clean.shape)

    return steer


def measured_steering(bundle: Bundle, conditions: Tensor, quantities: list[Quantity]) -> Steer:
    """Steering by the measures themselves: decode, count, and move the latent along their derivatives.

    The derivatives of the first call serve the later ones too, when the film hardly changes any more.
    """
    columns = [quantity.column for quantity in quantities]
    scale = bundle.predictor.descriptor_std[columns]
    periodic = bundle.card.lateral == "periodic"
    known: list[Tensor] = []

    def steer(clean: Tensor) -> Tensor:
        if not quantities:
            return torch.zeros_like(clean)
        if known:
            values = measured(bundle.autoencoder, clean, quantities, periodic)
        else:
            values, jacobian = measured_with_jacobian(bundle.autoencoder, clean, quantities, periodic)
            known.append(jacobian)
        missing = (conditions[:, columns] - values).nan_to_num(0).clamp(-LARGEST_MEASURED, LARGEST_MEASURED)
        return least_change(known[0], missing, scale).reshape(clean.shape)

    return steer


def least_change(jacobian: Tensor, missing: Tensor, scale: Tensor) -> Tensor:
    """The smallest change (batch, n) of latents that, to first order, adds `missing` (batch, m) to the quantities whose
    `jacobian` is (batch, m, n): Jᵀ (J Jᵀ + damping)⁻¹ r, with each quantity in units of its `scale` (m,)."""
    rows = jacobian / scale[:, None]
    gram = rows @ rows.transpose(1, 2)
    damping = DAMPING * gram.diagonal(dim1=1, dim2=2).mean(-1)[:, None, None] * torch.eye(len(scale)).to(gram)
    weights = torch.linalg.solve(gram + damping, (missing / scale)[..., None])
    return (rows.transpose(1, 2) @ weights)[..., 0]
