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
from microdesigner.descriptors.network import Conduct, Values, network_of
from microdesigner.descriptors.percolation import spanning_voxels
from microdesigner.descriptors.two_level import TwoLevel

_TOLERANCE = 1e-6
_MOST_STEPS = 5_000


@dataclass(frozen=True)
class Transport:
    """Diffusion through a phase along z: D_eff / D in 0..1, the tortuosity factor φ D / D_eff, and the steps taken."""

    effective_diffusivity: float
    tortuosity_factor: float
    steps: int


def transport_along_z(microstructure: Microstructure, label: int) -> Transport | None:
    """Diffusion along z through one phase.

    Conjugate gradients, preconditioned on two levels, until the residual is 1e-6 of the sources. D_eff follows from the
    dissipated energy, whose error is the square of the solution's.

    Parameters
    ----------
    microstructure : Microstructure
        The volume; lateral faces wrap or are tight as it says.
    label : int
        The phase.

    Returns
    -------
    Transport or None
        Effective diffusivity and tortuosity factor, right to about 1e-6; None where no path over voxel faces joins the
        two z faces.

    Raises
    ------
    MicrodesignerError
        If that takes more than 5000 steps.

    References
    ----------
    S. J. Cooper et al., SoftwareX 5 (2016) 203.

    Examples
    --------
    A straight column over a quarter of the film lets a quarter through:

    >>> film = np.ones((8, 8, 16), np.uint8)
    >>> film[:4, :4] = 0
    >>> found = transport_along_z(Microstructure(film), 0)
    >>> round(found.effective_diffusivity, 4), round(found.tortuosity_factor, 4)
    (0.25, 1.0)
    """
    voxels = spanning_voxels(microstructure, label)
    if not voxels.any():
        return None
    x_nm, y_nm, z_nm = microstructure.spacing
    conduct = (x_nm * y_nm / z_nm, z_nm * x_nm / y_nm, y_nm * z_nm / x_nm)  # across faces normal to z, y, x
    energy, steps = _solve(voxels, conduct, microstructure.periodic)
    layers, rows, columns = voxels.shape
    diffusivity = energy * layers / (conduct[0] * rows * columns)
    fraction = float((microstructure.phases == label).mean())
    return Transport(diffusivity, fraction / diffusivity, steps)


def _solve(voxels: NDArray[np.bool_], conduct: Conduct, periodic: bool) -> tuple[float, int]:
    """The energy dissipated at unit difference between the terminals, and the steps; starts from a linear profile."""
    network = network_of(voxels, conduct, periodic)
    layers, in_layer = len(voxels), np.count_nonzero(voxels, axis=(1, 2))
    potential = np.repeat((np.arange(layers) + 0.5) / layers, in_layer)
    source = network.source
    residual = source - network.net_outflow(potential)
    enough = _TOLERANCE * _scaled_norm(source, network.diagonal)
    preconditioner = TwoLevel(network, voxels)
    direction, before, steps = np.zeros_like(source), np.inf, 0
    while _scaled_norm(residual, network.diagonal) > enough:
        if steps == _MOST_STEPS:
            raise MicrodesignerError(f"Diffusion through the film did not settle within {_MOST_STEPS} steps.")
        correction = preconditioner.solve(residual)
        product = float(residual @ correction)
        direction *= product / before
        direction += correction
        outflow = network.net_outflow(direction)
        length = product / float(direction @ outflow)
        potential += length * direction
        residual -= length * outflow
        before, steps = product, steps + 1
    return float(source.sum() - source @ potential - residual @ potential), steps


def _scaled_norm(current: Values, diagonal: Values) -> float:
    return float(np.sqrt((current * current / diagonal).sum()))
