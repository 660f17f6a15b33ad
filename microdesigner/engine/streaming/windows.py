"""Windows that cover a latent with overlap, and the weights by which what they predict is blended.

A window is at most twice as wide as the latents that the denoisers were trained on, for their attention. What it
predicts within `MARGIN` of a cut through the film is dropped: beyond that it differs from the prediction for a film of
512×512×64 voxels in one piece by 0.02 to 0.06 where clean latents have a standard deviation of 1.2, at the cut by half
of that. From step to step windows move, so that no place is always the same distance from a border.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

WINDOW, MARGIN, RAMP = 32, 4, 4
ALIGNED = 4
"""Windows begin at multiples of this, as the denoiser halves the latent twice."""
STRIDE = WINDOW - 2 * MARGIN - RAMP
MOVED = 8
"""How far windows move with each step."""
Latent = NDArray[np.float32]


@dataclass(frozen=True)
class Axis:
    """A lateral axis of `length` latent voxels that wraps (`periodic`) or ends with walls."""

    length: int
    periodic: bool

    @property
    def window(self) -> int:
        """Length of a window; that of a short axis, which is not cut."""
        return min(WINDOW, self.length)

    def starts(self, step: int) -> list[int]:
        """Where the windows of a step begin."""
        if self.length <= WINDOW:
            return [0]
        if self.periodic:
            count = -(-self.length // STRIDE)
            moved = MOVED * step % STRIDE
            return [(self._aligned(number * self.length, count) + moved) % self.length for number in range(count)]
        free = self.length - WINDOW
        gaps = -(-free // STRIDE) + step % 2
        return [self._aligned(number * free, gaps) for number in range(gaps)] + [free]

    def indices(self, start: int) -> NDArray[np.int64]:
        """Places (window,) of a window in the film."""
        return np.arange(start, start + self.window) % self.length

    def weights(self, start: int) -> NDArray[np.float32]:
        """How much each place of a window (window,) counts: nothing near a cut, all away from it and at walls."""
        from_cut = np.full(self.window, np.inf)
        places = np.arange(self.window) + 0.5
        if self.length > WINDOW and (self.periodic or start > 0):
            from_cut = np.minimum(from_cut, places)
        if self.length > WINDOW and (self.periodic or start + self.window < self.length):
            from_cut = np.minimum(from_cut, places[::-1])
        weights: NDArray[np.float32] = np.clip((from_cut - MARGIN) / RAMP, 0, 1).astype(np.float32)
        return weights

    def _aligned(self, place: int, parts: int) -> int:
        return ALIGNED * (place // (parts * ALIGNED))


@dataclass(frozen=True)
class Windows:
    """The windows of a film whose latent has the shape (channels, x, y, z)."""

    shape: tuple[int, int, int, int]
    periodic: bool

    @property
    def axes(self) -> tuple[Axis, Axis]:
        """The lateral axes."""
        return Axis(self.shape[1], self.periodic), Axis(self.shape[2], self.periodic)

    def starts(self, step: int) -> list[tuple[int, int]]:
        """Where the windows of a step begin along x and y, in the order in which they are blended."""
        x, y = self.axes
        return list(product(x.starts(step), y.starts(step)))

    def cut(self, latent: Latent, start: tuple[int, int]) -> Latent:
        """The window (channels, x, y, z) of a latent."""
        x, y = (axis.indices(begin) for axis, begin in zip(self.axes, start, strict=True))
        window: Latent = latent[:, x][:, :, y]
        return window


class Blend:
    """The weighted mean of what windows predict, added in the order of `starts`, on which its last bits depend."""

    def __init__(self, windows: Windows, starts: Sequence[tuple[int, int]]) -> None:
        self._windows = windows
        self._sum = np.zeros(windows.shape, np.float32)
        self._weights = [np.zeros(axis.length, np.float32) for axis in windows.axes]
        for total, axis, begins in zip(self._weights, windows.axes, zip(*starts, strict=True), strict=True):
            for begin in sorted(set(begins)):
                total[axis.indices(begin)] += axis.weights(begin)

    def add(self, start: tuple[int, int], predicted: Latent) -> None:
        """Add what the window at `start` predicts, (channels, x, y, z)."""
        along_x, along_y = (axis.weights(begin) for axis, begin in zip(self._windows.axes, start, strict=True))
        x, y = (axis.indices(begin) for axis, begin in zip(self._windows.axes, start, strict=True))
        self._sum[:, x[:, None], y[None]] += along_x[:, None, None] * along_y[:, None] * predicted

    def mean(self) -> Latent:
        """The blended prediction (channels, x, y, z)."""
        along_x, along_y = self._weights
        blended: Latent = self._sum / (along_x[:, None, None] * along_y[:, None])
        return blended
