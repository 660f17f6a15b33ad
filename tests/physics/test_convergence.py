"""Annealing against an independent integrator: SciPy's BDF on the same grid, with a right-hand side of its own."""

import math
from itertools import pairwise

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy.integrate import solve_ivp
from scipy.sparse import csr_matrix

from microdesigner.physics import Recipe
from microdesigner.physics.cahn_hilliard import CahnHilliard
from microdesigner.physics.free_energy import FloryHuggins, degenerate_mobility
from microdesigner.physics.simulate import anneal

SHAPE = (40, 12)  # z closed, x periodic
KAPPA = 12.0
WEAK_TO_STRONG = [(0.48, 2.2), (0.565, 2.24), (0.44, 2.4), (0.35, 2.6), (0.4, 2.9), (0.5, 3.4), (0.65, 4.0)]


def flux_divergence(values: NDArray[np.float64], potential: NDArray[np.float64]) -> NDArray[np.float64]:
    """∇·(M ∇μ), M = φ(1−φ) averaged on faces."""
    mobility = values * (1 - values)
    through_z = np.diff(potential, axis=0) * (mobility[1:] + mobility[:-1]) / 2
    through_z = np.pad(through_z, ((1, 1), (0, 0)))
    through_x = (np.roll(potential, -1, 1) - potential) * (np.roll(mobility, -1, 1) + mobility) / 2
    return np.diff(through_z, axis=0) + through_x - np.roll(through_x, 1, 1)


def laplacian(values: NDArray[np.float64]) -> NDArray[np.float64]:
    padded = np.pad(values, ((1, 1), (0, 0)), mode="edge")
    return padded[2:] + padded[:-2] + np.roll(values, 1, 1) + np.roll(values, -1, 1) - 4 * values


def neighbours_of_neighbours() -> csr_matrix:
    """Which unknowns the right-hand side of each depends on."""
    size = math.prod(SHAPE)
    reach = np.abs(np.stack([laplacian(unit.reshape(SHAPE)).ravel() for unit in np.eye(size)])) > 0
    return csr_matrix((reach.astype(float) @ reach.astype(float)) > 0)


def reference(start: NDArray[np.float64], chi: float, times: list[float]) -> NDArray[np.float64]:
    def rate(_: float, flat: NDArray[np.float64]) -> NDArray[np.float64]:
        values = flat.reshape(SHAPE)
        potential = np.log(values / (1 - values)) + chi * (1 - 2 * values) - KAPPA * laplacian(values)
        return flux_divergence(values, potential).ravel()

    solved = solve_ivp(
        rate, (0, times[-1]), start.ravel(), "BDF", times, rtol=1e-6, atol=1e-9, jac_sparsity=neighbours_of_neighbours()
    )
    assert solved.success
    return solved.y.T.reshape(len(times), *SHAPE)


@pytest.mark.parametrize(("phi", "chi"), WEAK_TO_STRONG)
def test_annealing_is_converged_in_time(phi: float, chi: float) -> None:
    recipe = Recipe(phi, chi)
    times = [reduced / recipe.quench.growth_rate for reduced in (4, 9, 20, 60)]
    noise = np.random.default_rng(7).normal(size=SHAPE) * 0.01
    start = phi + noise - noise.mean()
    solver = CahnHilliard(FloryHuggins(chi), degenerate_mobility, KAPPA)
    states = solver.run(torch.from_numpy(start.astype(np.float32))[:, :, None].contiguous(), times)
    ours = [state.field[:, :, 0].double().numpy() for state in states if state.requested]
    for mine, theirs in zip(ours, reference(start, chi, times), strict=True):
        assert np.sqrt(np.square(mine - theirs).mean()) < 0.01
        assert np.std(mine - theirs) < 0.03 * np.std(theirs)
    assert np.std(ours[-1]) > 0.1  # it has separated


def test_long_steps_are_stable() -> None:
    """With too small a linear part a stiff mode grows in long steps, and steps stay short ever after."""
    recipe = Recipe(0.645, 3.53, seed=1_000_009, size=(32, 32, 16))
    states = list(anneal(recipe, [recipe.time_of(math.log(400))]))
    assert len(states) < 600
    assert max(later.time - earlier.time for earlier, later in pairwise(states)) > 1 / recipe.quench.growth_rate
