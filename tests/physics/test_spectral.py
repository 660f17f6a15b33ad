"""The film transform: orthonormal, invertible, and diagonal for the finite-difference Laplacian."""

import pytest
import torch

from microdesigner.physics.spectral import FilmTransform
from microdesigner.physics.stencil import add_laplacian, add_transport, faces


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


@pytest.mark.parametrize("lateral", ["periodic", "no-flux"])
@pytest.mark.parametrize("shape", [(5, 7, 6), (4, 3, 2), (6, 5, 1), (1, 1, 7)])
def test_compiled_differences_are_those_of_any_device(lateral: str, shape: tuple[int, int, int]) -> None:
    random = torch.Generator().manual_seed(3)
    field, mobility = (torch.rand(shape, dtype=torch.float64, generator=random) for _ in range(2))
    compiled, general = torch.ones_like(field), torch.ones_like(field)
    add_laplacian(compiled, field, lateral, 0.7)
    add_transport(compiled, field, mobility, lateral, 0.3)
    for (below, above), (total_below, total_above) in faces(lateral, field, general):
        total_below.add_(above - below, alpha=0.7)
        total_above.sub_(above - below, alpha=0.7)
    for potentials, mobilities, totals in faces(lateral, field, mobility, general):
        flux = 0.15 * (mobilities[0] + mobilities[1]) * (potentials[1] - potentials[0])
        totals[0].add_(flux)
        totals[1].sub_(flux)
    assert torch.allclose(compiled, general, atol=1e-12)
