"""Layers of voxels as smooth pictures: the borders of phases as lines, from the same voxels.

Each phase's share is blurred by less than a voxel and the greatest one taken, so a phase one voxel thin stays whole.
Beside it stands how far the next one is, by which colours blend within the last texel: borders neither step nor blur.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.microstructure import PhaseArray

BLUR_VOXELS = 0.9
REACH, PIECE = 5, 4  # voxels beyond which a weight is nothing, and of a piece that is blurred at once
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
    amounts = [_enlarged(_enlarged((layer == number).astype(np.float32), across).T, up).T for number in labels]
    best, runner_up = amounts[0], np.full_like(amounts[0], -1)
    for amount in amounts[1:]:
        runner_up = np.maximum(runner_up, np.minimum(best, amount))
        best = np.maximum(best, amount)
    label, next_label = (np.full_like(best, labels[0], np.uint8) for _ in range(2))
    for number, amount in zip(labels[::-1], amounts[::-1], strict=True):  # of equal ones the first label counts
        np.copyto(next_label, number, where=amount == runner_up)
        np.copyto(label, number, where=amount == best)
    slope = 2 / (BLUR_VOXELS * np.sqrt(2 * np.pi)) / texels  # of the difference of two phases where they meet
    share = np.clip(0.5 + (best - np.maximum(runner_up, 0)) / np.float32(slope), 0, 1)
    return SmoothLayer(label, next_label, share.astype(np.float32))


def _enlarged(columns: NDArray[np.float32], weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """`weights` @ `columns`, in pieces in which the weights are not zero: an eighth of the work, and too little for
    the threads of a BLAS, whose waiting for each other costs more than it saves."""
    edge = weights.shape[1]
    texels = len(weights) // edge
    result = np.empty((len(weights), columns.shape[1]), np.float32)
    for first in range(0, edge, PIECE):
        rows = slice(first * texels, (first + PIECE) * texels)
        near = slice(max(0, first - REACH), first + PIECE + REACH)
        np.matmul(weights[rows, near], columns[near], out=result[rows])
    return result


def _blur(edge: int, texels: int) -> NDArray[np.float32]:
    """Weights [texel, voxel] that blur and enlarge a line of voxels."""
    middles = (np.arange(edge * texels) + 0.5) / texels
    distance = middles[:, None] - (np.arange(edge) + 0.5)
    weights = np.exp(-0.5 * (distance / BLUR_VOXELS) ** 2) * (np.abs(distance) < REACH)
    return (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)
