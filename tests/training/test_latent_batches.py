"""What the networks are shown of the encoded films."""

import torch

from microdesigner.training.latent_batches import rolled


def test_each_film_is_rolled_by_its_own_shift() -> None:
    films = torch.randn(3, 4, 6, 5, 2, generator=torch.Generator().manual_seed(0))
    shifts = torch.tensor([[0, 0], [5, 2], [1, 4]])
    for film, shift, result in zip(films, shifts.tolist(), rolled(films, shifts), strict=True):
        assert torch.equal(result, film.roll(shift, (1, 2)))
