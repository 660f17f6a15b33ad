"""Collection of charges: drift and diffusion of one carrier in its phases, with recombination, under an even field.

div(D grad p - μ E p) - p/τ + g = 0 in the carrier's phases, D = μ k T / q. The field falls off evenly over the film's
thickness, E = V / d, in all phases alike, and pushes the carrier to its electrode. Fluxes between voxels are those of
D. L. Scharfetter, H. K. Gummel, IEEE Trans. Electron Devices 16 (1969) 64, exact for even fields in one dimension, so
that voxels need not resolve k T / (q E). Electrodes take up every carrier that reaches them: both of them, or with
selective contacts each its own. Other phases reflect carriers.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.steps import Steps
from microdesigner.descriptors.network import network_of
from microdesigner.descriptors.transport import conductances
from microdesigner.descriptors.two_level import SMALLEST_BLOCK, TwoLevel
from microdesigner.properties.bicgstab import bicgstab

TOLERANCE = 1e-5
MOST_STEPS = 2_000
_STEEPEST = 20.0


@dataclass(frozen=True)
class Collected:
    """Shares of the carriers that reach their own electrode, the wrong one, and that recombine; their sum is 1."""

    own: float
    wrong: float
    recombined: float

    @property
    def net(self) -> float:
        """Carriers per carrier born that the own electrode gains: those that reach the wrong one carry charge back."""
        return self.own - self.wrong


def collection(
    voxels: NDArray[np.bool_],
    born: NDArray[np.float64],
    spacing: tuple[float, float, float],
    lateral: bool,
    voltage: float,
    length: float,
    selective: bool,
) -> Steps[Collected]:
    """What becomes of a carrier.

    Parameters
    ----------
    voxels : ndarray of bool, shape (z, y, x)
        Where the carrier moves; its own electrode is on the last layer, so turn the film for the other carrier.
    born : ndarray, shape (z, y, x)
        Carriers born per voxel and time; those outside `voxels` do not count.
    spacing : tuple of float
        Voxel edges along x, y, z.
    lateral : bool
        Whether y and x wrap.
    voltage : float
        Over the film's thickness, in units of k T / q; positive pushes carriers to their own electrode.
    length : float
        √(D τ), the way that a carrier diffuses before it recombines, in the unit of the edges.
    selective : bool
        Whether the wrong electrode reflects the carrier.

    Returns
    -------
    Collected
        Shares of the carriers born.

    Raises
    ------
    MicrodesignerError
        If the equations do not settle.
    """
    step = voltage / len(voxels)  # from layer to layer, in k T / q
    area, *sides = conductances(spacing)
    up, down = np.array([[area * _bernoulli(sign * step), *sides] for sign in (-1, 1)])
    classes = np.ascontiguousarray(voxels).view(np.uint8)
    volume = float(np.prod(spacing))
    to_own, to_wrong = np.zeros((2, *voxels.shape))
    to_own[-1] = 2 * area * _bernoulli(-step / 2)
    to_wrong[0] = 0 if selective else 2 * area * _bernoulli(step / 2)
    lost = np.full(voxels.shape, volume / length**2)
    network = network_of(classes, up[None, None], (False, lateral, lateral), down[None, None])
    network = network.grounded((to_own + to_wrong + lost)[voxels])
    source = born[voxels]
    layers = np.broadcast_to(np.arange(len(voxels))[:, None, None], voxels.shape)[voxels]
    # in a dead end the field heaps carriers up, as the air under a ceiling
    heaped = np.exp(np.clip(step, -_STEEPEST, _STEEPEST) * (layers % SMALLEST_BLOCK))
    yield 0.0
    preconditioner = TwoLevel(network, classes, heaped, relaxation=0)
    density = yield from bicgstab(network.net_outflow, preconditioner.solve_in_turn, source, TOLERANCE, MOST_STEPS)
    own, wrong, recombined = (float(rate[voxels] @ density / source.sum()) for rate in (to_own, to_wrong, lost))
    return Collected(own, wrong, recombined)


def _bernoulli(x: float) -> float:
    """x / (exp(x) - 1)."""
    return float(x / np.expm1(x)) if abs(x) > 1e-12 else 1.0
