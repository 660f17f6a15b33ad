"""The structure factor of a phase and the domain size that follows from it.

S(k) = v |F(k)|² / N, F the transform of the phase's indicator less its mean, v the volume of a voxel, N their number,
averaged over the directions of k. Open axes use cosines, whose mirrored continuation makes no jump at the surface;
periodic ones use waves. Source: the scattering function of spinodal decomposition; the domain size
R = 2π / k₁, k₁ = ∫ k S(k) dk / ∫ S(k) dk is the usual one there (A. J. Bray, Advances in Physics 43 (1994) 357).
"""

import math

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from microdesigner.core.microstructure import Microstructure
from microdesigner.descriptors.curve import Curve


def structure_factor(microstructure: Microstructure, label: int) -> Curve:
    """Structure factor of a phase.

    Parameters
    ----------
    microstructure : Microstructure
        The volume.
    label : int
        The phase.

    Returns
    -------
    Curve
        S(k) in nm³ over k in 1/nm, in shells 2π / (the film's longest edge) wide; zero everywhere where the phase is
        absent or alone.

    References
    ----------
    A. J. Bray, Advances in Physics 43 (1994) 357.

    Examples
    --------
    Stripes of period 16 nm scatter at about k = 2π / 16:

    >>> stripes = (np.indices((64, 64, 8))[0] // 8 % 2).astype(np.uint8)
    >>> curve = structure_factor(Microstructure(stripes), 0)
    >>> round(2 * math.pi / float(curve.position[curve.value.argmax()]), 1)
    15.5
    """
    wave_number, factor, _ = _shells(microstructure, _power(microstructure, label))
    return Curve(wave_number, math.prod(microstructure.spacing) * factor)


def domain_size(microstructure: Microstructure, label: int) -> float | None:
    """Characteristic domain size of a phase, 2π over the mean wave number k₁ of its structure factor.

    Parameters
    ----------
    microstructure : Microstructure
        The volume.
    label : int
        The phase.

    Returns
    -------
    float or None
        In nm; None where the phase is absent or alone.
    """
    return _size(microstructure, _power(microstructure, label))


def film_domain_size(microstructure: Microstructure) -> float | None:
    """Domain size in nm by the sum of the structure factors of all phases; None for a film of one phase."""
    labels = range(len(microstructure.phase_names))
    return _size(microstructure, np.sum([_power(microstructure, label) for label in labels], axis=0))


def _size(microstructure: Microstructure, power: NDArray[np.float32]) -> float | None:
    _, factor, moment = _shells(microstructure, power)
    return 2 * math.pi * float(factor.sum()) / float(moment.sum()) if moment.sum() > 0 else None


def _power(microstructure: Microstructure, label: int) -> NDArray[np.float32]:
    fluctuation = (microstructure.phases == label).astype(np.float32)
    fluctuation -= fluctuation.mean(dtype=np.float64)
    open_axes = (2,) if microstructure.periodic else (0, 1, 2)
    modes = fft.dctn(fluctuation, axes=open_axes, norm="ortho", overwrite_x=True)
    if microstructure.periodic:
        modes = fft.fft2(modes, axes=(0, 1), norm="ortho", overwrite_x=True)
    power: NDArray[np.float32] = np.abs(modes) ** 2
    return power


def _shells(
    microstructure: Microstructure, power: NDArray[np.float32]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Averages over the modes of each shell: of k, of the power, and of their product."""
    wave_numbers = []
    for axis, (length, edge) in enumerate(zip(microstructure.shape, microstructure.spacing, strict=True)):
        if microstructure.periodic and axis < 2:
            wave_numbers.append(2 * math.pi * np.fft.fftfreq(length, edge))
        else:
            wave_numbers.append(math.pi * np.arange(length) / (length * edge))
    longest = max(edge * count for edge, count in zip(microstructure.spacing, microstructure.shape, strict=True))
    width = 2 * math.pi / longest
    highest = min(float(np.abs(k).max()) for k in wave_numbers if len(k) > 1) if power.size > 1 else 0.0
    bins = int(highest / width + 0.5) + 1
    sums = np.zeros((4, bins))
    for layer, k_z in enumerate(wave_numbers[2]):
        k = np.sqrt(wave_numbers[0][:, None] ** 2 + wave_numbers[1] ** 2 + k_z**2)
        # open axes put modes right between two shells: the upper one takes them, whatever their rounding
        shell = np.floor(k / width + (0.5 + 1e-9)).astype(np.int64)
        used = shell < bins
        for row, amount in enumerate((np.ones_like(k), k, power[:, :, layer], k * power[:, :, layer])):
            sums[row] += np.bincount(shell[used], amount[used], bins)
    filled = (sums[0] > 0) & (np.arange(bins) > 0)
    averages = sums[1:, filled] / sums[0, filled]
    return averages[0], averages[1], averages[2]
