"""Permeability of a film along z whose pores are one phase: Darcy's k, the flux at a pressure gradient of 1 over it.

∇p = ∇²u + f, div u = 0 in the pores, no slip on their walls, which are the voxels' faces; plates as `stokes` has them.
Solid is fluid that forces hold still: unknown are the forces on its faces, and on faces beside a wall those that the
wall's friction adds to a fluid's. They follow from the velocity that they have to leave, by conjugate gradients with
one pair of Fourier transforms each (after A. Wiegmann, Berichte des Fraunhofer ITWM 129 (2007)), preconditioned by
`flow_resistance`. k is the power of the forces, which errs by the square of their error, to the large side. Between
plates n voxels apart it is h²/12 (1 + 2 / n²), the error of the voxels.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.errors import MicrodesignerError
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.steps import Steps
from microdesigner.descriptors.percolation import spanning_voxels
from microdesigner.properties.flow_resistance import Resistance
from microdesigner.properties.stokes import Field, Flow, FreeFlow

TOLERANCE = 1e-2  # k is then right to about 1e-3
MOST_STEPS = 1_000
_EXPECTED_STEPS = 20
Mask = NDArray[np.bool_]


def permeability(microstructure: Microstructure, label: int) -> Steps[float | None]:
    """Permeability along z of a film whose phase `label` is pores and all else solid.

    Parameters
    ----------
    microstructure : Microstructure
        The film; sides that do not wrap are walls.
    label : int
        The phase.

    Returns
    -------
    float or None
        In the square of the voxel edges' unit; None where no path over voxel faces leads through the
        pores, or no wall holds the fluid.

    Raises
    ------
    MicrodesignerError
        If the flow does not settle.

    Examples
    --------
    A slit 8 voxels wide in a film of 12:

    >>> from microdesigner.core.steps import result_of
    >>> film = np.ones((12, 4, 4), np.uint8)
    >>> film[:8] = 0
    >>> round(result_of(permeability(Microstructure(film), 0)), 3), round(8**2 / 12 * (1 + 2 / 8**2) * 8 / 12, 3)
    (3.667, 3.667)
    """
    pores = spanning_voxels(microstructure, label)
    if not pores.any() or (pores.all() and microstructure.periodic):
        return None
    _, rows, columns = pores.shape
    if not microstructure.periodic:
        pores = np.pad(pores, ((0, 0), (0, 1), (0, 1)))  # a wall on one side is one on the other
    drag = _drag(pores, microstructure.spacing)
    flow = FreeFlow(pores.shape, microstructure.spacing)
    resistance = Resistance(pores, drag.acts, drag.slip, microstructure.spacing)
    held = yield from _held_still(drag, flow, resistance)
    return held * pores[0].size / (rows * columns)


@dataclass(frozen=True)
class _Drag:
    """Faces on which forces act, and velocity over force on them: 0 in and on solid, more beside walls.

    `weights` are the shares of the layers of faces along z that lie in the film: half of the outermost.
    """

    acts: tuple[Mask, Mask, Mask]
    slip: Flow
    weights: Field

    def dot(self, one: Flow, other: Flow) -> float:
        """Sum over the film of the product."""
        x, y, z = (np.multiply(a, b).sum(axis=(1, 2), dtype=np.float64) for a, b in zip(one, other, strict=True))
        return float(x.sum() + y.sum() + z @ self.weights)

    def balanced(self, flow: Flow) -> Flow:
        """A flow on these faces less its mean along z: what forces can change that add up to nothing."""
        inside = self.acts[2].sum(axis=(1, 2)) @ self.weights
        mean = flow[2].sum(axis=(1, 2), dtype=np.float64) @ self.weights / inside
        return flow[0], flow[1], (flow[2] - np.float32(mean)) * self.acts[2]

    def velocity(self, force: Flow, free: FreeFlow) -> Flow:
        """The velocity on these faces that the forces on them fail to take away."""
        x, y, z = (
            (moved + slip * own) * acts
            for moved, slip, own, acts in zip(free.of(force), self.slip, force, self.acts, strict=True)
        )
        return x, y, z


def _held_still(drag: _Drag, free: FreeFlow, resistance: Resistance) -> Steps[float]:
    """The mean velocity along z at a force of 1 per volume, by the forces that hold the solid."""
    x, y, z = (np.zeros(acts.shape, np.float32) for acts in drag.acts)
    whole = float(drag.weights.sum()) * z[0].size
    z[drag.acts[2]] = -whole / (drag.acts[2].sum(axis=(1, 2)) @ drag.weights)
    force: Flow = x, y, z
    velocity = drag.velocity(force, free)
    residual = drag.balanced(_scaled(velocity, -1))
    direction: Flow | None = None
    before, first = np.inf, drag.dot(residual, residual)
    for step in range(MOST_STEPS):
        yield step / (step + _EXPECTED_STEPS)
        if drag.dot(residual, residual) <= TOLERANCE**2 * first:
            return drag.dot(force, velocity) / whole
        correction = drag.balanced(resistance.forces(residual))
        product = drag.dot(residual, correction)
        if direction is not None:
            _add(correction, product / before, direction)
        direction, before = correction, product
        moved = drag.velocity(direction, free)
        length = product / drag.dot(direction, moved)
        _add(force, length, direction)
        _add(velocity, length, moved)
        _add(residual, -length, drag.balanced(moved))
    raise MicrodesignerError(f"The flow through the pores did not settle within {MOST_STEPS} steps.")


def _scaled(flow: Flow, factor: float) -> Flow:
    x, y, z = (part * np.float32(factor) for part in flow)
    return x, y, z


def _add(flow: Flow, factor: float, further: Flow) -> None:
    for part, more in zip(flow, further, strict=True):
        np.add(part, np.float32(factor) * more, out=part)


def _drag(pores: NDArray[np.bool_], spacing: tuple[float, float, float]) -> _Drag:
    """Where the solid around `pores` [z, y, x] and its walls act."""
    solid = ~pores
    acts, slip = [], []
    for component in range(3):
        axis = 2 - component
        before, after = _sides(solid, axis)
        friction = np.zeros(before.shape, np.float32)
        for across in (0, 1, 2):
            if across != axis:  # of the two faces beside one, each that lies in solid stands for a wall halfway
                friction += _beside(before & after, across) / np.float32(spacing[2 - across] ** 2)
        friction[before | after] = 0
        acts.append(before | after | (friction > 0))
        slip.append(np.divide(1, friction, out=np.zeros_like(friction), where=friction > 0))
    weights = np.ones(len(pores) + 1, np.float32)
    weights[[0, -1]] = 0.5
    return _Drag((acts[0], acts[1], acts[2]), (slip[0], slip[1], slip[2]), weights)


def _sides(solid: Mask, axis: int) -> tuple[Mask, Mask]:
    """Whether there is solid before and after each face normal to `axis`; the film goes on beyond its plates."""
    if axis == 0:
        return np.concatenate([solid[:1], solid]), np.concatenate([solid, solid[-1:]])
    return np.roll(solid, 1, axis), solid


def _beside(faces: Mask, axis: int) -> NDArray[np.uint8]:
    """How many of the two faces beside each along `axis` are among `faces`; none beyond the plates."""
    count = np.zeros(faces.shape, np.uint8)
    for side in (1, -1):
        shifted = np.roll(faces, side, axis)
        if axis == 0:
            shifted[0 if side > 0 else -1] = False
        count += shifted
    return count
