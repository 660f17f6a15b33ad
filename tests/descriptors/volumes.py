"""Volumes whose statistics are known, and random ones."""

import numpy as np

from microdesigner.core.microstructure import Lateral, Microstructure

NAMES = ("donor", "acceptor")


def volume(
    labels: np.ndarray, edge: float | tuple[float, float, float] = 1.0, lateral: Lateral = "periodic"
) -> Microstructure:
    """A two-phase volume."""
    voxel = edge if isinstance(edge, tuple) else (edge,) * 3
    return Microstructure(np.ascontiguousarray(labels, np.uint8), voxel, lateral, NAMES)


def stripes(shape: tuple[int, int, int], axis: int, period: int) -> np.ndarray:
    """Donor and acceptor in turn along an axis, half a period each."""
    index = np.indices(shape)[axis]
    return (index // (period // 2) % 2).astype(np.uint8)


def ball(edge: int, radius: float) -> np.ndarray:
    """An acceptor cube with a donor ball in its middle."""
    grid = np.indices((edge,) * 3) - (edge - 1) / 2
    return ((grid**2).sum(axis=0) > radius**2).astype(np.uint8)


def noise(shape: tuple[int, int, int], seed: int, donors: float = 0.6) -> np.ndarray:
    """White noise with a share of donors."""
    return (np.random.default_rng(seed).random(shape) > donors).astype(np.uint8)
