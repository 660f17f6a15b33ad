"""Biases on a decoder's logits that give a film its phase fractions and leave its composition along z as it was.

A bias per phase, constant in the film, moves all its interfaces a little and so changes the fraction; one that rises
linearly along z changes the first moment of the composition. Both follow from Newton's method on the counted voxels,
with derivatives from softened labels. Nothing is read back to the host on the way.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from microdesigner.core.compiled import compiled
from microdesigner.models.autoencoder import phase_labels

SHARPNESS = 2.0
"""How steeply a voxel's phase follows its logits where derivatives are taken."""
MOMENTS = 2
STRIDE = 3
"""Between voxels that the first iterations count along x and y; it favours no place in the decoder's blocks."""
FULL_ITERATIONS = 3
LARGEST_CHANGE = 3.0
"""Of a bias in one iteration: where a phase is absent, the counts do not tell how far it is."""
RIDGE = 1e-4


def layer_shares(labels: Tensor, phases: int) -> Tensor:
    """Share of each phase per layer (phases, z) of labels [x, y, z]."""
    return torch.stack([(labels == phase).sum((0, 1)) for phase in range(phases)]).float() / labels[..., 0].numel()


def moments(shares: Tensor) -> Tensor:
    """Mean over the layers and first moment along z (phases, 2) of `shares` (phases, z): ½ more at the top than the
    mean and ½ less at the bottom, rising linearly, has the moment 1/6."""
    return shares @ _basis(shares.shape[-1], shares.device).T / shares.shape[-1]


def soft_phases(logits: Tensor, bias: Tensor) -> Tensor:
    """Softened labels (phases, x, y, z) of `logits` (phases, x, y, z) plus `bias` (phases, z)."""
    return torch.softmax(SHARPNESS * (logits + bias[:, None, None]), dim=0)


class FilmBalance:
    """The phase fractions and first moments that a film shall have.

    Parameters
    ----------
    goals : Tensor
        Means and first moments (phases, 2), see `moments`.
    free : list of int
        Phases whose fraction is left to the logits; their first moments are goals all the same.
    """

    def __init__(self, goals: Tensor, free: list[int]) -> None:
        phases = len(goals)
        self._goals = goals
        # only differences of biases matter: one phase keeps none, and what the others leave is its own
        fixed = free[0] if free else phases - 1
        moving = torch.ones(phases, MOMENTS, dtype=torch.bool)
        moving[free, 0] = False
        moving[fixed] = False
        self._moving = moving.flatten().to(goals.device)

    def fraction(self, label: int) -> float:
        """Share of the phase `label` that the film shall have."""
        return float(self._goals[label, 0])

    def bias(self, logits: Tensor, start: Tensor | None, iterations: int) -> Tensor:
        """Biases (phases, z) after `iterations` of Newton's method on a ninth of the voxels of `logits` (phases, x, y,
        z), and three more on all."""
        phases, depth = len(logits), logits.shape[-1]
        basis = _basis(depth, logits.device)
        bias = torch.zeros(phases, depth, device=logits.device) if start is None else start
        few = logits[:, ::STRIDE, ::STRIDE].contiguous()
        for counted in (*[few] * iterations, *[logits] * FULL_ITERATIONS):
            stiffness = self.stiffness(soft_phases(few, bias))
            missing = self._goals - moments(labels_and_shares(counted, bias)[1])
            change = torch.linalg.solve(stiffness, (missing.flatten() * self._moving)[:, None])
            bias = bias + change.clamp(-LARGEST_CHANGE, LARGEST_CHANGE).reshape(phases, MOMENTS) @ basis
        return bias

    def stiffness(self, soft: Tensor) -> Tensor:
        """How the moments of the softened labels (phases, x, y, z) respond to the biases' coefficients; a symmetric
        matrix over (phase, moment), with ones for biases that do not move."""
        depth = soft.shape[-1]
        basis = _basis(depth, soft.device)
        together = torch.stack([torch.stack([_layer_means(one * other) for other in soft]) for one in soft])
        response = SHARPNESS * (torch.diag_embed(_layer_means(soft).T).movedim(0, -1) - together)  # (phases, phases, z)
        matrix = torch.einsum("abz,iz,jz->aibj", response, basis, basis).flatten(2).flatten(0, 1) / depth
        moving = self._moving[:, None] & self._moving
        return torch.where(moving, matrix, 0) + torch.diag(torch.where(self._moving, RIDGE, 1.0))

    def at_balance(self, soft: Tensor, label: int, slopes: Tensor) -> Tensor:
        """Derivatives by the logits (phases, x, y, z) of a quantity whose derivatives by the softened `label` are
        `slopes` (x, y, z), when biases keep all goals meanwhile."""
        phases, depth = len(soft), soft.shape[-1]
        basis = _basis(depth, soft.device)
        own = slopes * soft[label]
        pulled = -torch.stack([_layer_sums(own * other) for other in soft])  # (phases, z): response to biases
        pulled[label] += _layer_sums(own)
        pulled = (SHARPNESS * pulled @ basis.T).flatten() * self._moving
        weights = torch.linalg.solve(self.stiffness(soft), pulled[:, None])
        voxels = soft[0].numel()
        by_soft = -(weights.reshape(phases, MOMENTS) @ basis / voxels)[:, None, None].expand_as(soft).contiguous()
        by_soft[label] += slopes
        return SHARPNESS * soft * (by_soft - (soft * by_soft).sum(0, keepdim=True))


def film_labels(logits: Tensor, bias: Tensor) -> Tensor:
    """uint8 labels [x, y, z] of `logits` (phases, x, y, z) plus `bias` (phases, z)."""
    return labels_and_shares(logits, bias)[0]


def labels_and_shares(logits: Tensor, bias: Tensor) -> tuple[Tensor, Tensor]:
    """`film_labels` and their `layer_shares`; on a CPU in one pass, three times faster than as tensors."""
    phases, voxels = len(logits), logits[0, ..., 0].numel()
    if logits.device.type != "cpu":
        labels = phase_labels((logits + bias[:, None, None])[None])[0]
        return labels, layer_shares(labels, phases)
    whole = bias.expand(phases, logits.shape[-1]).contiguous()
    found, counts = _labelled(logits.contiguous().numpy(), whole.numpy())
    return torch.from_numpy(found), torch.from_numpy(counts).float() / voxels


@compiled
def _labelled(logits: NDArray[np.float32], bias: NDArray[np.float32]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Labels [x, y, z] as of `phase_labels`, and their numbers [phase, z], of logits [phase, x, y, z] + bias."""
    phases, nx, ny, nz = logits.shape
    labels = np.zeros((nx, ny, nz), np.uint8)
    counts = np.zeros((phases, nz), np.int64)
    largest = np.empty(nz, np.float32)
    for x in range(nx):
        for y in range(ny):
            row = labels[x, y]
            for z in range(nz):
                largest[z] = logits[0, x, y, z] + bias[0, z]
            for phase in range(1, phases):  # loops over z inside, which the compiler vectorises
                for z in range(nz):
                    value = logits[phase, x, y, z] + bias[phase, z]
                    row[z] = phase if value > largest[z] else row[z]
                    largest[z] = max(value, largest[z])
            for phase in range(phases):
                for z in range(nz):
                    counts[phase, z] += row[z] == phase
    return labels, counts


def _layer_sums(values: Tensor) -> Tensor:
    """Sums (..., z) over the layers of (..., x, y, z)."""
    return values.sum((-3, -2))


def _layer_means(values: Tensor) -> Tensor:
    return values.mean((-3, -2))


def _basis(depth: int, device: torch.device) -> Tensor:
    """Legendre polynomials P₀ and P₁ at the middles of the layers (2, z)."""
    height = (torch.arange(depth, device=device) + 0.5) / depth * 2 - 1
    return torch.stack([torch.ones_like(height), height])
