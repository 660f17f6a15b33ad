"""Layers of voxels as smooth pictures: the borders of phases as lines, from the same voxels.

Each phase's share is blurred by less than a voxel and the greatest one taken, so a phase one voxel thin stays whole.
Beside it stands how far the next one is, by which colours blend within the last texel: borders neither step nor blur.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.microstructure import PhaseArray

BLUR_VOXELS = 0.9
TEXELS, USUAL_EDGE = 4, 256  # per voxel; layers of more voxels get fewer, so that no picture is larger than of these

Bytes = NDArray[np.uint8]


@dataclass(frozen=True)
class SmoothLayer:
    """Texels [first axis, second axis]: the label, the one that is next, and the first one's share of the texel."""

    label: Bytes
    next_label: Bytes
    share: NDArray[np.float32]

    def coloured(self, table: Bytes) -> Bytes:
        """RGBA of each texel by a table of all 256 labels; a hidden label lends no colour to its neighbour."""
        first, second = table[self.label], table[self.next_label]
        share = np.where(second[..., 3] == 0, np.float32(1), self.share)[..., None]
        colours: Bytes = (first * share + second * (1 - share) + np.float32(0.5)).astype(np.uint8)
        colours[..., 3] = first[..., 3]
        return colours


def smooth_layer(layer: PhaseArray, texels: int = TEXELS) -> SmoothLayer:
    """`layer` [first axis, second axis] with `texels` a voxel, fewer where it has many voxels."""
    texels = max(1, min(texels, texels * USUAL_EDGE // max(layer.shape)))
    across, up = (_blur(edge, texels) for edge in layer.shape)
    labels = np.unique(layer)
    shape = across.shape[0], up.shape[0]
    best, runner_up = np.full(shape, -1, np.float32), np.full(shape, -1, np.float32)
    label, next_label = np.full(shape, labels[0], np.uint8), np.full(shape, labels[0], np.uint8)
    for number in labels:
        amount = across @ (layer == number).astype(np.float32) @ up.T
        first, second = amount > best, (amount <= best) & (amount > runner_up)
        next_label = np.where(first, label, np.where(second, number, next_label)).astype(np.uint8)
        runner_up = np.where(first, best, np.where(second, amount, runner_up))
        label, best = np.where(first, number, label).astype(np.uint8), np.maximum(amount, best)
    slope = 2 / (BLUR_VOXELS * np.sqrt(2 * np.pi)) / texels  # of the difference of two phases where they meet
    share = np.clip(0.5 + (best - np.maximum(runner_up, 0)) / np.float32(slope), 0, 1)
    return SmoothLayer(label, next_label, share.astype(np.float32))


def _blur(edge: int, texels: int) -> NDArray[np.float32]:
    """Weights [texel, voxel] that blur and enlarge a line of voxels."""
    middles = (np.arange(edge * texels) + 0.5) / texels
    distance = middles[:, None] - (np.arange(edge) + 0.5)
    weights = np.exp(-0.5 * (distance / BLUR_VOXELS) ** 2)
    return (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)
