"""Effective conductivity along x, y and z: of one phase alone, over its own, and of the film of all phases.

div(k grad u) = 0 by finite volumes, one per voxel: neighbours exchange area / distance times the harmonic mean of their
k (exact for layers). Along an axis that ends, u is 0 and 1 on plates on the two faces, as in TauFactor (S. J. Cooper et
al., SoftwareX 5 (2016) 203); along x and y of a film that wraps, u is a gradient of 1 plus what repeats itself. So a
film that wraps has the component xy as well; components with z do not exist for a film, which ends there.
"""

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.microstructure import Microstructure
from microdesigner.core.steps import Steps
from microdesigner.descriptors.conjugate_gradients import settle
from microdesigner.descriptors.network import Network, Wraps, later_nodes, network_of
from microdesigner.descriptors.percolation import spanning
from microdesigner.descriptors.transport import between_plates
from microdesigner.descriptors.two_level import TwoLevel

Conductivities = tuple[float, ...]
Components = tuple[float | None, float | None]
TOLERANCE = 1e-5
_NOTHING = 1e-6
_TRACE = 1e-12


def effective_conductivity(
    microstructure: Microstructure, conductivities: Conductivities, axis: int
) -> Steps[Components]:
    """Effective conductivity of a film along an axis.

    Parameters
    ----------
    microstructure : Microstructure
        The film.
    conductivities : tuple of float
        Conductivity of the phases 0, 1, ...; 0 lets nothing through.
    axis : {0, 1, 2}
        x, y or z.

    Returns
    -------
    along : float or None
        In the unit of `conductivities`; None where no conducting path joins the two faces.
    xy : float or None
        The component xy, which comes with the axes x and y of a film that wraps.

    Examples
    --------
    Layers across the current are a series, layers along it stand side by side:

    >>> from microdesigner.core.steps import result_of
    >>> layers = np.zeros((4, 4, 8), np.uint8)
    >>> layers[:, :, 4:] = 1
    >>> film = Microstructure(layers, phase_names=("donor", "acceptor"))
    >>> [round(result_of(effective_conductivity(film, (1.0, 3.0), axis))[0], 6) for axis in (0, 2)]
    [2.0, 1.5]
    """
    wraps = (microstructure.periodic, microstructure.periodic, False)
    order = ((0, 2, 1), (1, 2, 0), (2, 1, 0))[axis]  # the axis along which is driven, then the others
    table, classes = _classes(microstructure, conductivities)
    driven = np.ascontiguousarray(classes.transpose(order))
    spacing = tuple(microstructure.spacing[place] for place in order)
    conduct = table[..., None] * (np.prod(spacing) / np.square(spacing))
    wrapped: Wraps = tuple(wraps[place] for place in order)  # type: ignore[assignment]
    if wrapped[0] and len(driven) > 2:
        return (yield from _repeating(driven, conduct, wrapped, spacing))
    reached = spanning(driven != 0, wrapped[1], wrapped[2])
    if not reached.any():
        return None, None
    leading = np.where(reached, driven, np.uint8(0))
    conductance = (yield from between_plates(leading, conduct, (False, *wrapped[1:]))).conductance
    first, second, third = spacing
    return conductance * first * len(driven) / (second * third * driven[0].size), None


def _classes(
    microstructure: Microstructure, conductivities: Conductivities
) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
    """The harmonic means between the phases that conduct, and each voxel's place among these, from 1 on; 0 for none."""
    conducting = [label for label, k in enumerate(conductivities) if k > 0]
    place = np.zeros(256, np.uint8)
    place[conducting] = np.arange(1, len(conducting) + 1)
    own = np.array([conductivities[label] for label in conducting])
    return 2 / (1 / own[:, None] + 1 / own), place[microstructure.phases]


def _repeating(
    classes: NDArray[np.uint8], conduct: NDArray[np.float64], wraps: Wraps, spacing: tuple[float, ...]
) -> Steps[Components]:
    """Of a film that wraps along the first axis: the mean current along it, and along the last, at gradient 1.

    For x and y the order of axes puts the other one of them last.
    """
    if not classes.any():
        return None, None
    network = network_of(classes, conduct, wraps)
    # nothing else holds potentials that repeat themselves, nor parts that lead nowhere
    network = network.grounded(np.full_like(network.diagonal, _TRACE * float(conduct.max())))
    source = _driven(network, 0) * spacing[0]
    yield 0.0
    settled = yield from settle(network, TwoLevel(network, classes), source, np.zeros_like(source), TOLERANCE)
    bonds = network.onward[network.kind[network.axis == 0]]
    energy = bonds.sum() * spacing[0] ** 2 - (source + settled.residual) @ settled.potential
    volume = float(np.prod(spacing)) * classes.size
    along = float(energy) / volume
    across = -float(_driven(network, 2) @ settled.potential) * spacing[2] / volume
    return (None, None) if along < _NOTHING * float(conduct.max() * spacing[0] ** 2) / volume else (along, across)


def _driven(network: Network, axis: int) -> NDArray[np.float64]:
    """The current that a gradient of one per voxel along `axis` drives into each node."""
    chosen = network.axis == axis
    later, earlier = later_nodes(network.start)[chosen], network.neighbour[chosen]
    current = network.onward[network.kind[chosen]]
    downhill = np.where(network.wraps[chosen], -current, current)  # across the sides the later node is the lower one
    count = len(network.diagonal)
    driven = np.zeros(count)
    driven += np.bincount(earlier, downhill, count)
    driven -= np.bincount(later, downhill, count)
    return driven
