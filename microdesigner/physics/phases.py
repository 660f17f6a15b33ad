"""Phases from a composition field φ (acceptor fraction): donor below, acceptor above, mixed between two thresholds."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import MIXED, PhaseArray

PhaseCount = Literal[2, 3]
Threshold = Literal["half", "blend"]
MIDDLE = 0.5
LARGEST_HALF_WIDTH = 0.8


def two_phases(field: NDArray[np.floating], threshold: float = MIDDLE) -> PhaseArray:
    """Donor (0) where φ ≤ `threshold`, acceptor (1) above."""
    return (field > threshold).astype(np.uint8)


def threshold_of_fraction(field: NDArray[np.floating], acceptor_fraction: float) -> float:
    """The threshold above which this share of the voxels lies, to within one voxel where no two values are equal."""
    donors = field.size - round(acceptor_fraction * field.size)
    return float(np.partition(field.ravel(), donors - 1)[donors - 1]) if donors else float("-inf")


def three_phases(field: NDArray[np.floating], half_width: float) -> PhaseArray:
    """Mixed (2) where |φ − 1/2| < `half_width`, donor (0) below, acceptor (1) above."""
    phases = two_phases(field)
    phases[np.abs(field - MIDDLE) < half_width] = MIXED
    return phases


def interphase_half_width(field: NDArray[np.floating], interphase_voxels: float, binodal: float) -> float:
    """Half distance of the two thresholds that makes the interphase `interphase_voxels` thick on average.

    Around φ = 1/2 the field is a ramp of slope g = ⟨|∇φ|⟩, hence a half width of g · thickness / 2; it stays below
    `LARGEST_HALF_WIDTH` of the amplitude 1/2 − φ_α, so that a thick interphase never swallows the pure phases.
    Raises InputError when the field has no interface.
    """
    ramp = np.abs(field - MIDDLE) < 0.25 * (MIDDLE - binodal)
    if not ramp.any():
        raise InputError("The field has no interface: it has not separated yet; anneal longer.")
    slope = np.sqrt(sum(np.square(np.gradient(field, axis=axis)[ramp]) for axis in range(3))).mean()
    return min(0.5 * float(slope) * interphase_voxels, LARGEST_HALF_WIDTH * (MIDDLE - binodal))


def half_width_of_fraction(field: NDArray[np.floating], mixed_fraction: float) -> float:
    """Half distance of the two thresholds that labels this share of the voxels as mixed, to within one voxel.

    The share below a half width is the distribution of |φ − 1/2|, so the width is its order statistic.
    """
    distances = np.abs(field - MIDDLE).ravel()
    rank = round(mixed_fraction * distances.size)
    return float(np.partition(distances, rank)[rank]) if rank < distances.size else float("inf")


def has_separated(field: NDArray[np.floating], binodal: float) -> bool:
    """Whether both phases exist: some voxels have come within a fifth of the amplitude of each binodal."""
    reach = 0.2 * (1 - 2 * binodal)
    low, high = np.quantile(field[::2, ::2, ::2], [0.1, 0.9])
    return bool(low < binodal + reach and high > 1 - binodal - reach)
