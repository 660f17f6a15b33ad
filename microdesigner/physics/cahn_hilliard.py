"""The Cahn-Hilliard equation on a film, for any free energy and mobility, on CPU or GPU."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from microdesigner.core.errors import MicrodesignerError
from microdesigner.core.microstructure import Lateral
from microdesigner.physics.free_energy import FreeEnergy
from microdesigner.physics.spectral import FilmTransform
from microdesigner.physics.stencil import add_laplacian, add_transport, squared_gradient

SMALLEST_STEP = 1e-9
LARGEST_KEPT_BLOCK = 31 << 20


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
    φ ← φ + F⁻¹[Δt F(r) / (1 + Δt M₀ (S k̃² + κ k̃⁴))]; step doubling keeps the RMS difference between two half steps and
    a whole one below `tolerance`, and the two extrapolated to second order (Richardson) are the step.
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
        _keep_freed_memory()
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
        add_laplacian(potential, field, self.lateral, -self.kappa / self.spacing**2)
        total = torch.zeros_like(field)
        add_transport(total, potential, self.mobility(field), self.lateral, 1 / self.spacing**2)
        return total

    def energy(self, field: Tensor) -> float:
        """Total free energy Σ [f(φ) + κ/2 |∇φ|²] spacing³."""
        gradient = squared_gradient(field, self.lateral) / self.spacing**2
        bulk = self.free_energy.density(field).sum(dtype=torch.float64)
        return float((bulk + self.kappa / 2 * gradient) * self.spacing**3)

    def _double_step(
        self, transform: FilmTransform, stiffness: Tensor, field: Tensor, rate: Tensor, step: float
    ) -> tuple[Tensor, float]:
        """Two half steps, extrapolated by the distance of their end from that of one whole step, and its RMS."""
        # Δt / (1 + Δt s) as 1 / (1/Δt + s): one pass over memory less
        half = stiffness + 2 / step
        first = rate / half
        middle = transform.inverse(first).add_(field)
        second = transform.forward(self.rate(middle)).div_(half)
        whole = torch.add(stiffness, 1 / step, out=half)
        error = first.add_(second).sub_(torch.div(rate, whole, out=whole))
        return transform.inverse(second.add_(error)).add_(middle), transform.rms(error)


def _keep_freed_memory() -> None:
    """Spare the solver a third of its time under glibc, which otherwise returns and refetches every array of a step:
    a large block that comes and goes raises the threshold from which it does that."""
    torch.empty(LARGEST_KEPT_BLOCK, dtype=torch.uint8)


def _film_shape(field: Tensor) -> tuple[int, int, int]:
    z, x, y = field.shape
    return z, x, y
