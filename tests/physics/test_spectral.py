"""The film transform: orthonormal, invertible, and diagonal for the finite-difference Laplacian."""

import pytest
import torch

from microdesigner.physics.spectral import FilmTransform
from microdesigner.physics.stencil import add_laplacian


@pytest.mark.parametrize("lateral", ["periodic", "no-flux"])
@pytest.mark.parametrize("shape", [(6, 8, 10), (5, 9, 7)])
def test_transform(lateral: str, shape: tuple[int, int, int]) -> None:
    field = torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    transform = FilmTransform(shape, lateral, field.device, field.dtype)
    coefficients = transform.forward(field)
    assert torch.allclose(transform.inverse(coefficients), field)
    assert transform.rms(coefficients) == pytest.approx(float(field.square().mean().sqrt()))
    laplacian = torch.zeros_like(field)
    add_laplacian(laplacian, field, lateral, 1.0)
    assert torch.allclose(transform.inverse(-transform.k2 * coefficients), laplacian)
