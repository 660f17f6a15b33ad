"""The solver against linear theory, conservation laws and equilibrium thermodynamics."""

import math

import numpy as np
import pytest
import torch

from microdesigner.core.errors import InputError
from microdesigner.physics import Recipe, simulate
from microdesigner.physics.cahn_hilliard import CahnHilliard
from microdesigner.physics.free_energy import FloryHuggins, Quench, degenerate_mobility
from microdesigner.physics.simulate import anneal, initial_field, snapshot


def solver(chi: float, lateral: str = "periodic", **settings: float) -> CahnHilliard:
    return CahnHilliard(FloryHuggins(chi), degenerate_mobility, 12.0, lateral, **settings)


def growth_rate(phi: float, chi: float, k2: float) -> float:
    """ω(k) = M k² (−f'' − κ k²) with M = φ(1−φ)."""
    return phi * (1 - phi) * k2 * (-Quench(phi, chi).curvature - 12.0 * k2)


@pytest.mark.parametrize(("chi", "waves", "axis"), [(3.0, 2, 1), (4.0, 3, 2), (3.5, 2, 0)])
def test_small_waves_grow_as_the_dispersion_relation_says(chi: float, waves: int, axis: int) -> None:
    shape = [4, 4, 4]
    shape[axis] = 48
    # along z the film is closed, so its waves are cosines of half periods
    angle = math.pi * waves * 2 / 48 * (torch.arange(48, dtype=torch.float64) + 0.5)
    wave = torch.cos(angle).reshape([-1 if i == axis else 1 for i in range(3)]).expand(shape).contiguous()
    rate = growth_rate(0.45, chi, 2 - 2 * math.cos(2 * math.pi * waves / 48))
    time = 1.0 / rate
    end = list(solver(chi).run(0.45 + 1e-5 * wave, [time]))[-1]
    amplitude = float(((end.field - 0.45) * wave).sum() / wave.square().sum())
    assert math.log(amplitude / 1e-5) == pytest.approx(1.0, rel=0.002)


@pytest.mark.parametrize("lateral", ["periodic", "no-flux"])
def test_mass_is_kept_and_energy_never_rises(lateral: str) -> None:
    recipe = Recipe(0.42, 3.6, size=(32, 32, 16), lateral=lateral)
    run, energies = solver(3.6, lateral), []
    for state in anneal(recipe, [recipe.time_of(math.log(150))]):
        energies.append(run.energy(state.field.double()))
        assert float(state.field.mean(dtype=torch.float64)) == pytest.approx(0.42, abs=1e-6)
    assert len(energies) > 50
    assert np.diff(energies).max() <= 1e-5 * abs(energies[0])
    assert energies[-1] < energies[0] - 0.01 * abs(energies[0])


@pytest.mark.parametrize(("phi", "chi"), [(0.5, 4.0), (0.4, 3.4)])
def test_a_relaxed_slab_has_the_binodal_compositions_and_the_lever_rule(phi: float, chi: float) -> None:
    binodal = FloryHuggins(chi).binodal()
    z = torch.arange(96, dtype=torch.float64) + 0.5
    share = (phi - binodal) / (1 - 2 * binodal)
    profile = binodal + (1 - 2 * binodal) * torch.sigmoid((z - 96 * (1 - share)) / 1.5)
    field = (profile + phi - profile.mean())[:, None, None].expand(96, 4, 4).contiguous()
    end = list(solver(chi).run(field, [4000.0]))[-1].field
    assert float(end[:8].mean()) == pytest.approx(binodal, abs=0.002)
    assert float(end[-8:].mean()) == pytest.approx(1 - binodal, abs=0.002)
    assert float((end > 0.5).double().mean()) == pytest.approx(share, abs=0.011)  # one layer of 96


@pytest.mark.parametrize(("chi", "width"), [(2.6, 2.53), (3.0, 1.85), (4.0, 1.18)])
def test_interfaces_have_their_equilibrium_width(chi: float, width: float) -> None:
    binodal = FloryHuggins(chi).binodal()
    z = torch.arange(120, dtype=torch.float64) - 59.5
    field = (binodal + (1 - 2 * binodal) * torch.sigmoid(z / 2))[:, None, None].expand(120, 4, 4).contiguous()
    profile = list(solver(chi).run(field, [6000.0]))[-1].field[:, 0, 0].numpy()
    low, high = (binodal + share * (1 - 2 * binodal) for share in (0.1, 0.9))
    position = np.interp([low, high], profile, z.numpy())
    # the grid steepens the χ = 4 wall, four voxels across, by a few per cent
    assert (position[1] - position[0]) / math.sqrt(12) == pytest.approx(width, rel=0.06)


def test_shifts_and_transposition_commute_with_annealing() -> None:
    recipe = Recipe(0.5, 3.8, size=(24, 24, 8))
    start = initial_field(recipe, torch.device("cpu")).double()
    run = solver(3.8)

    def end(field: torch.Tensor) -> torch.Tensor:
        return list(run.run(field, [60.0]))[-1].field

    reference = end(start)
    assert torch.allclose(end(start.roll((5, -3), (1, 2))), reference.roll((5, -3), (1, 2)), atol=1e-9)
    assert torch.allclose(end(start.transpose(1, 2).contiguous()), reference.transpose(1, 2), atol=1e-9)


def test_float32_agrees_with_float64() -> None:
    recipe = Recipe(0.45, 3.2, size=(24, 24, 12))
    time = recipe.time_of(math.log(30))
    single = list(anneal(recipe, [time]))[-1].field
    double = list(solver(3.2).run(initial_field(recipe, torch.device("cpu")).double(), [time]))[-1].field
    assert float((single - double).abs().max()) < 5e-3


def test_domains_coarsen() -> None:
    recipe = Recipe(0.5, 4.0, size=(48, 48, 32))
    times = [recipe.time_of(math.log(reduced)) for reduced in (15, 300)]
    young, old = (snapshot(recipe, state).field for state in anneal(recipe, times) if state.requested)
    surfaces = [np.abs(np.diff((field > 0.5).astype(int), axis=0)).mean() for field in (young, old)]
    assert surfaces[1] < 0.7 * surfaces[0]


REFUSED = [(0.5, 1.8, "chi above 2"), (0.2, 3.0, "between 0.211"), (1.2, 3, "phi")]


@pytest.mark.parametrize(("phi", "chi", "word"), REFUSED)
def test_a_quench_that_does_not_decompose_is_refused(phi: float, chi: float, word: str) -> None:
    with pytest.raises(InputError, match=word):
        next(simulate(Recipe(phi, chi), [1.0]))


def test_linear_theory_matches_the_published_table() -> None:
    table = ((2.2, 0.2485, 14.05, 0.04), (3.0, 0.0707, 6.28, 1.0), (4.0, 0.0212, 4.44, 4.0))
    for chi, binodal, wavelength, rate in table:
        quench = Quench(0.5, chi, kappa=1.0)
        assert FloryHuggins(chi).binodal() == pytest.approx(binodal, abs=1e-4)
        assert quench.wavelength == pytest.approx(wavelength, abs=0.01)
        assert quench.growth_rate / 0.25 == pytest.approx(rate, rel=0.01)  # the table divides by M = φ(1−φ)


def test_a_quench_ends_at_the_lever_rule() -> None:
    recipe = Recipe(0.586, 4.0, size=(64, 64, 32))
    field = list(simulate(recipe, [recipe.time_of(math.log(600))]))[-1].field
    binodal = FloryHuggins(4.0).binodal()
    assert float((field > 0.5).mean()) == pytest.approx((0.586 - binodal) / (1 - 2 * binodal), abs=0.005)
