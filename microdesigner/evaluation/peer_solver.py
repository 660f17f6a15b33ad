"""Our Cahn-Hilliard solver beside py-pde's, on the equation that both know: ∂c/∂t = ∇²(c³ − c − ∇²c).

Grid, faces and start are the same, and both take the same second differences, so the two differ in the way through time
alone. py-pde steps explicitly and is bound by stability; its step is set to just below that bound, where it is fastest.
Ours gets the tolerance at which its distance from a fine solution is no larger than py-pde's. Compilation is not timed.
Source: D. Zwicker, Journal of Open Source Software 5 (2020) 2158.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from microdesigner.evaluation.benchmark import Measurement
from microdesigner.physics.cahn_hilliard import CahnHilliard

SHAPE = (32, 64, 64)
END, NOISE = 25.0, 0.05
STABLE_STEP = 2 / (4 * 3) ** 2  # explicit Euler, waves of two voxels along three axes: κ k̃⁴ = 144
SHARE_OF_STABLE, FINER = 0.95, 4
TOLERANCES = (3e-3, 1e-3, 3e-4, 1e-4, 3e-5)

Field = NDArray[np.float64]


@dataclass(frozen=True)
class Quartic:
    """f = (c² − 1)² / 4."""

    def density(self, field: Tensor) -> Tensor:
        """f(c)."""
        return (field.square() - 1).square() / 4

    def derivative(self, field: Tensor) -> Tensor:
        """f'(c) = c³ − c."""
        return field.pow(3).sub_(field)


def is_installed() -> bool:
    """Whether py-pde is there to compare with."""
    return find_spec("pde") is not None


def measure_peer(shape: tuple[int, int, int] = SHAPE, end: float = END) -> Iterator[Measurement]:
    """Seconds of either solver to `end` on a film [z, x, y]; the ratio is py-pde's time over ours."""
    start = np.random.default_rng(0).normal(0, NOISE, shape)
    start -= start.mean()
    step = SHARE_OF_STABLE * STABLE_STEP
    fine, _ = peer_solution(start, end, step / FINER)
    peer, peer_seconds = peer_solution(start, end, step)
    allowed = _distance(peer, fine)
    where = "×".join(map(str, shape))
    yield Measurement("py-pde", f"py-pde, {where}", peer_seconds, f"RMS error {allowed:.1e}")
    for tolerance in TOLERANCES:
        ours, seconds, steps = our_solution(start, end, tolerance)
        error = _distance(ours, fine)
        if error <= allowed:
            break
    note = f"times faster; RMS error {error:.1e}, {steps} steps"
    yield Measurement("py-pde", f"ours, {where}", seconds, note, peer_seconds / seconds)


def peer_solution(start: Field, end: float, step: float, backend: str = "numba") -> tuple[Field, float]:
    """py-pde's field at `end` from `start` [z, x, y] by explicit steps, and the seconds it took once compiled."""
    from pde import CahnHilliardPDE, CartesianGrid, ScalarField

    grid = CartesianGrid([(0, edge) for edge in start.shape], start.shape, periodic=[False, True, True])
    result, told = CahnHilliardPDE().solve(
        ScalarField(grid, start), end, dt=step, solver="euler", tracker=None, backend=backend, ret_info=True
    )
    return result.data, float(told["controller"]["profiler"]["solver"])


def our_solution(start: Field, end: float, tolerance: float) -> tuple[Field, float, int]:
    """Our field at `end` from `start` [z, x, y], the seconds it took and the steps."""
    solver = CahnHilliard(Quartic(), torch.ones_like, 1.0, reference_mobility=1.0, tolerance=tolerance)
    started = time.perf_counter()
    with torch.inference_mode():
        for state in solver.run(torch.from_numpy(start), [end]):
            last = state
    return last.field.numpy(), time.perf_counter() - started, last.steps


def _distance(field: Field, other: Field) -> float:
    return float(np.sqrt(np.square(field - other).mean()))
