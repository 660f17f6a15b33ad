"""Overlapping subvolumes of one film, kept apart for training and validation: no voxel is on both sides."""

import math
from dataclasses import dataclass
from itertools import product

import numpy as np

from microdesigner.core.errors import InputError
from microdesigner.core.quantity import size_words
from microdesigner.data.importing.plan import Cut, Triple
from microdesigner.data.store import VALIDATION_EVERY


@dataclass(frozen=True)
class Window:
    """A subvolume: `origin` and `size` along x, y, z in voxels of the source film.

    `held_out` tells its side of the split, None that it has none because it lies across.
    """

    origin: Triple
    size: Triple
    held_out: bool | None


def window_size(cut: Cut, film: Triple) -> Triple:
    """Voxels of the subvolumes of a film [x, y, z]; raises InputError where the film is smaller."""
    window = cut.window or (film[2], film[2])
    x, y, z = (*window, film[2])[:3]
    if x > film[0] or y > film[1] or z > film[2]:
        raise InputError(
            f"A window of {size_words((x, y, z))} voxels does not fit a film of {size_words(film)}; give a smaller one."
        )
    return x, y, z


def origins(length: int, window: int, stride: int) -> list[int]:
    """0, stride, 2·stride, ... and the last origin that fits, so that the whole film is used."""
    last = length - window
    return sorted({*range(0, last + 1, stride), last})


def split_windows(film: Triple, cut: Cut) -> list[Window]:
    """All windows of a film, those in its corner at x = y = 0, over its whole thickness, held out: the same in every
    film, should one come twice.

    A window lies on neither side where it holds voxels of the corner and others. The corner's extent maximises
    (1 - s) ln(training windows) + s ln(held-out windows), s = 1/`VALIDATION_EVERY`, which without loss would hold out
    the share s. Where the film is too small for two windows apart, every window is None.
    """
    size = window_size(cut, film)
    x, y, z = (origins(film[axis], size[axis], cut.stride) for axis in range(3))
    corner = _corner(np.array(x), np.array(y), size)
    return [Window(origin, size, _held_out(origin, size, corner)) for origin in product(x, y, z)]


def _held_out(origin: Triple, size: Triple, corner: tuple[int, int] | None) -> bool | None:
    if corner is None:
        return None
    if all(origin[axis] + size[axis] <= corner[axis] for axis in (0, 1)):
        return True
    return False if any(origin[axis] >= corner[axis] for axis in (0, 1)) else None


def _corner(x: np.ndarray, y: np.ndarray, size: Triple) -> tuple[int, int] | None:
    """Extent of the best corner for rising window origins `x` and `y`; None where nothing is left to train on."""
    end_x, end_y = x + size[0], y + size[1]
    beyond_x = len(x) - np.searchsorted(x, end_x)  # windows clear of a corner that ends there
    beyond_y = len(y) - np.searchsorted(y, end_y)
    held_out = np.outer(np.arange(1, len(x) + 1), np.arange(1, len(y) + 1))
    training = beyond_x[:, None] * len(y) + (len(x) - beyond_x)[:, None] * beyond_y[None]
    if not training.any():
        return None
    share = 1 / VALIDATION_EVERY
    with np.errstate(divide="ignore"):
        worth = (1 - share) * np.log(training) + share * np.log(held_out)
    i, j = np.unravel_index(int(np.argmax(worth)), worth.shape)
    return int(end_x[i]), int(end_y[j])


def independent_windows(film: Triple, size: Triple) -> int:
    """How many windows the film holds side by side."""
    return math.prod(edge // of_window for edge, of_window in zip(film, size, strict=True))
