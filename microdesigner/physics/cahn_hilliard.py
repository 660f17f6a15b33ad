"""The Cahn-Hilliard equation on a film, for any free energy and mobility, on CPU or GPU."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor

from microdesigner.core.errors import MicrodesignerError
from microdesigner.core.microstructure import Lateral
from microdesigner.physics.free_energy import FreeEnergy
from microdesigner.physics.spectral import FilmTransform
from microdesigner.physics.stencil import add_laplacian, add_transport, squared_gradient

SMALLEST_STEP = 1e-12
FIRST_STEP = 1e-3
LARGEST_GROWTH, LARGEST_CUT, SAFETY = 3.0, 0.3, 0.9
UNCHANGED = 1.25
STABLE_SHARE = 0.67
TINY = 1e-30
TAYLOR_RADIUS, TAYLOR_TERMS = 1.0, 14
LARGEST_KEPT_BLOCK = 31 << 20


@dataclass(frozen=True)
class State:
    """The field [z, x, y] at `time` after `steps` accepted steps; `requested` marks one of the requested times."""

    time: float
    field: Tensor
    steps: int
    requested: bool


@dataclass(frozen=True)
class CahnHilliard:
    """∂φ/∂t = ∇·(M ∇μ),  μ = f'(φ) − κ∇²φ,  on a grid of edge `spacing`, no flux through the film's surfaces.

    Scheme: exponential Runge-Kutta of third order (ETDRK3; S. M. Cox and P. C. Matthews, J. Comput. Phys. 176 (2002)
    430) in the coefficients of the film's transform. The right-hand side in flux form is split into L φ̂ with
    L = −(a k̃² + b κ k̃⁴), integrated exactly, and a remainder. While the field is nearly flat, a = M f'' and b = M of
    its mean, so that the growth of small waves is exact whatever the step; later they are the smallest that keep the
    remainder stable.

    A step is accepted when the RMS distance from the embedded solution of second order is at most `tolerance` of the
    RMS change of the field in this step, or at most `negligible_error` of the field's standard deviation: an absolute
    bound says nothing while the field is nearly flat. The second bound lets steps grow while domains coarsen ever more
    slowly.
    """

    free_energy: FreeEnergy
    mobility: Callable[[Tensor], Tensor]
    kappa: float
    lateral: Lateral = "periodic"
    spacing: float = 1.0
    tolerance: float = 0.1
    negligible_error: float = 1.5e-3

    def run(self, field: Tensor, times: Sequence[float]) -> Iterator[State]:
        """Yield a State after every accepted step, landing exactly on each of the rising `times`.

        `field` is [z, x, y], float32 or float64. Raises MicrodesignerError when no step is small enough.
        """
        _keep_freed_memory()
        transform = FilmTransform(_film_shape(field), self.lateral, field.device, field.dtype)
        time, steps, step = 0.0, 0, FIRST_STEP * times[0]
        coefficients = transform.forward(field)
        weights: _Weights | None = None
        rate, deviation = transform.forward(self.rate(field)), float(field.std(correction=0))
        for end in times:
            while time < end:
                trial = min(step, end - time)
                if weights is None or trial != weights.step:
                    weights = _Weights.of(self._linear_part(field, transform.k2), trial)
                proposal, error, change = self._step(transform, weights, coefficients, rate)
                if not math.isfinite(error):  # the field grew beyond all numbers, and its change with it
                    error, change = math.inf, 0.0
                allowed = max(self.tolerance * change, self.negligible_error * deviation)
                accepted = error <= allowed
                if accepted:
                    landed = trial >= end - time
                    coefficients, field = proposal, transform.inverse(proposal)
                    time, steps = (end if landed else time + trial), steps + 1
                    rate, deviation = transform.forward(self.rate(field)), float(field.std(correction=0))
                    yield State(time, field, steps, requested=landed)
                adapted = trial * _growth(error / max(allowed, TINY))
                step = max(step, adapted) if trial < step and accepted else adapted
                if not step > SMALLEST_STEP * end:
                    raise MicrodesignerError("The Cahn-Hilliard solver found no stable time step.")

    def rate(self, field: Tensor) -> Tensor:
        """∇·(M ∇μ) in flux form; its sum vanishes to rounding, so mass is conserved."""
        potential = self.free_energy.derivative(field)
        add_laplacian(potential, field, self.lateral, -self.kappa / self.spacing**2)
        total = torch.zeros_like(field)
        add_transport(total, potential, self.mobility(field), self.lateral, 1 / self.spacing**2)
        return total

    def energy(self, field: Tensor) -> float:
        """Total free energy Σ [f(φ) + κ/2 |∇φ|²] spacing³."""
        gradient = squared_gradient(field, self.lateral) / self.spacing**2
        bulk = self.free_energy.density(field).sum(dtype=torch.float64)
        return float((bulk + self.kappa / 2 * gradient) * self.spacing**3)

    def _linear_part(self, field: Tensor, eigenvalues: Tensor) -> Tensor:
        """L = −(a k̃² + b κ k̃⁴).

        In the middle of the values that M f'' and M take in the field: exact for a flat field. Where they are positive,
        at least `STABLE_SHARE` of the largest: a stiff mode of which the share 1 − ρ is in L is multiplied by 2ρ³ − ρ²
        in a long step, which is stable for ρ > −0.65 only.
        """
        mobility = self.mobility(field)
        diffusion = _middle(mobility * self.free_energy.curvature(field))
        k2 = eigenvalues / self.spacing**2
        return -k2 * (diffusion + _middle(mobility) * self.kappa * k2)

    def _step(
        self, transform: FilmTransform, weights: "_Weights", start: Tensor, rate: Tensor
    ) -> tuple[Tensor, float, float]:
        """The coefficients after a step, the RMS of its estimated error and of its change."""

        def remainder(coefficients: Tensor) -> Tensor:
            return transform.forward(self.rate(transform.inverse(coefficients))).addcmul_(
                weights.linear, coefficients, value=-1
            )

        first = rate.addcmul(weights.linear, start, value=-1)
        middle = remainder(torch.addcmul(weights.half_decay * start, weights.half, first))
        decayed = weights.decay * start
        last = remainder(torch.addcmul(decayed, weights.whole, 2 * middle - first))
        second_order = decayed.addcmul_(weights.whole, first).addcmul_(weights.slope, middle - first)
        error = weights.curvature * last.add_(first).sub_(middle, alpha=2)
        end = second_order.add_(error)
        return end, transform.rms(error), transform.rms(end - start)


@dataclass(frozen=True)
class _Weights:
    """What a step of ETDRK3 multiplies with: L, e^{hL}, e^{hL/2}, and the integrals of e^{(h−s)L} against the
    polynomials through the remainder at the step's start, middle and end."""

    step: float
    linear: Tensor
    decay: Tensor
    half_decay: Tensor
    half: Tensor
    whole: Tensor
    slope: Tensor
    curvature: Tensor

    @classmethod
    def of(cls, linear: Tensor, step: float) -> Self:
        """Weights of a step for the linear part L."""
        phi1, phi2, phi3 = _phi_functions(linear * step)
        half_exponent = linear * (step / 2)
        half_phi1 = torch.where(half_exponent == 0, 1, torch.expm1(half_exponent) / half_exponent)
        half_decay = half_exponent.exp_()
        return cls(
            step,
            linear,
            half_decay.square(),
            half_decay,
            half_phi1.mul_(step / 2),
            phi1.mul_(step),
            2 * step * phi2,
            phi3.mul_(4).sub_(phi2).mul_(step),
        )


def _phi_functions(z: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """φ₁ = (e^z − 1)/z, φ₂ = (φ₁ − 1)/z, φ₃ = (φ₂ − 1/2)/z; near 0, where the quotients would cancel, by the Taylor
    series of φ₃."""
    near = z.abs() < TAYLOR_RADIUS
    small, large = torch.where(near, z, 0), torch.where(near, 1, z)
    phi1 = torch.expm1(large).div_(large)
    phi2 = (phi1 - 1).div_(large)
    phi3 = (phi2 - 0.5).div_(large)
    series = torch.full_like(z, 1 / math.factorial(TAYLOR_TERMS + 2))
    for power in range(TAYLOR_TERMS - 2, -1, -1):
        series.mul_(small).add_(1 / math.factorial(power + 3))
    phi3 = torch.where(near, series, phi3)
    series.mul_(small).add_(0.5)
    phi2 = torch.where(near, series, phi2)
    series.mul_(small).add_(1)
    return torch.where(near, series, phi1), phi2, phi3


def _middle(values: Tensor) -> float:
    """The middle of the range of `values`, but at least `STABLE_SHARE` of the largest where that is positive."""
    low, high = (float(bound) for bound in torch.aminmax(values))
    return max((low + high) / 2, STABLE_SHARE * high) if high > 0 else (low + high) / 2


def _growth(share: float) -> float:
    """By how much the next step is longer than one whose error was `share` of what is allowed.

    The error goes with the cube of the step and what is allowed with the step. Small changes are not worth new weights.
    """
    factor = SAFETY * max(share, 1e-6) ** -0.5
    if 1 <= factor < UNCHANGED:
        return 1.0
    return min(LARGEST_GROWTH, max(LARGEST_CUT, factor))


def _keep_freed_memory() -> None:
    """Spare the solver a third of its time under glibc, which otherwise returns and refetches every array of a step:
    a large block that comes and goes raises the threshold from which it does that."""
    torch.empty(LARGEST_KEPT_BLOCK, dtype=torch.uint8)


def _film_shape(field: Tensor) -> tuple[int, int, int]:
    z, x, y = field.shape
    return z, x, y
