"""Refinement moves a latent to where its film measures the targets."""

from dataclasses import replace

import pytest
import torch

from microdesigner.core.errors import InputError
from microdesigner.core.request import Request
from microdesigner.descriptors import fractions_and_tortuosities
from microdesigner.engine import Engine
from microdesigner.engine.film_measure import Quantity, measurable, measured, measured_with_jacobian
from microdesigner.engine.refinement import TOLERANCE, least_change, refined


def latents() -> torch.Tensor:
    return torch.randn(2, 4, 8, 8, 4, generator=torch.Generator().manual_seed(2))


def quantities_of(engine: Engine, *names: str) -> list[Quantity]:
    asked = [condition.name in names for condition in engine.card.conditions]
    return measurable(engine.card, asked, voxels=64 * 64 * 32)


class Interpolation(torch.nn.Module):
    """A decoder that anybody can follow: the first three channels, interpolated, are the phases' logits."""

    def decode(self, latent: torch.Tensor, periodic: bool) -> torch.Tensor:
        return 4 * torch.nn.functional.interpolate(latent[:, :3], scale_factor=8, mode="trilinear")


def test_refined_latents_measure_what_was_asked(tiny_engine: Engine) -> None:
    quantities = quantities_of(tiny_engine, "vol_frac_D", "tortuosity_D")
    autoencoder, clean = Interpolation(), latents()
    bundle = replace(tiny_engine.bundle, autoencoder=autoencoder)
    columns = [quantity.column for quantity in quantities]
    wanted = torch.zeros(2, 4)
    wanted[:, columns] = measured(autoencoder, clean, quantities, periodic=True) + torch.tensor([0.03, -0.03])
    *_, after = refined(bundle, clean, wanted, quantities, strength=1.0)
    missed = (measured(autoencoder, after, quantities, periodic=True) - wanted[:, columns]).abs()
    assert float(missed.max()) < 0.005
    assert not torch.equal(after, clean)


def test_what_measures_right_is_left_alone_whatever_its_neighbours_need(tiny_engine: Engine) -> None:
    quantities = quantities_of(tiny_engine, "vol_frac_D")
    clean = latents()
    wanted = torch.zeros(2, 4)
    wanted[:, :1] = measured(tiny_engine.bundle.autoencoder, clean, quantities, periodic=True)
    wanted[0, 0] += 0.5 * TOLERANCE
    assert list(refined(tiny_engine.bundle, clean, wanted, quantities, strength=1.0)) == []
    wanted[1, 0] += 0.05
    *_, after = refined(tiny_engine.bundle, clean, wanted, quantities, strength=1.0)
    assert torch.equal(after[0], clean[0])
    assert not torch.equal(after[1], clean[1])


def test_the_least_change_adds_what_is_missing_and_nothing_beside() -> None:
    generator = torch.Generator().manual_seed(0)
    jacobian, missing = torch.randn(3, 2, 40, generator=generator), torch.randn(3, 2, generator=generator)
    change = least_change(jacobian, missing, torch.ones(2))
    assert torch.allclose((jacobian @ change[..., None])[..., 0], missing, rtol=0.01, atol=0.01)
    assert bool((torch.linalg.matrix_rank(torch.cat([jacobian, change[:, None]], dim=1)) == 2).all())


def test_measured_values_are_those_of_the_decoded_volume_and_its_slopes_hold(tiny_engine: Engine) -> None:
    autoencoder, clean = tiny_engine.bundle.autoencoder, latents()
    quantities = measurable(tiny_engine.card, [True] * 4, voxels=64 * 64 * 32)
    nearly, jacobian = measured_with_jacobian(autoencoder, clean, quantities, periodic=True)
    values = measured(autoencoder, clean, quantities, periodic=True)
    assert torch.allclose(nearly, values, atol=0.002)
    volume = autoencoder.decode(clean, True)[1].argmax(0).to(torch.uint8).numpy()
    counted = fractions_and_tortuosities(volume, True, tiny_engine.card.voxel_nm)
    assert values[1].tolist() == pytest.approx([counted[condition.name] for condition in tiny_engine.card.conditions])
    uphill = jacobian[:, 0].reshape(clean.shape)
    moved = measured(autoencoder, clean + 0.05 * uphill / uphill.abs().max(), quantities, periodic=True)
    assert bool((moved[:, 0] > values[:, 0]).all())


def test_films_too_large_for_gradients_are_not_measured_on_their_way(tiny_engine: Engine) -> None:
    assert measurable(tiny_engine.card, [True] * 4, voxels=1024**3) == []


@pytest.mark.parametrize("strength", [-0.1, 1.5, "much", True])
def test_a_strength_that_cannot_be_is_refused(strength: object) -> None:
    with pytest.raises(InputError, match="guidance"):
        Request(guidance=strength)
