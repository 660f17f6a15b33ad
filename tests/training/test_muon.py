"""Muon moves kernels along their singular vectors by alike amounts, all else as AdamW does, and can be resumed."""

import math
from copy import deepcopy

import pytest
import torch
from torch import nn

from microdesigner.training.muon import RATE_PER_ROOT, Muon, orthogonalised

BETAS, DECAY, RATE = (0.9, 0.99), 0.01, 1e-3


@pytest.mark.parametrize("shape", [(2, 24, 400), (1, 90, 30), (3, 40, 40)])
def test_singular_values_become_alike_and_singular_vectors_stay(shape: tuple[int, int, int]) -> None:
    matrices = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    left, values, right = torch.linalg.svd(matrices, full_matrices=False)
    large = values > 0.05 * values[:, :1]
    rotated = left.mT @ orthogonalised(matrices) @ right.mT
    diagonal = rotated.diagonal(dim1=1, dim2=2)
    assert ((diagonal > 0.6) & (diagonal < 1.3))[large].all()
    assert (rotated - torch.diag_embed(diagonal)).abs().max() < 1e-3


def network() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv3d(4, 32, 3), nn.Conv3d(32, 16, 3), nn.Conv3d(16, 2, 1))


def muon(module: nn.Module) -> Muon:
    return Muon(module.parameters(), RATE, BETAS, DECAY)


def stepped(module: nn.Module, optimizer: torch.optim.Optimizer, steps: int, first: int = 0) -> None:
    for step in range(first, first + steps):
        generator = torch.Generator().manual_seed(step)
        for parameter in module.parameters():
            parameter.grad = torch.randn(parameter.shape, generator=generator)
        optimizer.step()


def test_kernels_between_the_first_and_the_last_layer_move_by_alike_amounts_along_all_directions() -> None:
    ours = network()
    before = ours[1].weight.detach().clone()
    stepped(ours, muon(ours), 1)
    move = (before * (1 - RATE * DECAY) - ours[1].weight.detach()).flatten(1)
    values = torch.linalg.svdvals(move) / (RATE * RATE_PER_ROOT * math.sqrt(32 * 27))
    assert values.min() > 0.6
    assert values.max() < 1.3
    rms = float(move.square().mean().sqrt())
    assert rms == pytest.approx(RATE_PER_ROOT * RATE, rel=0.3)  # as large as a step of AdamW


def test_the_first_gradient_alone_decides_the_first_move_and_later_ones_keep_a_mean() -> None:
    ours = network()
    optimizer = muon(ours)
    gradient = torch.randn(ours[1].weight.shape, generator=torch.Generator().manual_seed(3))
    moves = []
    for sign in (1, -0.001):  # a small gradient against it hardly turns the mean
        before = ours[1].weight.detach().clone()
        ours[1].weight.grad = sign * gradient
        optimizer.step()
        moves.append(before * (1 - RATE * DECAY) - ours[1].weight.detach())
    first, second = (move.flatten() / move.norm() for move in moves)
    assert first @ gradient.flatten() > 0
    assert first @ second > 0.999


def test_all_else_moves_as_with_adamw() -> None:
    ours, theirs = network(), network()
    stepped(ours, muon(ours), 3)
    stepped(theirs, torch.optim.AdamW(theirs.parameters(), RATE, BETAS, weight_decay=DECAY), 3)
    for (name, one), other in zip(ours.named_parameters(), theirs.parameters(), strict=True):
        assert torch.equal(one, other) == (name != "1.weight"), name


def test_a_resumed_optimiser_goes_on_as_one_never_interrupted() -> None:
    whole = network()
    stepped(whole, muon(whole), 4)
    half = network()
    optimizer = muon(half)
    stepped(half, optimizer, 2)
    resumed, taken_up = network(), deepcopy(optimizer.state_dict())
    resumed.load_state_dict(half.state_dict())
    again = muon(resumed)
    again.load_state_dict(taken_up)
    stepped(resumed, again, 2, first=2)
    for one, other in zip(whole.parameters(), resumed.parameters(), strict=True):
        assert torch.equal(one, other)


def test_a_parameter_without_a_gradient_stays() -> None:
    ours = network()
    before = deepcopy(ours.state_dict())
    muon(ours).step()
    assert all(torch.equal(value, before[name]) for name, value in ours.state_dict().items())
