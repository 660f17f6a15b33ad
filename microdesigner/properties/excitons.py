"""Exciton dissociation: steady diffusion with decay, and quenching at the interface.

L² ∇²u - u + 1 = 0 within a phase: excitons arise everywhere alike, live for τ and diffuse with L = √(D τ). At faces to
the other carrier phase, and to the mixed phase, all dissociate (u = 0 there, half a voxel away); electrodes and further
phases reflect them. In the mixed phase, where donor and acceptor are neighbours everywhere, excitons dissociate where
they arise. The share that dissociates is 1 less the mean of u, since what does not, decays at the rate u.

Between parallel interfaces at the distance d it is (2 L / d) tanh(d / 2 L).

Source: A. Pettersson, L. S. Roman, O. Inganäs, J. Appl. Phys. 86 (1999) 487 (diffusion equation and quenching).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.microstructure import ACCEPTOR, DONOR, MIXED, Microstructure
from microdesigner.core.steps import Steps
from microdesigner.descriptors.conjugate_gradients import settle
from microdesigner.descriptors.network import network_of, plain
from microdesigner.descriptors.transport import conductances
from microdesigner.descriptors.two_level import TwoLevel

TOLERANCE = 1e-6
Field = NDArray[np.float64]


@dataclass(frozen=True)
class Dissociation:
    """What becomes of the excitons of one phase.

    Attributes
    ----------
    share : float
        That dissociate, 0 to 1.
    left : ndarray, shape (z, y, x)
        Excitons dissociated per voxel of the phase, by the side of the interface from which they come; their mean over
        the phase is `share`.
    entered : ndarray, shape (z, y, x)
        The same excitons by the voxels on the other side of the interface.
    """

    share: float
    left: Field
    entered: Field


def dissociation(microstructure: Microstructure, label: int, length: float) -> Steps[Dissociation | None]:
    """Dissociation of the excitons that arise in one phase.

    Parameters
    ----------
    microstructure : Microstructure
        The film.
    label : int
        The phase: donor, acceptor or mixed.
    length : float
        Exciton diffusion length, in the unit of the voxel edges; of the mixed phase it does not matter.

    Returns
    -------
    Dissociation or None
        None where the phase is absent.

    Examples
    --------
    A layer of 20 voxels between interfaces, L = 10 of them, against (2 L / d) tanh(d / 2 L):

    >>> from microdesigner.core.steps import result_of
    >>> layers = np.ones((2, 2, 22), np.uint8)
    >>> layers[:, :, 1:21] = 0
    >>> film = Microstructure(layers, phase_names=("donor", "acceptor"))
    >>> found = result_of(dissociation(film, 0, 10.0))
    >>> round(found.share, 4), round(float(np.tanh(1)), 4)
    (0.7605, 0.7616)
    """
    phases = microstructure.phases.transpose(2, 1, 0)
    inside = phases == label
    if not inside.any():
        return None
    if label == MIXED:
        born = inside.astype(np.float64)
        return Dissociation(1.0, born, born)
    quenching = np.isin(phases, [other for other in (DONOR, ACCEPTOR, MIXED) if other != label])
    conduct = length**2 * np.array(conductances(microstructure.spacing))
    faces = list(_faces(microstructure.periodic))
    to_interface = np.zeros(phases.shape)
    for axis, side, wraps in faces:
        to_interface += 2 * conduct[axis] * (inside & _beside(quenching, axis, side, wraps))
    volume = float(np.prod(microstructure.spacing))
    classes = np.ascontiguousarray(inside).view(np.uint8)
    wraps_zyx = (False, microstructure.periodic, microstructure.periodic)
    network = network_of(classes, plain(tuple(conduct)), wraps_zyx)
    network = network.grounded(to_interface[inside] + volume)
    source = np.full(len(network.diagonal), volume)
    yield 0.0
    found = yield from settle(network, TwoLevel(network, classes), source, np.zeros_like(source), TOLERANCE)
    excitons = np.zeros(phases.shape)
    excitons[inside] = found.potential
    entered = np.zeros(phases.shape)
    for axis, side, wraps in faces:
        leaving = 2 * conduct[axis] / volume * excitons * _beside(quenching, axis, side, wraps)
        entered += _beside(leaving, axis, -side, wraps)
    return Dissociation(1 - float(found.potential.mean()), to_interface / volume * excitons, entered)


def _faces(periodic: bool) -> list[tuple[int, int, bool]]:
    """The six faces of a voxel: axis z, y, x, side, and whether the axis wraps."""
    return [(axis, side, periodic and axis > 0) for axis in range(3) for side in (-1, 1)]


def _beside(values: NDArray[Any], axis: int, side: int, wraps: bool) -> NDArray[Any]:
    """Of each voxel what lies beside it, one further along `axis` on `side`; 0 outside the film."""
    shifted = np.roll(values, -side, axis)
    if not wraps:
        place = [slice(None)] * 3
        place[axis] = slice(-1, None) if side > 0 else slice(0, 1)
        shifted[tuple(place)] = 0
    return shifted
