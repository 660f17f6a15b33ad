"""Elastic voxels: hexahedra whose strain is taken in their middle, with displacements at their corners.

On periodic grids this is the rotated scheme of F. Willot, C. R. Mécanique 343 (2015) 232: layers along the axes are
exact, and nothing rings at an interface. Arrays are [component, z, y, x] with components x, y, z; strains and stresses
are [xx, yy, zz, yz, xz, xy], shear strains twice the tensor's.
"""

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.compiled import compiled

Field = NDArray[np.float32]
Reals = NDArray[np.float32]
COMPONENTS = 6


@compiled
def stresses(displacement: Field, mean: Reals, first: Field, second: Field, edges: Reals, stress: Field) -> None:
    """`stress` of voxels with Lamé's constants `first` and `second` at a `mean` strain and what `displacement` adds.

    `edges` are 1/4 over the voxel edges along x, y, z.
    """
    _, layers, rows, columns = displacement.shape
    sums, across_y, across_z = np.empty((3, 3, columns), np.float32)
    for z in range(layers):
        above = (z + 1) % layers
        for y in range(rows):
            beside = (y + 1) % rows
            for part in range(3):
                near, far = displacement[part, z, y], displacement[part, z, beside]
                up, both = displacement[part, above, y], displacement[part, above, beside]
                for x in range(columns):
                    sums[part, x] = near[x] + far[x] + up[x] + both[x]
                    across_y[part, x] = far[x] - near[x] + both[x] - up[x]
                    across_z[part, x] = up[x] - near[x] + both[x] - far[x]
            for x in range(columns):
                next_x = x + 1 if x + 1 < columns else 0
                ux_x = (sums[0, next_x] - sums[0, x]) * edges[0]
                uy_x = (sums[1, next_x] - sums[1, x]) * edges[0]
                uz_x = (sums[2, next_x] - sums[2, x]) * edges[0]
                ux_y = (across_y[0, next_x] + across_y[0, x]) * edges[1]
                uy_y = (across_y[1, next_x] + across_y[1, x]) * edges[1]
                uz_y = (across_y[2, next_x] + across_y[2, x]) * edges[1]
                ux_z = (across_z[0, next_x] + across_z[0, x]) * edges[2]
                uy_z = (across_z[1, next_x] + across_z[1, x]) * edges[2]
                uz_z = (across_z[2, next_x] + across_z[2, x]) * edges[2]
                shear = second[z, y, x]
                xx, yy, zz = mean[0] + ux_x, mean[1] + uy_y, mean[2] + uz_z
                pressed = first[z, y, x] * (xx + yy + zz)
                stress[0, z, y, x] = pressed + 2 * shear * xx
                stress[1, z, y, x] = pressed + 2 * shear * yy
                stress[2, z, y, x] = pressed + 2 * shear * zz
                stress[3, z, y, x] = shear * (mean[3] + uy_z + uz_y)
                stress[4, z, y, x] = shear * (mean[4] + ux_z + uz_x)
                stress[5, z, y, x] = shear * (mean[5] + ux_y + uy_x)


@compiled
def forces(stress: Field, edges: Reals, force: Field) -> None:
    """`force` with which the voxels' `stress` pulls at each corner, per volume of a voxel: minus its divergence."""
    _, layers, rows, columns = stress.shape
    sums, across_y, across_z = np.empty((3, COMPONENTS, columns), np.float32)
    rows_of = np.array([[0, 5, 4], [5, 1, 3], [4, 3, 2]])  # where the stress of a component and a normal stands
    for z in range(layers):
        for y in range(rows):
            for part in range(COMPONENTS):
                both, up = stress[part, z, y], stress[part, z, y - 1]
                far, near = stress[part, z - 1, y], stress[part, z - 1, y - 1]
                for x in range(columns):
                    sums[part, x] = near[x] + far[x] + up[x] + both[x]
                    across_y[part, x] = far[x] - near[x] + both[x] - up[x]
                    across_z[part, x] = up[x] - near[x] + both[x] - far[x]
            for part in range(3):
                along_x, along_y, along_z = rows_of[part]
                normal, side, top = sums[along_x], across_y[along_y], across_z[along_z]
                out = force[part, z, y]
                for x in range(columns):
                    before = x - 1 if x > 0 else columns - 1
                    out[x] = -(
                        (normal[x] - normal[before]) * edges[0]
                        + (side[x] + side[before]) * edges[1]
                        + (top[x] + top[before]) * edges[2]
                    )


@compiled
def displacements(
    waves: NDArray[np.complex64],
    along_z: Reals,
    along_y: Reals,
    along_x: Reals,
    first: np.float32,
    second: np.float32,
) -> None:
    """Turn waves of force into waves of displacement in an even material, in place; none where voxels do not strain.

    The three arrays hold 2 sin / edge and cos of half the phase from corner to corner for the waves along an axis.
    """
    _, layers, rows, columns = waves.shape
    share = (first + second) / (first + 2 * second)
    for z in range(layers):
        for y in range(rows):
            for x in range(columns):
                qx = along_x[0, x] * along_y[1, y] * along_z[1, z]
                qy = along_x[1, x] * along_y[0, y] * along_z[1, z]
                qz = along_x[1, x] * along_y[1, y] * along_z[0, z]
                square = qx * qx + qy * qy + qz * qz
                stiff = 1 / (second * square) if square > 0 else np.float32(0)
                fx, fy, fz = waves[0, z, y, x], waves[1, z, y, x], waves[2, z, y, x]
                pushed = share * (qx * fx + qy * fy + qz * fz) * (1 / square if square > 0 else np.float32(0))
                waves[0, z, y, x] = stiff * (fx - pushed * qx)
                waves[1, z, y, x] = stiff * (fy - pushed * qy)
                waves[2, z, y, x] = stiff * (fz - pushed * qz)
