"""Interfaces moved by a hair, so that each phase of a mesh fills exactly its share.

The change of a phase's volume with the place of a node is a third of the area that it sees there. Of all movements that
give every phase its volume, to first order, the least is taken; a few rounds suffice.
"""

import numpy as np
from numpy.typing import NDArray

from microdesigner.meshing.quality import Cells, Points, qualities, volumes

WITHIN = 1e-6  # of the whole volume
_ROUNDS = 40
_LONGEST_STEP = 0.1  # of a cell at once
_THIN, _KEPT = 0.18, 0.9  # quality that none falls below, but for such as are worse, which keep so much of theirs


def with_fractions(
    points: Points,
    cells: Cells,
    phases: NDArray[np.uint8],
    fractions: NDArray[np.float64],
    masters: NDArray[np.int32],
    still: NDArray[np.bool_],
) -> Points:
    """`points` (node, xyz), in cells, moved so that phase p fills `fractions`[p] of the volume.

    Nodes move like their `masters` (node,), and not along axes where `still` (node, axis); nor do those whose
    tetrahedra would get thin. Where too few are left to move, the fractions come as near as they can.
    """
    whole = float(volumes(points, cells).sum())
    thin = min(_THIN, _KEPT * float(qualities(points, cells).min()))
    still = still.copy()
    for _ in range(_ROUNDS):
        missing = fractions * whole - np.bincount(phases, volumes(points, cells), len(fractions))
        if np.abs(missing).max() <= WITHIN * whole:
            break
        step = _least_movement(points, cells, phases, missing, masters, still)
        longest = float(np.linalg.norm(step, axis=1).max())
        step *= min(1.0, _LONGEST_STEP / longest) if longest else 1.0
        spoilt = qualities(points + step, cells) < thin
        if spoilt.any():
            held = np.unique(masters[cells[spoilt]])
            still[np.isin(masters, held)] = True
        else:
            points = points + step
    return points


def _least_movement(
    points: Points,
    cells: Cells,
    phases: NDArray[np.uint8],
    missing: NDArray[np.float64],
    masters: NDArray[np.int32],
    still: NDArray[np.bool_],
) -> Points:
    """The shortest movement (node, xyz) that changes the phases' volumes by `missing`, to first order."""
    slopes = np.stack([_slope(points, cells[phases == label], masters) for label in range(len(missing))])
    slopes[:, still] = 0.0
    flat = slopes.reshape(len(missing), -1)
    weights = np.linalg.lstsq(flat @ flat.T, missing, rcond=1e-9)[0]
    movement: Points = np.tensordot(weights, slopes, 1)[masters]
    return movement


def _slope(points: Points, cells: Cells, masters: NDArray[np.int32]) -> Points:
    """How the volume of `cells` grows with the place of each node (node, xyz), its images moving with it."""
    a, b, c, d = (points[cells[:, corner]] for corner in range(4))
    areas = (np.cross(d - b, c - b), np.cross(c - a, d - a), np.cross(d - a, b - a), np.cross(b - a, c - a))
    found = np.zeros_like(points)
    for corner, area in enumerate(areas):
        nodes = masters[cells[:, corner]]
        for axis in range(3):
            found[:, axis] += np.bincount(nodes, area[:, axis], len(points)) / 6
    return found
