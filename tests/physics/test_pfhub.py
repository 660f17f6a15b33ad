"""PFHub benchmark 1 on a layer of 200×200: another free energy and mobility, against energies computed elsewhere
(ETDRK4, converged in time, confirmed by finite differences)."""

import os

import numpy as np
import pytest
import torch

from microdesigner.core.microstructure import Lateral
from microdesigner.physics.pfhub import DoubleWell, benchmark_solver, initial_concentration

REFERENCE: dict[Lateral, dict[float, float]] = {
    "periodic": {1: 318.856, 5: 316.394, 10: 297.96, 20: 213.16, 50: 167.45, 100: 136.46},
    "no-flux": {1: 318.838, 5: 317.019, 10: 304.13, 20: 209.42, 50: 166.68, 100: 129.88},
}
LATERALS: tuple[Lateral, ...] = ("periodic", "no-flux")


def check_energies(lateral: Lateral, end: float, tolerance: float) -> None:
    solver, start = benchmark_solver(lateral, tolerance), initial_concentration()
    times = [time for time in REFERENCE[lateral] if time <= end]
    energies, errors = [solver.energy(start)], []
    for state in solver.run(start, times):
        if state.requested or state.steps % 20 == 0:
            energies.append(solver.energy(state.field))
        if state.requested:
            errors.append(energies[-1] / REFERENCE[lateral][state.time] - 1)
            assert float(state.field.mean()) == pytest.approx(float(start.mean()), abs=1e-9)
    assert np.diff(energies).max() <= 0
    assert len(errors) == len(times)
    assert np.abs(errors[:3]).max() < 0.002, errors
    assert np.abs(errors).max() < 0.01, errors


@pytest.mark.parametrize("lateral", LATERALS)
def test_energies_until_separation(lateral: Lateral) -> None:
    check_energies(lateral, 10, tolerance=2e-5)


@pytest.mark.skipif("MICRODESIGNER_LONG_TESTS" not in os.environ, reason="a minute; MICRODESIGNER_LONG_TESTS=1 runs it")
@pytest.mark.parametrize("lateral", LATERALS)
def test_energies_while_coarsening(lateral: Lateral) -> None:
    check_energies(lateral, 100, tolerance=2e-6)


def test_the_double_well_is_the_derivative_of_its_density() -> None:
    field = torch.linspace(0.2, 0.8, 50, dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(DoubleWell().density(field).sum(), field)
    assert torch.allclose(slope, DoubleWell().derivative(field.detach()))
