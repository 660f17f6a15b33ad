"""Unbroken runs of a phase along the lines of voxels of one axis, from which chords and lineal paths follow."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.compiled import compiled
from microdesigner.core.microstructure import Microstructure
from microdesigner.descriptors.curve import AXES, Axis


@dataclass(frozen=True)
class Runs:
    """Runs of a phase along an axis, counted by their length in voxels (index 0 to `length`).

    `whole` runs end inside the film at both ends, or across a periodic side. `cut` ones meet an open face of the film;
    along a periodic axis only endless ones, which fill their line, are cut. There are `lines` lines of `length` voxels.
    """

    whole: NDArray[np.int64]
    cut: NDArray[np.int64]
    lines: int
    length: int
    wraps: bool


def runs_of(microstructure: Microstructure, label: int, axis: Axis) -> Runs:
    """The runs of the phase `label` along `axis`."""
    index = AXES.index(axis)
    inside = np.moveaxis(microstructure.phases, index, -1) == label
    length = inside.shape[-1]
    rows = np.ascontiguousarray(inside).reshape(-1, length)
    wraps = microstructure.periodic and index < 2
    whole, cut = _count(rows, wraps)
    return Runs(whole, cut, len(rows), length, wraps)


@compiled
def _count(rows: NDArray[np.bool_], wraps: bool) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    length = rows.shape[1]
    whole, cut = np.zeros(length + 1, np.int64), np.zeros(length + 1, np.int64)
    for row in rows:
        first, run = -1, 0  # first: the run that starts at the row's beginning, once it has ended
        for x in range(length):
            if row[x]:
                run += 1
            elif run or first < 0:
                if first < 0:
                    first = run
                else:
                    whole[run] += 1
                run = 0
        if first < 0:
            cut[length] += 1
        elif wraps:
            whole[first + run] += 1
        else:
            cut[first] += 1
            cut[run] += 1
    whole[0] = cut[0] = 0
    return whole, cut
