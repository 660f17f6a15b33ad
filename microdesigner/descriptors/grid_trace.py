"""The trace that the blocks of a decoder leave in a film: interfaces that favour certain places within each block.

A decoder that makes a volume block by block may put interfaces more often at some places of a block than at others.
Laterally a film has no preferred place: there the number of faces between unlike voxels per plane varies at the blocks'
period and its harmonics no more than at the wave numbers beside them.
"""

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.microstructure import Microstructure

PERIOD = 8
"""Voxels per latent voxel of this program's autoencoder."""
BESIDE = 2
"""Wave numbers to either side of each harmonic that tell how much a film varies there without any grid."""


def grid_trace(microstructure: Microstructure, period: int = PERIOD) -> float | None:
    """Relative variance of the density of interfaces over the places of a lateral grid, beyond chance.

    With F the discrete Fourier transform of the number of faces between unlike voxels per lateral plane, the sum of
    |F|² over the harmonics of the grid is the variance over the places within a block; what the same number of wave
    numbers beside them holds is subtracted, and the rest divided by |F(0)|². The mean over x and y is returned.

    Parameters
    ----------
    microstructure : Microstructure
        The volume.
    period : int
        Voxels of a block; planes beyond the last whole block do not count.

    Returns
    -------
    float or None
        Dimensionless. Without a grid it scatters about 0 and may be negative; its mean over films tells more than one
        value. None where less than three blocks fit both along x and along y, or no two unlike voxels meet there.

    Examples
    --------
    A chessboard of columns with edges of 8 voxels has its interfaces at one place in eight, a relative variance of 7:

    >>> import numpy as np
    >>> from microdesigner import Microstructure
    >>> x, y, _ = np.indices((64, 64, 4))
    >>> round(grid_trace(Microstructure(((x // 8 + y // 8) % 2).astype(np.uint8))), 6)
    7.0
    """
    traces = [_excess(_unlike_faces(microstructure, axis), period) for axis in (0, 1)]
    known = [trace for trace in traces if trace is not None]
    return float(np.mean(known)) if known else None


def _unlike_faces(microstructure: Microstructure, axis: int) -> NDArray[np.float64]:
    """Faces between unlike voxels across each plane normal to `axis`; the one across a periodic side comes last."""
    rows = np.moveaxis(microstructure.phases, axis, 0)
    counts = (rows[1:] != rows[:-1]).sum((1, 2))
    if microstructure.periodic:
        counts = np.append(counts, (rows[0] != rows[-1]).sum())
    return np.asarray(counts, np.float64)


def _excess(faces: NDArray[np.float64], period: int) -> float | None:
    blocks = len(faces) // period
    reach = min(BESIDE, (blocks - 1) // 2)
    if reach < 1 or not faces.any():
        return None
    power = np.abs(np.fft.fft(faces[: blocks * period])) ** 2
    harmonics = blocks * np.arange(1, period)
    steps = np.array([step for step in range(-reach, reach + 1) if step])
    beside = power[harmonics[:, None] + steps].mean(1)
    return float((power[harmonics] - beside).sum() / power[0])
