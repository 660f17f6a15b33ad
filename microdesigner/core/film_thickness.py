"""Straight paths and the film's thickness: the same structure has fewer of them in a thicker film.

A voxel counts for tort1 if its way down to the electrode is straight, which fails sooner or later on the way. In
simulated films of all recipes the share of voxels with a straight path falls with the height h above the electrode as
exp(-(h / l)^1.5), l a length of the structure alone. Its mean over a film of n layers is tort1, so that the value in
one thickness tells that in another: from 64 layers to 16, 32 and 48 without bias, with a scatter of 0.05, 0.04 and 0.02
over 314 values of 20 simulated series. tort1 is GraSPI's, whose tolerance depends on the number of layers too; that is
part of what was fitted.
"""

import numpy as np
from numpy.typing import NDArray

EXPONENT = 1.5
HEIGHTS = (np.arange(256) + 0.5) / 256
"""Middles of equal slices of the film's height."""
LONGEST, SHORTEST = 1e3, 1e-3
"""Layers over length l between which a structure is sought."""
BISECTIONS = 60


def equivalent_tort1(value: float, layers: int, other_layers: int) -> float:
    """tort1 of a film's structure in another thickness.

    Parameters
    ----------
    value : float
        tort1, 0 to 1, in a film of `layers` voxels along z.
    layers, other_layers : int
        Thickness for which `value` holds, and that for which it is sought, in voxels of one size.

    Returns
    -------
    float
        tort1 of the same structure in a film of `other_layers` voxels; 0 and 1 stay.

    Examples
    --------
    >>> round(equivalent_tort1(0.4, 128, 64), 2), round(equivalent_tort1(0.4, 32, 64), 2)
    (0.66, 0.2)
    """
    if layers == other_layers or not 0 < value < 1:
        return value
    short, long = SHORTEST, LONGEST  # layers over the structure's length; tort1 falls with it
    for _ in range(BISECTIONS):
        middle = (short * long) ** 0.5
        short, long = (middle, long) if _share(middle) > value else (short, middle)
    return _share(middle * other_layers / layers)


def _share(ratio: float) -> float:
    """tort1 of a film whose layers over the structure's length are `ratio`."""
    straight: NDArray[np.float64] = np.exp(-((ratio * HEIGHTS) ** EXPONENT))
    return float(straight.mean())
