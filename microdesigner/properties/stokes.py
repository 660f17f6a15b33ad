"""Slow flow through a film of nothing but fluid, at given forces: the Stokes equations by Fourier transforms.

Velocities stand on the voxels' faces, pressures in their middles (F. H. Harlow, J. E. Welch, Phys. Fluids 8 (1965)
2182). x and y wrap. On the plates below and above the film the pressure is even and the fluid moves along z alone:
along z, pressures and lateral velocities are sines and velocities along z are cosines. A flow is three arrays [z, y, x]
of the velocities along x, y and z; the last one has a layer more.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from microdesigner.core.compiled import compiled

Field = NDArray[np.float32]
Flow = tuple[Field, Field, Field]
WORKERS = 2


class FreeFlow:
    """The flow, of no mean along z, that forces cause in a film [z, y, x] of fluid of viscosity 1."""

    def __init__(self, shape: tuple[int, ...], spacing: tuple[float, float, float]) -> None:
        layers, rows, columns = shape
        x_edge, y_edge, z_edge = spacing
        half = np.pi * np.arange(layers + 1) / layers / 2
        self._shape = rows, columns
        self._along_z = (2 * np.sin(half) / z_edge).astype(np.float32)
        self._along_y = ((1 - np.exp(-2j * np.pi * fft.fftfreq(rows))) / y_edge).astype(np.complex64)
        self._along_x = ((1 - np.exp(-2j * np.pi * fft.rfftfreq(columns))) / x_edge).astype(np.complex64)

    def of(self, force: Flow) -> Flow:
        """The flow at a force on each face."""
        lateral = [fft.dst(part, 2, axis=0, workers=WORKERS) for part in force[:2]]
        waves = [
            fft.rfftn(part, axes=(1, 2), workers=WORKERS)
            for part in (*lateral, fft.dct(force[2], 1, axis=0, workers=WORKERS))
        ]
        _flow_of_waves(waves[0], waves[1], waves[2], self._along_z, self._along_y, self._along_x)
        x, y, z = (fft.irfftn(part, self._shape, axes=(1, 2), workers=WORKERS, overwrite_x=True) for part in waves)
        return (
            fft.idst(x, 2, axis=0, workers=WORKERS, overwrite_x=True),
            fft.idst(y, 2, axis=0, workers=WORKERS, overwrite_x=True),
            fft.idct(z, 1, axis=0, workers=WORKERS, overwrite_x=True),
        )


@compiled
def _flow_of_waves(
    to_x: NDArray[np.complex64],
    to_y: NDArray[np.complex64],
    to_z: NDArray[np.complex64],
    along_z: Field,
    along_y: NDArray[np.complex64],
    along_x: NDArray[np.complex64],
) -> None:
    """Turn waves of force into waves of flow, in place: what pressure takes up, then what friction leaves."""
    layers, rows, columns = to_z.shape
    for z in range(layers):
        for y in range(rows):
            for x in range(columns):
                gx, gy, gz = along_x[x], along_y[y], along_z[z]
                square = (gx * np.conj(gx)).real + (gy * np.conj(gy)).real + gz * gz
                resistance = 1 / square if square > 0 else np.float32(0)
                if z == 0:  # even along z: there is neither lateral flow nor pressure
                    to_z[0, y, x] *= resistance
                    continue
                fx, fy, fz = to_x[z - 1, y, x], to_y[z - 1, y, x], to_z[z, y, x]
                pressure = (np.conj(gx) * fx + np.conj(gy) * fy + gz * fz) * resistance
                to_x[z - 1, y, x] = (fx - gx * pressure) * resistance
                to_y[z - 1, y, x] = (fy - gy * pressure) * resistance
                to_z[z, y, x] = (fz - gz * pressure) * resistance
