"""Our solver beside an independent one on the same equation, grid and start."""

import numpy as np
import pytest

from microdesigner.evaluation.peer_solver import SHARE_OF_STABLE, STABLE_STEP, our_solution, peer_solution

pytest.importorskip("pde")


def test_two_programs_agree() -> None:
    start = np.random.default_rng(3).normal(0, 0.05, (6, 10, 8))
    end = 30.0  # the domains stand
    theirs, _ = peer_solution(start, end, SHARE_OF_STABLE * STABLE_STEP, backend="numpy")
    ours, _, _ = our_solution(start, end, tolerance=3e-5)
    assert theirs.std() > 0.5
    assert np.sqrt(np.square(ours - theirs).mean()) < 0.02
