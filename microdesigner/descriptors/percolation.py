"""Which voxels of a phase lie on a piece that joins the film's two z faces through voxel faces (6 neighbours)."""

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.compiled import compiled
from microdesigner.core.microstructure import Microstructure


def spanning_voxels(microstructure: Microstructure, label: int) -> NDArray[np.bool_]:
    """Voxels [z, y, x] of the phase `label` from which both z faces can be reached over faces shared by its voxels."""
    voxels = np.ascontiguousarray(label == microstructure.phases.T)
    return spanning(voxels, microstructure.periodic, microstructure.periodic)


def spanning(voxels: NDArray[np.bool_], wrap_y: bool, wrap_x: bool) -> NDArray[np.bool_]:
    """Of `voxels` [z, y, x] those from which both ends of the first axis can be reached over faces shared by them."""
    from_below = _reached(voxels, wrap_y, wrap_x)
    from_above = _reached(np.ascontiguousarray(from_below[::-1]), wrap_y, wrap_x)
    return from_above[::-1]


@compiled
def _reached(voxels: NDArray[np.bool_], wrap_y: bool, wrap_x: bool) -> NDArray[np.bool_]:
    layers, rows, columns = voxels.shape
    reached = np.zeros(voxels.shape, np.bool_)
    stack = np.empty((np.count_nonzero(voxels), 3), np.int32)
    height = 0
    for y in range(rows):
        for x in range(columns):
            if voxels[0, y, x]:
                reached[0, y, x] = True
                stack[height] = 0, y, x
                height += 1
    while height:
        height -= 1
        layer, row, column = stack[height, 0], stack[height, 1], stack[height, 2]
        for step in range(6):
            side = 1 if step % 2 else -1
            z = layer + (side if step < 2 else 0)
            y = row + (side if 2 <= step < 4 else 0)
            x = column + (side if step >= 4 else 0)
            if wrap_y:
                y %= rows
            if wrap_x:
                x %= columns
            if z < 0 or z >= layers or y < 0 or y >= rows or x < 0 or x >= columns:
                continue
            if voxels[z, y, x] and not reached[z, y, x]:
                reached[z, y, x] = True
                stack[height] = z, y, x
                height += 1
    return reached
