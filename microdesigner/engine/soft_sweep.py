"""The straight paths of tort1 as a function of phase probabilities that can be differentiated."""

import torch
import torch.nn.functional as F
from torch import Tensor

from microdesigner.descriptors.tortuosity import admissible_excess


def straight_amount(present: Tensor, periodic: bool) -> Tensor:
    """Amount of straight paths to the electrode below (batch,) in a phase present with probability (batch, x, y, z).

    The sweep of `descriptors.tortuosity` with products for "and" and maxima for "or": where all probabilities are 0 or
    1 it counts the same voxels.
    """
    layers = present.unbind(-1)
    states = [layers[0]] * 4  # one per excess, in the order of admissible_excess
    total = layers[0].sum((1, 2))
    for layer, admissible in zip(layers[1:], admissible_excess(len(layers))[1:], strict=True):
        around = [_padded(state, periodic) for state in states[:2]]
        sideways, diagonal, sideways_again = _faces(around[0]), _all_nine(around[0]), _faces(around[1])
        states = [
            layer * states[0],
            layer * torch.maximum(states[1], sideways),
            layer * torch.maximum(states[2], diagonal),
            layer * torch.maximum(torch.maximum(states[3], diagonal), sideways_again),
        ]
        total = total + states[admissible].sum((1, 2))
    return total


def _padded(state: Tensor, periodic: bool) -> Tensor:
    """One voxel more on each lateral side of (batch, x, y)."""
    return F.pad(state[:, None], (1, 1, 1, 1), mode="circular" if periodic else "constant")[:, 0]


def _faces(padded: Tensor) -> Tensor:
    """Greatest value of the four face neighbours."""
    along_x = torch.maximum(padded[:, :-2, 1:-1], padded[:, 2:, 1:-1])
    return torch.maximum(along_x, torch.maximum(padded[:, 1:-1, :-2], padded[:, 1:-1, 2:]))


def _all_nine(padded: Tensor) -> Tensor:
    """Greatest value of a voxel and its eight neighbours."""
    return F.max_pool2d(padded[:, None], 3, stride=1)[:, 0]
