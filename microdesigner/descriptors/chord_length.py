"""Chord lengths: how far a straight line runs within a phase from interface to interface.

Source: S. Torquato, B. Lu, Physical Review E 47 (1993) 2950. The mean obeys the stereological relation
mean chord = 2 φ / P_L, P_L the interface crossings per length of line (E. E. Underwood, Quantitative Stereology, 1970).
"""

import numpy as np

from microdesigner.core.microstructure import Microstructure
from microdesigner.descriptors.curve import AXES, Axis, Curve
from microdesigner.descriptors.runs import runs_of


def chord_lengths(microstructure: Microstructure, label: int, axis: Axis) -> Curve:
    """Distribution of the chord lengths of a phase along an axis.

    Chords cut off by an open face are left out, since their length is unknown; long ones are cut off more often, so the
    distribution of a thin film leans to short chords.

    Parameters
    ----------
    microstructure : Microstructure
        The volume.
    label : int
        The phase.
    axis : {"x", "y", "z"}
        Direction of the chords.

    Returns
    -------
    Curve
        Share of the chords that have each length in nm, from one voxel to the whole line; empty arrays where no chord
        ends at both sides.

    References
    ----------
    S. Torquato, B. Lu, Physical Review E 47 (1993) 2950.
    """
    runs = runs_of(microstructure, label, axis)
    lengths = np.arange(1.0, runs.length + 1) * microstructure.spacing[AXES.index(axis)]
    chords = runs.whole[1:]
    if not chords.any():
        return Curve(np.empty(0), np.empty(0))
    return Curve(lengths, np.asarray(chords / chords.sum(), np.float64))


def mean_chord(microstructure: Microstructure, label: int, axis: Axis) -> float | None:
    """Mean chord length of a phase along an axis, by 2 φ / P_L.

    Chords cut off by an open face count by what is seen of them, which avoids the lean of `chord_lengths`.

    Parameters
    ----------
    microstructure : Microstructure
        The volume.
    label : int
        The phase, of fraction φ.
    axis : {"x", "y", "z"}
        Direction of the chords, along which P_L interfaces are crossed per length.

    Returns
    -------
    float or None
        In nm; None where the phase has no interface along the axis.

    References
    ----------
    E. E. Underwood, Quantitative Stereology, Addison-Wesley 1970.

    Examples
    --------
    >>> slabs = (np.indices((16, 4, 4))[0] // 4 % 2).astype(np.uint8)
    >>> mean_chord(Microstructure(slabs, (2.0, 2.0, 2.0)), 0, "x")
    8.0
    """
    runs = runs_of(microstructure, label, axis)
    ends = 2 * int(runs.whole.sum()) + int(runs.cut[:-1].sum())
    if not ends:
        return None
    voxels = int(((runs.whole + runs.cut) * np.arange(runs.length + 1)).sum())
    crossings_per_voxel = ends / (runs.lines * (runs.length if runs.wraps else runs.length - 1))
    fraction = voxels / (runs.lines * runs.length)
    return 2 * fraction / crossings_per_voxel * microstructure.spacing[AXES.index(axis)]
