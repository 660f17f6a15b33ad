"""Muon: for kernels, momentum whose singular values are made alike; AdamW for everything else (Jordan et al. 2024).

torch.optim.Muon takes matrices alone, and a network of convolutions has few.
"""

import math
from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Any

import torch
from torch import Tensor, nn

FEWEST_CHANNELS = 16
"""In and out, of a kernel: the first and the last layer are left to AdamW."""
MOMENTUM = 0.95
COEFFICIENTS = (3.4445, -4.775, 2.0315)
"""Of σ, σ³ and σ⁵ in each step of Newton's and Schulz's iteration, chosen to lift small singular values fast."""
ITERATIONS = 5
RATE_PER_ROOT = 0.2
"""A step's root mean square over the learning rate, as AdamW's is: one rate serves both (Liu et al. 2025)."""


class Muon(torch.optim.AdamW):
    """One optimiser of all `parameters` with one learning rate `lr`.

    Per second of training denoisers come further than with AdamW, though a step takes longer.
    """

    def __init__(
        self, parameters: Iterable[nn.Parameter], lr: float, betas: tuple[float, float], weight_decay: float
    ) -> None:
        every = list(parameters)
        kernels = [parameter for parameter in every if _is_kernel(parameter)]
        others = [parameter for parameter in every if not _is_kernel(parameter)]
        super().__init__([{"params": kernels}, {"params": others}], lr=lr, betas=betas, weight_decay=weight_decay)

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Move the kernels, then the others as AdamW does; the gradients of kernels are used up."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        self._move_kernels(self.param_groups[0])
        super().step()
        return loss

    @torch.no_grad()
    def _move_kernels(self, group: dict[str, Any]) -> None:
        due = sorted((kernel for kernel in group["params"] if kernel.grad is not None), key=_matrix_shape)
        for (rows, columns), alike in groupby(due, key=_matrix_shape):
            kernels = list(alike)
            moves = orthogonalised(torch.stack([self._momentum(kernel).reshape(rows, columns) for kernel in kernels]))
            rate = group["lr"] * RATE_PER_ROOT * math.sqrt(max(rows, columns))
            for kernel, move in zip(kernels, moves, strict=True):
                kernel.mul_(1 - group["lr"] * group["weight_decay"])
                kernel.sub_(move.reshape(kernel.shape), alpha=rate)
                kernel.grad = None  # AdamW passes over what has none

    def _momentum(self, kernel: nn.Parameter) -> Tensor:
        """Nesterov's: the mean of past gradients, in which the newest counts twice."""
        assert kernel.grad is not None
        state = self.state[kernel]
        if not state:  # by the names that AdamW looks for when a run is resumed
            state.update({"step": torch.tensor(0.0), "exp_avg": torch.zeros_like(kernel)})
        mean: Tensor = state["exp_avg"]
        mean.lerp_(kernel.grad, 1 - MOMENTUM)
        return kernel.grad.lerp(mean, MOMENTUM)


def orthogonalised(matrices: Tensor) -> Tensor:
    """Matrices (batch, m, n) with the singular vectors of `matrices` and singular values of about 1 (0.7 to 1.2); those
    below a thousandth of a matrix's norm stay smaller.

    The iteration is on the smaller Gram matrix, of which each step is a polynomial: so wide kernels cost two products.
    """
    tall = matrices.shape[1] > matrices.shape[2]
    wide = matrices.mT if tall else matrices
    wide = wide / wide.norm(dim=(1, 2), keepdim=True).clamp_min(1e-7)
    gram = wide @ wide.mT
    first, third, fifth = COEFFICIENTS
    identity = torch.eye(gram.shape[1], device=gram.device, dtype=gram.dtype)
    factors = identity.expand_as(gram)
    for _ in range(ITERATIONS):
        step = first * identity + third * gram + fifth * (gram @ gram)
        factors = step @ factors
        gram = step @ gram @ step
    result = factors @ wide
    return result.mT if tall else result


def _is_kernel(parameter: nn.Parameter) -> bool:
    return parameter.ndim >= 2 and min(parameter.shape[:2]) >= FEWEST_CHANNELS


def _matrix_shape(kernel: nn.Parameter) -> tuple[int, int]:
    """Outputs and inputs, of all places of a convolution."""
    return kernel.shape[0], math.prod(kernel.shape[1:])
