"""Our solver beside an independent one on the same equation, grid and start."""

import numpy as np
import pytest

from microdesigner.evaluation.reference_solver import (
    AS_ANNEALED,
    FINE,
    QUENCH,
    our_solution,
    reference_solution,
    smooth_start,
)

pytest.importorskip("pde")


def test_two_programs_agree() -> None:
    start, end = QUENCH.phi + 6 * (smooth_start((10, 12, 8)) - QUENCH.phi), 2 / QUENCH.growth_rate
    theirs = reference_solution(start, end, "faces", backend="scipy")
    assert theirs.field.std() > 0.2  # it has separated
    fine, annealed = (our_solution(start, end, accuracy) for accuracy in (FINE, AS_ANNEALED))
    assert fine.distance(theirs) < 3e-4
    assert annealed.distance(theirs) < 0.05
    assert annealed.steps < theirs.steps / 100


def test_the_stencils_of_the_peer_say_the_same_of_long_waves() -> None:
    z, x, y = np.meshgrid(*(np.arange(48) + 0.5,) * 2, [0.5, 1.5], indexing="ij")
    start = QUENCH.phi + 0.05 * np.cos(np.pi * z / 24) * np.cos(np.pi * x / 24) + 0 * y
    faces, central = (reference_solution(start, 1.0, stencil, backend="scipy") for stencil in ("faces", "central"))
    change = np.sqrt(np.square(faces.field - start).mean())
    assert change > 1e-4
    assert faces.distance(central) < 0.05 * change
