"""Lineal path: how likely a straight segment lies wholly within a phase.

L(r) = P(a segment of length r, placed at random along the axis, lies in the phase). Source: B. Lu, S. Torquato,
Physical Review A 45 (1992) 922. L(0) is the phase's fraction. On voxels a segment of s steps covers s + 1 of them.
"""

import numpy as np

from microdesigner.core.microstructure import Microstructure
from microdesigner.descriptors.curve import AXES, Axis, Curve
from microdesigner.descriptors.runs import runs_of


def lineal_path(microstructure: Microstructure, label: int, axis: Axis) -> Curve:
    """Lineal-path function of a phase along an axis.

    Parameters
    ----------
    microstructure : Microstructure
        The volume.
    label : int
        The phase.
    axis : {"x", "y", "z"}
        Direction of the segments.

    Returns
    -------
    Curve
        L over r in nm, at every number of steps that fits into the film. Along an open axis the positions that fit are
        counted, so that its ends cause no bias; along a periodic one segments run on across the side.

    References
    ----------
    B. Lu, S. Torquato, Physical Review A 45 (1992) 922.

    Examples
    --------
    Slabs of four voxels hold segments of up to three steps:

    >>> slabs = (np.indices((16, 4, 4))[0] // 4 % 2).astype(np.uint8)
    >>> lineal_path(Microstructure(slabs), 0, "x").value[:5].tolist()
    [0.5, 0.375, 0.25, 0.125, 0.0]
    """
    runs = runs_of(microstructure, label, axis)
    steps = np.arange(runs.length)
    every = runs.whole if runs.wraps else runs.whole + runs.cut
    # a run of l voxels holds l - s segments: sum the runs longer than s, twice
    longer = np.cumsum(every[::-1])[::-1]
    inside = np.cumsum(longer[:0:-1])[::-1]
    possible = runs.lines * (np.full_like(steps, runs.length) if runs.wraps else runs.length - steps)
    if runs.wraps:
        inside = inside + runs.cut[-1] * runs.length
    distance = steps.astype(np.float64) * microstructure.spacing[AXES.index(axis)]
    return Curve(distance, np.asarray(inside / possible, np.float64))
