"""Topology of a phase: its Euler number.

χ = parts - tunnels + cavities. Voxels are closed cubes, so that parts touching in an edge or a corner are one (26
neighbours, as in GraSPI's components) while cavities are separate unless they share a face (6 neighbours). χ is counted
as vertices - edges + faces - cubes of the union of cubes, vertex by vertex over the 2×2×2 voxels around each. Source:
J. Ohser, F. Mücklich, Statistical Analysis of Microstructures in Materials Science, Wiley 2000, ch. 3.
"""

from itertools import product

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.compiled import compiled
from microdesigner.core.microstructure import Microstructure


def euler_number(microstructure: Microstructure, label: int) -> int:
    """Euler number of a phase: a ball 1, a hollow ball 2, a ring 0, a network with many loops far below 0.

    Parameters
    ----------
    microstructure : Microstructure
        The volume. Lateral sides that wrap are joined: a column around the film is a ring. An axis one voxel long never
        wraps.
    label : int
        The phase.

    Returns
    -------
    int
        Parts less tunnels plus cavities.

    References
    ----------
    J. Ohser, F. Mücklich, Statistical Analysis of Microstructures in Materials Science, Wiley 2000, ch. 3.

    Examples
    --------
    >>> cube = np.ones((8, 8, 8), np.uint8)
    >>> cube[2:5, 2:5, 2:5] = 0
    >>> euler_number(Microstructure(cube), 0)
    1
    >>> cube[3, 3, 2:5] = 1  # a tunnel
    >>> euler_number(Microstructure(cube), 0)
    0
    """
    voxels = (microstructure.phases == label).astype(np.uint8)
    for axis in range(3):
        wraps = microstructure.periodic and axis < 2 and voxels.shape[axis] > 1
        beyond = [(1, 0 if wraps else 1) if padded == axis else (0, 0) for padded in range(3)]
        voxels = np.pad(voxels, beyond, mode="wrap") if wraps else np.pad(voxels, beyond)
    return int(_eighths(voxels, _CONTRIBUTIONS)) // 8


def _contribution(corner: NDArray[np.bool_]) -> int:
    """Eight times what a vertex amid 2×2×2 voxels adds: it owns half of its edges, a quarter of its faces and so on."""
    vertex = int(corner.any())
    edges = sum(int(np.take(corner, side, axis).any()) for axis, side in product(range(3), range(2)))
    faces = sum(
        int(np.take(np.take(corner, one, second), other, first).any())
        for first, second in ((0, 1), (0, 2), (1, 2))
        for one, other in product(range(2), range(2))
    )
    return 8 * vertex - 4 * edges + 2 * faces - int(corner.sum())


_CONTRIBUTIONS = np.array(
    [_contribution((byte >> np.arange(8) & 1).astype(bool).reshape(2, 2, 2)) for byte in range(256)], np.int64
)


@compiled
def _eighths(voxels: NDArray[np.uint8], contributions: NDArray[np.int64]) -> int:
    total = 0
    for x in range(voxels.shape[0] - 1):
        for y in range(voxels.shape[1] - 1):
            a, b, c, d = voxels[x, y], voxels[x, y + 1], voxels[x + 1, y], voxels[x + 1, y + 1]
            before = a[0] | (b[0] << 2) | (c[0] << 4) | (d[0] << 6)
            for z in range(1, voxels.shape[2]):
                here = a[z] | (b[z] << 2) | (c[z] << 4) | (d[z] << 6)
                total += contributions[before | (here << 1)]
                before = here
    return total
