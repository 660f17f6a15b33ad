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

from microdesigner.core.microstructure import Microstructure
from microdesigner.core.steps import Steps, result_of
from microdesigner.descriptors.conjugate_gradients import settle
from microdesigner.descriptors.network import Conduct, Values, Wraps, network_of, plain
from microdesigner.descriptors.percolation import spanning_voxels
from microdesigner.descriptors.two_level import TwoLevel


@dataclass(frozen=True)
class Conduction:
    """Between two plates: the conductance by the dissipated energy, whose error is the square of the potential's; the
    potential of each voxel that conducts; the steps of conjugate gradients."""

    conductance: float
    potential: Values
    steps: int


@dataclass(frozen=True, eq=False)
class Transport:
    """Diffusion through a phase along z: D_eff / D in 0..1 and the tortuosity factor φ D / D_eff; the `voxels`
    [z, y, x] that it goes through, and the `conduction` by which it was found."""

    effective_diffusivity: float
    tortuosity_factor: float
    voxels: NDArray[np.bool_]
    conduction: Conduction

    @property
    def steps(self) -> int:
        """Of conjugate gradients."""
        return self.conduction.steps


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
    lateral, conduct = microstructure.periodic, conductances(microstructure.spacing)
    found = result_of(between_plates(voxels.view(np.uint8), plain(conduct), (False, lateral, lateral)))
    layers, rows, columns = voxels.shape
    diffusivity = found.conductance * layers / (conduct[0] * rows * columns)
    fraction = float((microstructure.phases == label).mean())
    return Transport(diffusivity, fraction / diffusivity, voxels, found)


def diffusivity_slopes(microstructure: Microstructure, transport: Transport) -> NDArray[np.float64]:
    """How the logarithm of a phase's effective diffusivity along z changes with the diffusivity of each voxel.

    By the potential alone, for the energy is stationary in it: voxels of the phase count the energy that their faces
    dissipate, and a voxel beside the phase what it would dissipate if a little diffused through it.

    Parameters
    ----------
    microstructure : Microstructure
        The volume.
    transport : Transport
        Diffusion through the phase.

    Returns
    -------
    ndarray, shape (x, y, z)
        Derivatives.
    """
    potential = np.zeros(transport.voxels.shape)
    potential[transport.voxels] = transport.conduction.potential
    conduct = conductances(microstructure.spacing)
    slopes = _energy_slopes(transport.voxels, potential, conduct, microstructure.periodic)
    return slopes.T / transport.conduction.conductance


def conductances(spacing: tuple[float, float, float]) -> Conduct:
    """Area over distance of the faces normal to z, y and x of voxels with the edges `spacing` along x, y, z."""
    x_nm, y_nm, z_nm = spacing
    return x_nm * y_nm / z_nm, z_nm * x_nm / y_nm, y_nm * z_nm / x_nm


def between_plates(classes: NDArray[np.uint8], conduct: Values, wraps: Wraps) -> Steps[Conduction]:
    """Conduction between plates on the first and the last face along z, at potential 0 and 1.

    Parameters
    ----------
    classes : ndarray of uint8, shape (z, y, x)
        The voxels that conduct, each of which must be joined to a plate, as `network_of` takes them.
    conduct : ndarray, shape (classes, classes, 3)
        What bonds conduct.
    wraps : tuple of bool
        Whether the axes z, y, x wrap.

    Returns
    -------
    Conduction
        What the plates conduct, and the potential.
    """
    layers, in_layer = len(classes), np.count_nonzero(classes, axis=(1, 2))
    # the plates lie half a voxel away
    to_plate = 2 * conduct[np.arange(len(conduct)), np.arange(len(conduct)), 0]
    plates, source = np.zeros((2, int(in_layer.sum())))
    plates[: in_layer[0]] = to_plate[classes[0][classes[0] != 0] - 1]
    source[len(source) - in_layer[-1] :] = to_plate[classes[-1][classes[-1] != 0] - 1]
    network = network_of(classes, conduct, wraps).grounded(plates + source)
    yield 0.0
    start = np.repeat((np.arange(layers) + 0.5) / layers, in_layer)
    settled = yield from settle(network, TwoLevel(network, classes), source, start)
    energy = source.sum() - source @ settled.potential - settled.residual @ settled.potential
    return Conduction(float(energy), settled.potential, settled.steps)


def _energy_slopes(voxels: NDArray[np.bool_], potential: Values, conduct: Conduct, periodic: bool) -> Values:
    """Derivatives [z, y, x] of the dissipated energy by what each voxel conducts: 1 in `voxels`, 0 elsewhere.

    Two voxels that conduct k and l exchange 2 k l / (k + l), of which the derivative by k is 1/2 where both are 1, and
    2 where k is 0. A voxel that hardly conducts takes the mean potential of the neighbours that do.
    """
    inside = np.zeros(voxels.shape)
    weight, first, second = np.zeros((3, *voxels.shape))  # sums over neighbours that conduct, of 1, u and u²
    for axis, (own, wraps) in enumerate(zip(conduct, (False, periodic, periodic), strict=True)):
        for shift in (1, -1):
            there, beside = np.roll(voxels, shift, axis), np.roll(potential, shift, axis)
            if not wraps:
                edge = _edge(axis, 0 if shift > 0 else -1)
                there[edge], beside[edge] = axis == 0, float(shift < 0)  # the plates along z
            inside += np.where(there, 0.5 * own * (potential - beside) ** 2, 0)
            weight += own * there
            first += own * there * beside
            second += own * there * beside**2
    for face, level in ((0, 0.0), (-1, 1.0)):  # half a voxel away, and all of it the voxel's own
        inside[face] += 1.5 * conduct[0] * (potential[face] - level) ** 2
    outside = 2 * (second - first**2 / np.maximum(weight, np.finfo(float).tiny))
    return np.where(voxels, inside, outside)


def _edge(axis: int, place: int) -> tuple[slice | int, ...]:
    return tuple(place if number == axis else slice(None) for number in range(3))
