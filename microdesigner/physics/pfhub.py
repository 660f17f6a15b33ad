"""PFHub benchmark 1, spinodal decomposition: a second free energy and mobility, with energies that others computed.

Source: A. M. Jokisaari et al., Computational Materials Science 126 (2017) 139, problems 1a (periodic) and 1b (no-flux).
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from microdesigner.core.microstructure import Lateral
from microdesigner.physics.cahn_hilliard import CahnHilliard

EDGE = 200
KAPPA = 2.0
MOBILITY = 5.0
DENSITY_SCALE, LOW, HIGH = 5.0, 0.3, 0.7
MEAN, AMPLITUDE = 0.5, 0.01


@dataclass(frozen=True)
class DoubleWell:
    """f = ρ (c − c_α)² (c_β − c)² with wells at c_α = 0.3 and c_β = 0.7."""

    scale: float = DENSITY_SCALE
    low: float = LOW
    high: float = HIGH

    def density(self, field: Tensor) -> Tensor:
        """f(c)."""
        return self.scale * ((field - self.low) * (self.high - field)).square()

    def derivative(self, field: Tensor) -> Tensor:
        """f'(c) = 2ρ (c − c_α)(c_β − c)(c_α + c_β − 2c)."""
        return 2 * self.scale * (field - self.low) * (self.high - field) * (self.low + self.high - 2 * field)

    def curvature(self, field: Tensor) -> Tensor:
        """f''(c) = 2ρ [(c_α + c_β − 2c)² − 2 (c − c_α)(c_β − c)]."""
        slope, product = self.low + self.high - 2 * field, (field - self.low) * (self.high - field)
        return 2 * self.scale * (slope.square() - 2 * product)


def constant_mobility(field: Tensor) -> Tensor:
    """M = 5 everywhere."""
    return torch.full_like(field, MOBILITY)


def benchmark_solver(lateral: Lateral, tolerance: float = 0.02) -> CahnHilliard:
    """The solver of problem 1a ("periodic") or 1b ("no-flux")."""
    return CahnHilliard(DoubleWell(), constant_mobility, KAPPA, lateral, tolerance=tolerance, negligible_error=0.0)


def initial_concentration(dtype: torch.dtype = torch.float64) -> Tensor:
    """The benchmark's start at the voxel centres, one layer [1, 200, 200]."""
    centre = torch.arange(EDGE, dtype=torch.float64) + 0.5
    x, y = centre[:, None], centre
    waves = torch.cos(0.105 * x) * torch.cos(0.11 * y) + (torch.cos(0.13 * x) * torch.cos(0.087 * y)).square()
    waves = waves + torch.cos(0.025 * x - 0.15 * y) * torch.cos(0.07 * x - 0.02 * y)
    return (MEAN + AMPLITUDE * waves)[None].to(dtype)
