"""Forces that roughly take a velocity away: what makes conjugate gradients settle the flow through pores in few steps.

A velocity on faces in and beside the solid has two causes. Friction: -∇² turns a velocity back into forces, face by
face. Pressure along the pores: forces far away push fluid through a narrow channel, which friction would find only step
by step. The divergence of the velocity gives a pressure by conduction through the pores (as Darcy has it), and its
gradient is the forces. In a phase of thin sheets this second part saves two steps of three.
"""

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.compiled import compiled
from microdesigner.descriptors.network import network_of, plain
from microdesigner.descriptors.two_level import TwoLevel
from microdesigner.properties.stokes import Field, Flow


class Resistance:
    """Forces from velocities on the faces where forces act.

    Parameters
    ----------
    pores : ndarray of bool, shape (z, y, x)
        Voxels of fluid, all joined to the plates; x and y wrap.
    acts : tuple of ndarray of bool
        Faces normal to x, y, z on which forces act.
    slip : Flow
        Velocity over force that the faces have beside the flow's own.
    spacing : tuple of float
        Voxel edges along x, y, z.
    """

    def __init__(
        self,
        pores: NDArray[np.bool_],
        acts: tuple[NDArray[np.bool_], ...],
        slip: Flow,
        spacing: tuple[float, float, float],
    ) -> None:
        self._pores, self._edges = pores, np.array(spacing, np.float32)
        curvature = 2 * float((1 / self._edges**2).sum())  # of a face by itself
        self._shares = tuple(
            (acting / np.sqrt(1 + curvature * slipping)).astype(np.float32)
            for acting, slipping in zip(acts, slip, strict=True)
        )
        self._acts = acts
        # a channel one voxel wide lets as much through as its own friction
        squares = 1 / np.array(spacing[::-1]) ** 2
        conduct = 2 * squares / (squares.sum() - squares)
        network = network_of(pores.view(np.uint8), plain((conduct[0], conduct[1], conduct[2])), (False, True, True))
        plates = np.zeros(pores.shape)
        plates[0] += 2 * conduct[0]
        plates[-1] += 2 * conduct[0]
        self._network = TwoLevel(network.grounded(plates[pores]), pores.view(np.uint8))

    def forces(self, velocity: Flow) -> Flow:
        """Forces on these faces, symmetric and positive in the velocity."""
        pressure = np.zeros(self._pores.shape, np.float32)
        divergence = np.empty_like(pressure)
        _divergence(*velocity, self._edges, divergence)
        pressure[self._pores] = self._network.solve(divergence[self._pores].astype(np.float64))
        x, y, z = (np.empty_like(part) for part in velocity)
        for component, (part, shares, force) in enumerate(zip(velocity, self._shares, (x, y, z), strict=True)):
            _friction(part * shares, shares, self._edges, component == 2, force)
        _add_gradient(pressure, self._edges, x, y, z)
        for force, acting in zip((x, y, z), self._acts, strict=True):
            np.multiply(force, acting, out=force)
        return x, y, z


@compiled
def _divergence(x: Field, y: Field, z: Field, edges: NDArray[np.float32], divergence: Field) -> None:
    """What flows into each voxel and not out, per volume; x and y wrap."""
    layers, rows, columns = x.shape
    for k in range(layers):
        for j in range(rows):
            beside = j + 1 if j + 1 < rows else 0
            for i in range(columns):
                after = i + 1 if i + 1 < columns else 0
                divergence[k, j, i] = (
                    (x[k, j, i] - x[k, j, after]) / edges[0]
                    + (y[k, j, i] - y[k, beside, i]) / edges[1]
                    + (z[k, j, i] - z[k + 1, j, i]) / edges[2]
                )


@compiled
def _friction(velocity: Field, shares: Field, edges: NDArray[np.float32], along_z: bool, force: Field) -> None:
    """`shares` of minus the Laplacian; the film goes on beyond its plates as in a mirror."""
    layers, rows, columns = velocity.shape
    to_x, to_y, to_z = 1 / edges[0] ** 2, 1 / edges[1] ** 2, 1 / edges[2] ** 2
    for k in range(layers):
        for j in range(rows):
            before, beside = velocity[k, j - 1], velocity[k, j + 1 if j + 1 < rows else 0]
            own, out = velocity[k, j], force[k, j]
            below = velocity[k - 1 if k > 0 else (1 if along_z else 0), j]
            above = velocity[k + 1 if k + 1 < layers else (layers - 2 if along_z else layers - 1), j]
            for i in range(columns):
                after = i + 1 if i + 1 < columns else 0
                out[i] = shares[k, j, i] * (
                    to_x * (2 * own[i] - own[i - 1] - own[after])
                    + to_y * (2 * own[i] - before[i] - beside[i])
                    + to_z * (2 * own[i] - below[i] - above[i])
                )


@compiled
def _add_gradient(pressure: Field, edges: NDArray[np.float32], x: Field, y: Field, z: Field) -> None:
    """Add the gradient of the pressure, 0 on the plates, to the forces on all faces."""
    layers, rows, columns = pressure.shape
    for k in range(layers):
        for j in range(rows):
            for i in range(columns):
                own = pressure[k, j, i]
                x[k, j, i] += (own - pressure[k, j, i - 1]) / edges[0]
                y[k, j, i] += (own - pressure[k, j - 1, i]) / edges[1]
                z[k, j, i] += (own - pressure[k - 1, j, i] if k > 0 else 2 * own) / edges[2]
    for j in range(rows):
        for i in range(columns):
            z[layers, j, i] -= 2 * pressure[layers - 1, j, i] / edges[2]
