"""Mean and Gaussian curvature of the interface of a phase.

The indicator of the phase is smoothed with a Gaussian of `SMOOTHING` voxels, and the interface is the level set
u = 1/2. With the gradient g and the Hessian G of u, both by central differences, and the outward normal n = -g / |g|,

    H = ∇·n / 2 = (gᵀ G g - |g|² tr G) / (2 |g|³),    K = gᵀ adj(G) g / |g|⁴.

Curvatures are taken where lines of voxel centres cross the interface. Of the crossings along one axis there are
|n_axis| per area of interface, so that crossings weighted by |n_axis| over all three axes count each piece of area
exactly once (n_x² + n_y² + n_z² = 1): means are means over the area.

Source: R. Goldman, Computer Aided Geometric Design 22 (2005) 632, eqs. 3.1 and 4.2; as a measure of bicontinuous
structures: Y. Kwon, K. Thornton, P. W. Voorhees, Physical Review E 75 (2007) 021120.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from microdesigner.core.compiled import compiled
from microdesigner.core.microstructure import Microstructure

SMOOTHING = 1.5
"""Standard deviation of the Gaussian in units of the longest voxel edge. It lets the steps between voxels disappear;
an interface of radius R comes out about `SMOOTHING`² / R too small."""
TAILS = (0.05, 0.95)
FLATTEST = 1e-6


@dataclass(frozen=True)
class InterfaceCurvature:
    """Curvatures at points of an interface.

    Attributes
    ----------
    mean : ndarray, shape (points,)
        Mean curvature H in 1/nm, positive where the phase bulges outwards: 1/R on a ball of radius R.
    gaussian : ndarray, shape (points,)
        Gaussian curvature K in 1/nm², negative on saddles.
    area : ndarray, shape (points,)
        Area in nm² for which each point stands; their sum is that of the interface.
    """

    mean: NDArray[np.float64]
    gaussian: NDArray[np.float64]
    area: NDArray[np.float64]

    def statistics(self) -> dict[str, float]:
        """Moments and tails over the area.

        Returns
        -------
        dict
            "mean_curvature" and "mean_curvature_std" in 1/nm, mean and standard deviation of H; "gaussian_curvature",
            "gaussian_curvature_q05" and "gaussian_curvature_q95" in 1/nm², mean and 5th and 95th percentiles of K.
        """
        mean = float(np.average(self.mean, weights=self.area))
        variance = float(np.average((self.mean - mean) ** 2, weights=self.area))
        low, high = weighted_quantiles(self.gaussian, self.area, TAILS)
        return {
            "mean_curvature": mean,
            "mean_curvature_std": variance**0.5,
            "gaussian_curvature": float(np.average(self.gaussian, weights=self.area)),
            "gaussian_curvature_q05": low,
            "gaussian_curvature_q95": high,
        }


def interface_curvature(microstructure: Microstructure, label: int) -> InterfaceCurvature | None:
    """Curvature of the interface between a phase and all others.

    Parameters
    ----------
    microstructure : Microstructure
        The volume. At open faces the interface is continued by its mirror image, as no-flux surfaces ask for.
    label : int
        The phase.

    Returns
    -------
    InterfaceCurvature or None
        None where the smoothed phase has no interface.

    Examples
    --------
    A ball of radius 10 nm has H = 1/10 per nm, here to a tenth:

    >>> import numpy as np
    >>> from microdesigner import Microstructure
    >>> x, y, z = np.indices((32, 32, 32)) - 15.5
    >>> ball = (x**2 + y**2 + z**2 > 10**2).astype(np.uint8)
    >>> figures = interface_curvature(Microstructure(ball), 0).statistics()
    >>> abs(10 * figures["mean_curvature"] - 1) < 0.1
    True
    """
    longest = max(microstructure.spacing)
    sigma = [SMOOTHING * longest / edge for edge in microstructure.spacing]
    lateral = "wrap" if microstructure.periodic else "reflect"
    inside = (microstructure.phases == label).astype(np.float64)
    smooth = gaussian_filter(inside, sigma, mode=(lateral, lateral, "reflect"))
    below, above = zip(*(_neighbours(microstructure, axis) for axis in range(3)), strict=True)
    count = _crossings(smooth, above)
    if count == 0:
        return None
    points = _curvatures(smooth, below, above, np.array(microstructure.spacing), count)
    return InterfaceCurvature(*points) if points[2].any() else None


def weighted_quantiles(
    values: NDArray[np.float64], weights: NDArray[np.float64], levels: tuple[float, ...]
) -> tuple[float, ...]:
    """Quantiles at `levels` of `values` (n,) that count by `weights` (n,), interpolated between their middles."""
    order = np.argsort(values)
    ordered = weights[order]
    shares = (np.cumsum(ordered) - ordered / 2) / ordered.sum()
    return tuple(float(value) for value in np.interp(levels, shares, values[order]))


def _neighbours(microstructure: Microstructure, axis: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Index of the voxel before and after each one along `axis`: across the side where it wraps, else itself."""
    length = microstructure.shape[axis]
    index = np.arange(length)
    if microstructure.periodic and axis < 2:
        return (index - 1) % length, (index + 1) % length
    return np.maximum(index - 1, 0), np.minimum(index + 1, length - 1)


Indices = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]


@compiled
def _crossings(u: NDArray[np.float64], above: Indices) -> int:
    nx, ny, nz = u.shape
    count = 0
    for x in range(nx):
        for y in range(ny):
            for z in range(nz):
                inside = u[x, y, z] > 0.5
                count += inside != (u[above[0][x], y, z] > 0.5)
                count += inside != (u[x, above[1][y], z] > 0.5)
                count += inside != (u[x, y, above[2][z]] > 0.5)
    return count


@compiled
def _derivatives(
    u: NDArray[np.float64],
    x: int,
    y: int,
    z: int,
    below: Indices,
    above: Indices,
    edge: NDArray[np.float64],
    share: float,
    into: NDArray[np.float64],
) -> None:
    """Add `share` of the derivatives of u at a voxel to `into`: x, y, z, xx, yy, zz, xy, yz, zx."""
    xm, xp, ym, yp, zm, zp = below[0][x], above[0][x], below[1][y], above[1][y], below[2][z], above[2][z]
    middle = u[x, y, z]
    into[0] += share * (u[xp, y, z] - u[xm, y, z]) / (2 * edge[0])
    into[1] += share * (u[x, yp, z] - u[x, ym, z]) / (2 * edge[1])
    into[2] += share * (u[x, y, zp] - u[x, y, zm]) / (2 * edge[2])
    into[3] += share * (u[xp, y, z] - 2 * middle + u[xm, y, z]) / edge[0] ** 2
    into[4] += share * (u[x, yp, z] - 2 * middle + u[x, ym, z]) / edge[1] ** 2
    into[5] += share * (u[x, y, zp] - 2 * middle + u[x, y, zm]) / edge[2] ** 2
    into[6] += share * (u[xp, yp, z] - u[xp, ym, z] - u[xm, yp, z] + u[xm, ym, z]) / (4 * edge[0] * edge[1])
    into[7] += share * (u[x, yp, zp] - u[x, yp, zm] - u[x, ym, zp] + u[x, ym, zm]) / (4 * edge[1] * edge[2])
    into[8] += share * (u[xp, y, zp] - u[xp, y, zm] - u[xm, y, zp] + u[xm, y, zm]) / (4 * edge[2] * edge[0])


@compiled
def _curvatures(
    u: NDArray[np.float64], below: Indices, above: Indices, edge: NDArray[np.float64], count: int
) -> NDArray[np.float64]:
    """H, K and area (3, count) at the crossings, which `_crossings` has counted."""
    nx, ny, nz = u.shape
    points = np.empty((3, count))
    d = np.empty(9)
    number = 0
    for x in range(nx):
        for y in range(ny):
            for z in range(nz):
                for axis in range(3):
                    xo = above[0][x] if axis == 0 else x
                    yo = above[1][y] if axis == 1 else y
                    zo = above[2][z] if axis == 2 else z
                    here, there = u[x, y, z], u[xo, yo, zo]
                    if (here > 0.5) == (there > 0.5):
                        continue
                    share = (0.5 - here) / (there - here)
                    d[:] = 0
                    _derivatives(u, x, y, z, below, above, edge, 1 - share, d)
                    _derivatives(u, xo, yo, zo, below, above, edge, share, d)
                    gx, gy, gz, xx, yy, zz, xy, yz, zx = d
                    square = gx * gx + gy * gy + gz * gz
                    length = np.sqrt(square)
                    if length < FLATTEST / edge[axis]:  # two interfaces meet: no normal, and no area
                        points[:, number] = 0
                        number += 1
                        continue
                    along = gx * gx * xx + gy * gy * yy + gz * gz * zz
                    along += 2 * (gx * gy * xy + gy * gz * yz + gz * gx * zx)
                    adjugate = gx * gx * (yy * zz - yz * yz) + gy * gy * (xx * zz - zx * zx)
                    adjugate += gz * gz * (xx * yy - xy * xy) + 2 * gx * gy * (yz * zx - xy * zz)
                    adjugate += 2 * gy * gz * (xy * zx - yz * xx) + 2 * gz * gx * (xy * yz - zx * yy)
                    points[0, number] = (along - square * (xx + yy + zz)) / (2 * length * square)
                    points[1, number] = adjugate / (square * square)
                    across = edge[0] * edge[1] * edge[2] / edge[axis]
                    points[2, number] = across * abs(d[axis]) / length
                    number += 1
    return points
