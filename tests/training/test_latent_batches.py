"""What the networks are shown of the encoded films."""

import numpy as np
import torch

from microdesigner.training.latent_batches import LatentBatches, rolled
from microdesigner.training.latents import Latents


def test_each_film_is_rolled_by_its_own_shift() -> None:
    films = torch.randn(3, 4, 6, 5, 2, generator=torch.Generator().manual_seed(0))
    shifts = torch.tensor([[0, 0], [5, 2], [1, 4]])
    for film, shift, result in zip(films, shifts.tolist(), rolled(films, shifts), strict=True):
        assert torch.equal(result, film.roll(shift, (1, 2)))


def test_a_batch_depends_on_its_number_alone() -> None:
    """So a training that goes on from step 3 sees what it would have seen."""
    latents = Latents(
        torch.randn(8, 4, 4, 4, 2).half(), torch.rand(8, 2), torch.rand(8, 1), torch.ones(8), np.arange(8) > 5, True
    )
    whole = iter(LatentBatches(latents, 3, 1, torch.device("cpu")))
    later = iter(LatentBatches(latents, 3, 1, torch.device("cpu"), first=3))
    batches = [next(whole) for _ in range(5)]
    for one, other in zip(batches[3:], later, strict=False):
        assert all(torch.equal(first, second) for first, second in zip(one, other, strict=True))
    assert not torch.equal(batches[0][0], batches[1][0])
