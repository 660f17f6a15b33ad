"""Our Cahn-Hilliard solver beside py-pde's, on the blend that we anneal: Flory-Huggins energy, degenerate mobility.

Grid, faces, start and second differences are the same, in double precision on one thread each, so the two differ in the
way through time alone. py-pde steps explicitly: its step is just below the bound of stability, which is where it is
fastest; its adaptive and Runge-Kutta steps meet the same bound and were no faster. Ours takes the steps that an error
allows, so it is timed at several. Compilation is not timed. Seconds are of the processor, as py-pde counts them itself:
a busy machine changes the ratios little.
Source: D. Zwicker, Journal of Open Source Software 5 (2020) 2158.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from microdesigner.core.quantity import size_words
from microdesigner.evaluation.timing import Measurement
from microdesigner.physics.cahn_hilliard import CahnHilliard
from microdesigner.physics.free_energy import FloryHuggins, Quench, degenerate_mobility

if TYPE_CHECKING:
    from microdesigner.evaluation.reference_equation import Stencil

QUENCH = Quench(phi=0.5, chi=4.0)
EDGE, GROWTH_TIMES = 32, 20.0
AMPLITUDE, BLUR = 0.02, 2.0
# of explicit Euler: 2/(M κ k̃² k̃²) with M = 1/4; k̃² is 12 for waves of two voxels along three axes, and central
# differences, sin² k for one of the two factors, have most at waves of three voxels: 9 and 9/4
STABLE_STEP = {"faces": 8 / (QUENCH.kappa * 12 * 12), "central": 8 / (QUENCH.kappa * 9 * 9 / 4)}
SHARE_OF_STABLE = 0.95

Field = NDArray[np.float64]


@dataclass(frozen=True)
class Accuracy:
    """How finely our solver steps; see `CahnHilliard`."""

    tolerance: float = CahnHilliard.tolerance
    negligible_error: float = CahnHilliard.negligible_error


AS_ANNEALED = Accuracy()
ACCURACIES = (AS_ANNEALED, Accuracy(0.1, 5e-4), Accuracy(0.05, 0.0), Accuracy(0.02, 0.0))
FINE = Accuracy(2e-3, 0.0)


@dataclass(frozen=True)
class Solution:
    """The field [z, x, y] at the end, the processor seconds it took and the steps."""

    field: Field
    seconds: float
    steps: int

    def distance(self, other: "Solution") -> float:
        """RMS over voxels of the difference of two solutions."""
        return float(np.sqrt(np.square(self.field - other.field).mean()))


def is_installed() -> bool:
    """Whether py-pde is there to compare with."""
    return find_spec("pde") is not None


def measure_reference(edge: int = EDGE, growth_times: float = GROWTH_TIMES) -> Iterator[Measurement]:
    """Seconds of either solver for a cube of `edge` voxels; ratios are py-pde's time over ours."""
    start, end = smooth_start((edge, edge, edge)), growth_times / QUENCH.growth_rate
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        fine = our_solution(start, end, FINE)
        peer = reference_solution(start, end, "faces")
        yield _row("py-pde", peer, f"RMS error {peer.distance(fine):.1e}")
        # another discretisation in space: how far that alone leads away is more than any error in time here
        central = reference_solution(start, end, "central")
        yield _row("py-pde, central differences", central, f"{central.distance(fine):.1e} away in space")
        for accuracy in ACCURACIES:
            ours = our_solution(start, end, accuracy)
            note = f"times faster ({central.seconds / ours.seconds:.1f} than central differences)"
            yield _row(f"ours, RMS error {ours.distance(fine):.1e}", ours, note, peer.seconds / ours.seconds)
    finally:
        torch.set_num_threads(threads)


def smooth_start(shape: tuple[int, int, int]) -> Field:
    """The blend with smooth noise of RMS `AMPLITUDE`, [z, x, y]."""
    noise = np.random.default_rng(0).normal(size=shape)
    smooth = gaussian_filter(noise, BLUR, mode=("reflect", "wrap", "wrap"))
    return np.asarray(QUENCH.phi + AMPLITUDE * (smooth - smooth.mean()) / smooth.std())


def reference_solution(start: Field, end: float, stencil: "Stencil", backend: str = "numba") -> Solution:
    """py-pde's solution at `end` from `start` [z, x, y] by explicit steps, timed once it is compiled."""
    from pde import CartesianGrid, ScalarField

    from microdesigner.evaluation.reference_equation import BlendEquation

    grid = CartesianGrid([(0, edge) for edge in start.shape], start.shape, periodic=[False, True, True])
    equation = BlendEquation(QUENCH.chi, QUENCH.kappa, stencil)
    step = SHARE_OF_STABLE * STABLE_STEP[stencil]
    result, information = equation.solve(
        ScalarField(grid, start), end, dt=step, solver="euler", tracker=None, backend=backend, ret_info=True
    )
    seconds, steps = information["controller"]["profiler"]["solver"], information["solver"]["steps"]
    return Solution(result.data, float(seconds), int(steps))


def our_solution(start: Field, end: float, accuracy: Accuracy) -> Solution:
    """Our solution at `end` from `start` [z, x, y]."""
    solver = CahnHilliard(
        FloryHuggins(QUENCH.chi),
        degenerate_mobility,
        QUENCH.kappa,
        tolerance=accuracy.tolerance,
        negligible_error=accuracy.negligible_error,
    )
    started = time.process_time()
    with torch.inference_mode():
        for state in solver.run(torch.from_numpy(start), [end]):
            last = state
    return Solution(last.field.numpy(), time.process_time() - started, last.steps)


def _row(name: str, solution: Solution, note: str, ratio: float | None = None) -> Measurement:
    where = size_words(solution.field.shape)
    return Measurement("py-pde", name, solution.seconds, f"{note}; {where}, {solution.steps} steps", ratio)
