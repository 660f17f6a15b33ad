"""Effective diffusivity and tortuosity factor of a phase along z, by solving Laplace's equation in it.

div(D grad c) = 0 inside the phase with c = 0 on the film's face z = 0 and c = 1 on the opposite face, no flux into
other phases. Finite volumes, one per voxel: neighbours exchange area / distance times the difference of c, and the two
faces lie half a voxel away. D_eff / D is the flux through the film over that through a solid film, and τ = φ D / D_eff
with φ the fraction of the whole phase, as in TauFactor (S. J. Cooper et al., SoftwareX 5 (2016) 203). Straight columns
have τ = 1.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.errors import MicrodesignerError
from microdesigner.core.microstructure import Microstructure
from microdesigner.descriptors.compiled import compiled
from microdesigner.descriptors.percolation import spanning_voxels

Grid = NDArray[np.float64]
_TOLERANCE = 1e-6
_MOST_STEPS = 20_000
_INNER = (slice(1, -1),) * 3


@dataclass(frozen=True)
class Transport:
    """Diffusion through a phase along z: D_eff / D in 0..1, the tortuosity factor φ D / D_eff, and the steps taken."""

    effective_diffusivity: float
    tortuosity_factor: float
    steps: int


def transport_along_z(microstructure: Microstructure, label: int) -> Transport | None:
    """Diffusion along z through the phase `label`; None where no path over voxel faces joins the two z faces.

    Conjugate gradients with Jacobi's preconditioner, until the residual is 1e-6 of the sources. D_eff follows from the
    dissipated energy, whose error is the square of the solution's: about 1e-6. Lateral faces wrap or are tight as the
    volume says. Raises MicrodesignerError if that takes more than 20000 steps.
    """
    voxels = spanning_voxels(microstructure, label)
    if not voxels.any():
        return None
    x_nm, y_nm, z_nm = microstructure.voxel_nm
    conduct = (x_nm * y_nm / z_nm, z_nm * x_nm / y_nm, y_nm * z_nm / x_nm)  # across faces normal to z, y, x
    energy, steps = _solve(voxels, conduct, microstructure.periodic)
    layers, rows, columns = voxels.shape
    diffusivity = energy * layers / (conduct[0] * rows * columns)
    fraction = float((microstructure.phases == label).mean())
    return Transport(diffusivity, fraction / diffusivity, steps)


def _solve(voxels: NDArray[np.bool_], conduct: tuple[float, float, float], periodic: bool) -> tuple[float, int]:
    """The energy dissipated at unit difference, and the steps; all fields are padded by one voxel."""
    diagonal = _diagonal(voxels, conduct, periodic)
    source = np.zeros_like(diagonal)
    source[-2, 1:-1, 1:-1] = 2 * conduct[0] * voxels[-1]
    field = np.zeros_like(diagonal)
    field[_INNER] = voxels * ((np.arange(len(voxels)) + 0.5) / len(voxels))[:, None, None]
    product, direction = np.zeros_like(diagonal), np.zeros_like(diagonal)
    direction[_INNER] = field[_INNER]
    _multiply(direction, diagonal, conduct, product, periodic)
    residual = source - product
    direction[:] = 0
    enough = _TOLERANCE**2 * _weighted_square(source, diagonal)
    square, before, steps = _weighted_square(residual, diagonal), np.inf, 0
    while square > enough:
        if steps == _MOST_STEPS:
            raise MicrodesignerError(f"Diffusion through the film did not settle within {_MOST_STEPS} steps.")
        _turn(direction, residual, diagonal, square / before)
        _multiply(direction, diagonal, conduct, product, periodic)
        _advance(field, residual, direction, product, square / float(np.vdot(direction, product)))
        before, square, steps = square, _weighted_square(residual, diagonal), steps + 1
    energy = float(source.sum() - np.vdot(source, field) - np.vdot(residual, field))
    return energy, steps


def _diagonal(voxels: NDArray[np.bool_], conduct: tuple[float, float, float], periodic: bool) -> Grid:
    inside = np.pad(voxels, 1)
    _wrap(inside, periodic)
    diagonal = np.zeros(inside.shape)
    for axis, conductance in enumerate(conduct):
        for step in (0, 2):
            beside = list(_INNER)
            beside[axis] = slice(step, step + voxels.shape[axis])
            diagonal[_INNER] += conductance * inside[tuple(beside)]
    # the faces at which c is given lie half a voxel away
    diagonal[1] += 2 * conduct[0]
    diagonal[-2] += 2 * conduct[0]
    diagonal[_INNER] *= voxels
    for face in (diagonal[:, 0], diagonal[:, -1], diagonal[:, :, 0], diagonal[:, :, -1]):
        face[:] = 0
    return diagonal


def _wrap(field: NDArray[np.generic], periodic: bool) -> None:
    if periodic:
        field[:, 0], field[:, -1] = field[:, -2], field[:, 1]
        field[:, :, 0], field[:, :, -1] = field[:, :, -2], field[:, :, 1]


def _multiply(field: Grid, diagonal: Grid, conduct: tuple[float, float, float], product: Grid, periodic: bool) -> None:
    _wrap(field, periodic)
    _stencil(field, diagonal, conduct, product)


@compiled
def _stencil(field: Grid, diagonal: Grid, conduct: tuple[float, float, float], product: Grid) -> None:
    layers, rows, columns = field.shape
    for z in range(1, layers - 1):
        for y in range(1, rows - 1):
            here, own, out = field[z, y], diagonal[z, y], product[z, y]
            below, above, south, north = field[z - 1, y], field[z + 1, y], field[z, y - 1], field[z, y + 1]
            for x in range(1, columns - 1):
                around = conduct[0] * (below[x] + above[x]) + conduct[1] * (south[x] + north[x])
                around += conduct[2] * (here[x - 1] + here[x + 1])
                out[x] = own[x] * here[x] - around if own[x] > 0 else 0.0


@compiled
def _weighted_square(field: Grid, diagonal: Grid) -> float:
    total = 0.0
    for z in range(len(field)):
        for y in range(field.shape[1]):
            row, own = field[z, y], diagonal[z, y]
            for x in range(len(row)):
                if own[x] > 0:
                    total += row[x] * row[x] / own[x]
    return total


@compiled
def _turn(direction: Grid, residual: Grid, diagonal: Grid, keep: float) -> None:
    for z in range(1, len(direction) - 1):
        for y in range(1, direction.shape[1] - 1):
            ahead, row, own = direction[z, y], residual[z, y], diagonal[z, y]
            for x in range(1, len(row) - 1):
                ahead[x] = row[x] / own[x] + keep * ahead[x] if own[x] > 0 else 0.0


@compiled
def _advance(field: Grid, residual: Grid, direction: Grid, product: Grid, length: float) -> None:
    fields, residuals, directions, products = field.ravel(), residual.ravel(), direction.ravel(), product.ravel()
    for index in range(len(fields)):
        fields[index] += length * directions[index]
        residuals[index] -= length * products[index]
