"""Potentials on a network at given sources, by preconditioned conjugate gradients."""

from dataclasses import dataclass

import numpy as np

from microdesigner.core.errors import MicrodesignerError
from microdesigner.core.steps import Steps
from microdesigner.descriptors.network import Network, Values
from microdesigner.descriptors.two_level import TwoLevel

TOLERANCE = 1e-6
_MOST_STEPS = 5_000


@dataclass(frozen=True)
class Settled:
    """Potentials, what is left of the sources, and the steps taken."""

    potential: Values
    residual: Values
    steps: int


def settle(
    network: Network, preconditioner: TwoLevel, source: Values, start: Values, tolerance: float = TOLERANCE
) -> Steps[Settled]:
    """The potentials at which what leaves each node is its source.

    Parameters
    ----------
    network : Network
        Symmetric: its bonds conduct alike in both directions.
    preconditioner : TwoLevel
        Of the network.
    source : ndarray
        Current driven into each node.
    start : ndarray
        A first guess.
    tolerance : float
        The residual, weighted by the nodes' conductances, at which to stop, over that of the sources.

    Returns
    -------
    Settled
        The potentials.

    Raises
    ------
    MicrodesignerError
        If that takes more than 5000 steps.
    """
    potential, residual = start.copy(), source - network.net_outflow(start)
    enough = tolerance * _scaled_norm(source, network.diagonal)
    direction, before, steps, share = np.zeros_like(source), np.inf, 0, 0.0
    while (left := _scaled_norm(residual, network.diagonal)) > enough:
        share = max(share, settled_share(left / enough * tolerance, tolerance))
        yield share
        if steps == _MOST_STEPS:
            raise MicrodesignerError(f"Transport through the film did not settle within {_MOST_STEPS} steps.")
        correction = preconditioner.solve(residual)
        product = float(residual @ correction)
        direction *= product / before
        direction += correction
        outflow = network.net_outflow(direction)
        length = product / float(direction @ outflow)
        potential += length * direction
        residual -= length * outflow
        before, steps = product, steps + 1
    return Settled(potential, residual, steps)


def settled_share(residual: float, tolerance: float) -> float:
    """The share of the steps done from a residual of 1 to the tolerance, if each takes away the same share of it."""
    return float(np.clip(np.log(residual) / np.log(tolerance), 0, 1)) if residual > 0 else 1.0


def _scaled_norm(current: Values, conductance: Values) -> float:
    return float(np.sqrt((current * current / conductance).sum()))
