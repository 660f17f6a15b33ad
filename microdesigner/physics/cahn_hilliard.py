"""The Cahn-Hilliard equation on a film, for any free energy and mobility, on CPU or GPU."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from microdesigner.core.errors import MicrodesignerError
from microdesigner.core.microstructure import Lateral
from microdesigner.physics.free_energy import FreeEnergy
from microdesigner.physics.spectral import FilmTransform

SMALLEST_STEP = 1e-9


@dataclass(frozen=True)
class State:
    """The field [z, x, y] at `time` after `steps` accepted steps; `asked` marks one of the requested times."""

    time: float
    field: Tensor
    steps: int
    asked: bool


@dataclass(frozen=True)
class CahnHilliard:
    """∂φ/∂t = ∇·(M ∇μ),  μ = f'(φ) − κ∇²φ,  on a grid of edge `spacing`, no flux through the film's surfaces.

    Scheme: flux form of the right-hand side r on voxel faces; linearly stabilised semi-implicit step
    φ ← φ + F⁻¹[Δt F(r) / (1 + Δt M₀ (S k̃² + κ k̃⁴))]; step doubling keeps the RMS error of a step below `tolerance`.
    `largest_linear_step` bounds Δt until `linear_until`: a controller by error alone strides over the instability and
    nothing ever separates.
    """

    free_energy: FreeEnergy
    mobility: Callable[[Tensor], Tensor]
    kappa: float
    lateral: Lateral = "periodic"
    spacing: float = 1.0
    stabiliser: float = 2.0
    reference_mobility: float = 0.25
    tolerance: float = 3e-3
    largest_linear_step: float = float("inf")
    linear_until: float = 0.0

    def run(self, field: Tensor, times: Sequence[float]) -> Iterator[State]:
        """Yield a State after every accepted step, landing exactly on each of the rising `times`.

        `field` is [z, x, y], float32 or float64. Raises MicrodesignerError when no step is small enough.
        """
        transform = FilmTransform(_film_shape(field), self.lateral, field.device, field.dtype)
        k2 = transform.k2 / self.spacing**2
        stiffness = self.reference_mobility * (self.stabiliser * k2 + self.kappa * k2.square())
        time, steps, step = 0.0, 0, min(self.largest_linear_step, times[0] / 10)
        rate = transform.forward(self.rate(field))
        for end in times:
            while time < end:
                trial = min(step, end - time)
                if time < self.linear_until:
                    trial = min(trial, self.largest_linear_step)
                proposal, error = self._double_step(transform, stiffness, field, rate, trial)
                if error <= self.tolerance:
                    landed = trial >= end - time
                    time, field, steps = (end if landed else time + trial), proposal, steps + 1
                    rate = transform.forward(self.rate(field))
                    yield State(time, field, steps, asked=landed)
                factor = 0.9 * (self.tolerance / max(error, 1e-12)) ** 0.5
                adapted = trial * min(2.0, max(0.3, factor))
                step = max(step, adapted) if trial < step and error <= self.tolerance else adapted
                if step < SMALLEST_STEP * end:
                    raise MicrodesignerError("The Cahn-Hilliard solver found no stable time step.")

    def rate(self, field: Tensor) -> Tensor:
        """∇·(M ∇μ) in flux form; its sum vanishes to rounding, so mass is conserved."""
        potential = self.free_energy.derivative(field)
        for axis in range(3):
            potential.sub_(
                self._divergence(self._face_difference(field, axis), axis), alpha=self.kappa / self.spacing**2
            )
        mobility = self.mobility(field)
        total = torch.zeros_like(field)
        for axis in range(3):
            flux = self._face_difference(potential, axis)
            flux *= self._face_sum(mobility, axis)
            total.add_(self._divergence(flux, axis), alpha=0.5 / self.spacing**2)
        return total

    def energy(self, field: Tensor) -> float:
        """Total free energy Σ [f(φ) + κ/2 |∇φ|²] spacing³."""
        gradient = sum(self._face_difference(field, axis).square().sum(dtype=torch.float64) for axis in range(3))
        bulk = self.free_energy.density(field).sum(dtype=torch.float64)
        return float((bulk + self.kappa / 2 * gradient / self.spacing**2) * self.spacing**3)

    def _double_step(
        self, transform: FilmTransform, stiffness: Tensor, field: Tensor, rate: Tensor, step: float
    ) -> tuple[Tensor, float]:
        """Two half steps and the RMS distance of their end from that of one whole step."""
        half = (step / 2) / (1 + step / 2 * stiffness)
        first = rate * half
        middle = field + transform.inverse(first)
        second = transform.forward(self.rate(middle)).mul_(half)
        error = first.add_(second).sub_(rate * (step / (1 + step * stiffness)))
        return middle + transform.inverse(second), transform.rms(error)

    def _wraps(self, axis: int) -> bool:
        return axis > 0 and self.lateral == "periodic"

    def _face_difference(self, field: Tensor, axis: int) -> Tensor:
        """field[i+1] − field[i] on the upper face of every voxel; zero on a closed end."""
        return _on_upper_face(field, axis, self._wraps(axis), torch.sub)

    def _face_sum(self, field: Tensor, axis: int) -> Tensor:
        """field[i+1] + field[i] on the upper face of every voxel."""
        return _on_upper_face(field, axis, self._wraps(axis), torch.add)

    def _divergence(self, flux: Tensor, axis: int) -> Tensor:
        """flux[i] − flux[i−1]; nothing enters through a closed end."""
        length = flux.shape[axis]
        out = torch.empty_like(flux)
        torch.sub(
            flux.narrow(axis, 1, length - 1), flux.narrow(axis, 0, length - 1), out=out.narrow(axis, 1, length - 1)
        )
        first = out.narrow(axis, 0, 1)
        first.copy_(flux.narrow(axis, 0, 1))
        if self._wraps(axis):
            first.sub_(flux.narrow(axis, length - 1, 1))
        return out


def _on_upper_face(field: Tensor, axis: int, wraps: bool, combine: Callable[..., Tensor]) -> Tensor:
    length = field.shape[axis]
    out = torch.empty_like(field)
    combine(field.narrow(axis, 1, length - 1), field.narrow(axis, 0, length - 1), out=out.narrow(axis, 0, length - 1))
    last = out.narrow(axis, length - 1, 1)
    if wraps:
        combine(field.narrow(axis, 0, 1), field.narrow(axis, length - 1, 1), out=last)
    else:
        last.zero_()
    return out


def _film_shape(field: Tensor) -> tuple[int, int, int]:
    z, x, y = field.shape
    return z, x, y
