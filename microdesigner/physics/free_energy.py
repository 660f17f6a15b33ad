"""Free energies and mobilities of the Cahn-Hilliard equation, and what linear theory says of a quench."""

import math
from dataclasses import dataclass
from typing import Protocol

import torch
from scipy.optimize import brentq
from torch import Tensor

from microdesigner.core.errors import InputError

EDGE = 1e-6


class FreeEnergy(Protocol):
    """Bulk free energy density f(φ) and its first two derivatives, elementwise."""

    def density(self, field: Tensor) -> Tensor:
        """f(φ)."""

    def derivative(self, field: Tensor) -> Tensor:
        """f'(φ)."""

    def curvature(self, field: Tensor) -> Tensor:
        """f''(φ)."""


@dataclass(frozen=True)
class FloryHuggins:
    """f = φ ln φ + (1−φ) ln(1−φ) + χ φ(1−φ), a symmetric blend with N_A = N_B = 1 (critical χ = 2)."""

    chi: float

    def density(self, field: Tensor) -> Tensor:
        """f(φ), clipped inside the logarithms only."""
        clipped = field.clamp(EDGE, 1 - EDGE)
        return torch.xlogy(clipped, clipped) + torch.xlogy(1 - clipped, 1 - clipped) + self.chi * field * (1 - field)

    def derivative(self, field: Tensor) -> Tensor:
        """f'(φ) = ln(φ/(1−φ)) + χ(1−2φ), clipped inside the logarithm only."""
        return torch.logit(field, eps=EDGE).add_(field, alpha=-2 * self.chi).add_(self.chi)

    def curvature(self, field: Tensor) -> Tensor:
        """f''(φ) = 1/φ + 1/(1−φ) − 2χ, clipped inside the fractions only; negative inside the spinodal."""
        clipped = field.clamp(EDGE, 1 - EDGE)
        return (clipped * (1 - clipped)).reciprocal_().sub_(2 * self.chi)

    def binodal(self) -> float:
        """The acceptor-poor coexisting composition φ_α < 1/2; raises InputError at χ ≤ 2, where none exists."""
        if self.chi <= 2:
            raise InputError(f"A blend with chi = {self.chi:g} does not separate; choose chi above 2.")
        return float(brentq(lambda phi: math.log(phi / (1 - phi)) + self.chi * (1 - 2 * phi), 1e-12, 0.5 - 1e-6))


def degenerate_mobility(field: Tensor) -> Tensor:
    """M = φ(1−φ), no transport in the pure phases."""
    return field.addcmul(field, field, value=-1)


@dataclass(frozen=True)
class Quench:
    """Linear theory of a blend φ quenched to χ with gradient coefficient κ and M = φ(1−φ) (lengths in voxels)."""

    phi: float
    chi: float
    kappa: float = 12.0

    @property
    def curvature(self) -> float:
        """f''(φ) = 1/φ + 1/(1−φ) − 2χ; negative inside the spinodal."""
        return 1 / self.phi + 1 / (1 - self.phi) - 2 * self.chi

    @property
    def growth_rate(self) -> float:
        """ω_max = φ(1−φ) f''² / (4κ), the rate of the fastest growing wave."""
        return self.phi * (1 - self.phi) * self.curvature**2 / (4 * self.kappa)

    @property
    def wavelength(self) -> float:
        """λ_max = 2π √(2κ/|f''|), the fastest growing wavelength in voxels."""
        return 2 * math.pi * math.sqrt(2 * self.kappa / abs(self.curvature))

    def check(self) -> None:
        """Raise InputError when small noise would not grow: a grey box is no answer."""
        if not 0 < self.phi < 1:
            raise InputError(f"phi must lie between 0 and 1; got {self.phi:g}.")
        if not 0 < self.chi <= 6:
            raise InputError(f"chi must lie between 0 and 6; got {self.chi:g}.")
        if self.curvature >= 0:
            low = 0.5 - 0.5 * math.sqrt(max(0.0, 1 - 2 / self.chi))
            hint = (
                f"at this chi choose phi between {low:.3f} and {1 - low:.3f}" if self.chi > 2 else "choose chi above 2"
            )
            raise InputError(
                f"A blend with phi = {self.phi:g} and chi = {self.chi:g} lies outside the spinodal and does not "
                f"decompose from small noise; {hint}."
            )
