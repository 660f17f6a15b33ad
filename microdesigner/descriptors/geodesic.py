"""How far a phase's voxels lie from its interface along paths inside the phase, for the diffusion of excitons.

The distance is GraSPI's: the shortest path over the 26 neighbours (steps 1, √2, √3 voxels), from half the smallest edge
that crosses the interface.
"""

import math

import numpy as np
from numpy.typing import NDArray

from microdesigner.descriptors.compiled import compiled
from microdesigner.descriptors.film import Film

DIFFUSION_LENGTH = 10.0


def exciton_harvest(
    film: Film, phase: np.uint8, contact: NDArray[np.uint8], voxel: float, periodic: bool
) -> tuple[int, float]:
    """GraSPI's DISS sums over `phase`: the voxels nearer than 10 nm to the interface, and the sum of their weights.

    `contact` is `interface.contacts` [z, y, x]; `voxel` is the edge of the cubic voxels in nm. The weight of a voxel at
    distance d is 6.265 exp(-((d + 23) / 17.17)²).
    """
    steps = voxel * np.array([0.0, 1.0, math.sqrt(2), math.sqrt(3)])
    distance = _distances(film, phase, contact, steps, DIFFUSION_LENGTH, periodic)
    near = distance[distance < DIFFUSION_LENGTH]
    return len(near), float((6.265 * np.exp(-(((near + 23) / 17.17) ** 2))).sum())


@compiled
def _distances(
    film: Film, phase: np.uint8, contact: NDArray[np.uint8], steps: NDArray[np.float64], limit: float, periodic: bool
) -> NDArray[np.float64]:
    """Distances [z, y, x] below `limit`, infinite elsewhere. A first-in-first-out queue keeps corrections rare."""
    nz, ny, nx = film.shape
    distance = np.full((nz, ny, nx), np.inf)
    waiting = np.zeros((nz, ny, nx), np.bool_)
    queue = np.empty((film.size, 3), np.int32)
    first, length = 0, 0
    for kind in range(1, 4):
        for z in range(nz):
            for y in range(ny):
                for x in range(nx):
                    if contact[z, y, x] == kind and steps[kind] / 2 < limit:
                        distance[z, y, x] = steps[kind] / 2
                        waiting[z, y, x] = True
                        queue[length] = z, y, x
                        length += 1
    while length:
        z, y, x = queue[first]
        first, length = (first + 1) % len(queue), length - 1
        waiting[z, y, x] = False
        for above in range(max(z - 1, 0), min(z + 2, nz)):
            for dy in range(-1, 2):
                beside = y + dy
                if beside < 0 or beside >= ny:
                    if not periodic:
                        continue
                    beside = beside % ny
                for dx in range(-1, 2):
                    ahead = x + dx
                    if ahead < 0 or ahead >= nx:
                        if not periodic:
                            continue
                        ahead = ahead % nx
                    longer = distance[z, y, x] + steps[abs(above - z) + abs(dy) + abs(dx)]
                    # rounding must not send two equally long paths round in circles
                    improves = longer < min(distance[above, beside, ahead] - 1e-9, limit)
                    if improves and film[above, beside, ahead] == phase:
                        distance[above, beside, ahead] = longer
                        if not waiting[above, beside, ahead]:
                            waiting[above, beside, ahead] = True
                            queue[(first + length) % len(queue)] = above, beside, ahead
                            length += 1
    return distance
