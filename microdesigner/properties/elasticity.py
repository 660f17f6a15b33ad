"""Elastic stiffness of a film whose phases are isotropic, by homogenisation.

The film repeats itself in all three directions: along z too, whatever its sides do. Six mean strains are put on it in
turn; for each the displacement that repeats itself is found by conjugate gradients, preconditioned with the exact
solution for an even material by Fourier transforms (H. Moulinec, P. Suquet, Comput. Methods Appl. Mech. Eng. 157 (1998)
69; M. Ladecký et al., Int. J. Numer. Methods Eng. 124 (2023) 1433). The stiffness follows from the energy of each pair
of states, whose error is the square of theirs. A state is settled when the energy that it would still lose is a
hundredth or less of what is left, judged by its last step as if each had lost the same share (what a step loses: Z.
Strakoš, P. Tichý, Electron. Trans. Numer. Anal. 13 (2002) 56): about what the voxels err, with voids and without.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from microdesigner.core.errors import MicrodesignerError
from microdesigner.core.steps import Steps, part_of, together
from microdesigner.properties.hexahedra import COMPONENTS, Field, displacements, forces, stresses

TOLERANCE = 1e-2
_NOTHING = 1e-4  # of the even material's energy, where parts hang together nowhere
MOST_STEPS = 400
EXPECTED_STEPS = 10
AT_ONCE = 2  # states, each on a core of its own


def effective_stiffness(first: Field, second: Field, spacing: tuple[float, float, float]) -> Steps[NDArray[np.float64]]:
    """Effective stiffness.

    Parameters
    ----------
    first, second : ndarray of float32, shape (z, y, x)
        Lamé's constants λ and μ of each voxel.
    spacing : tuple of float
        Voxel edges along x, y, z.

    Returns
    -------
    ndarray, shape (6, 6)
        Stress over strain, both in the order xx, yy, zz, yz, xz, xy with shear strains twice the tensor's; symmetric,
        in the unit of `first`.

    Raises
    ------
    MicrodesignerError
        If a state does not settle.
    """
    edges = (0.25 / np.array(spacing)).astype(np.float32)
    even = _EvenMaterial(first, second, spacing)
    unrelaxed = isotropic(float(first.mean(dtype=np.float64)), float(second.mean(dtype=np.float64)))
    voxels, strains = _Voxels(first, second, edges), np.eye(COMPONENTS, dtype=np.float32)
    states: list[_State] = []
    for case in range(0, COMPONENTS, AT_ONCE):
        ways = [
            _relaxed(voxels, even, voxels.pull(None, strains[each]), float(unrelaxed[each, each]))
            for each in range(case, case + AT_ONCE)
        ]
        states += yield from part_of(together(ways), case / COMPONENTS, (case + AT_ONCE) / COMPONENTS)
    relaxation = [
        [_dot(one.pull, other.displacement) - _dot(one.displacement, other.residual) for other in states]
        for one in states
    ]
    found = unrelaxed + np.array(relaxation) / first.size
    return (found + found.T) / 2


def isotropic(first: float, second: float) -> NDArray[np.float64]:
    """The stiffness of a material with Lamé's constants λ and μ, as `effective_stiffness` gives it."""
    stiffness = np.diag([second] * COMPONENTS)
    stiffness[:3, :3] += first + np.diag([second] * 3)
    return stiffness


@dataclass(frozen=True)
class _State:
    """A film under a mean strain: the forces of that strain alone, the displacement they cause, and what is left."""

    pull: Field
    displacement: Field
    residual: Field


@dataclass(frozen=True)
class _Voxels:
    """The voxels' constants, and forces at their corners."""

    first: Field
    second: Field
    edges: NDArray[np.float32]

    def pull(self, displacement: Field | None, mean: NDArray[np.float32]) -> Field:
        """The forces at a mean strain and a displacement that repeats itself."""
        moved = np.zeros((3, *self.first.shape), np.float32) if displacement is None else displacement
        stress = np.empty((COMPONENTS, *self.first.shape), np.float32)
        stresses(moved, mean, self.first, self.second, self.edges, stress)
        force = np.empty_like(moved)
        forces(stress, self.edges, force)
        return force


class _EvenMaterial:
    """A material alike everywhere, of the films' middle constants: what displacement forces cause in it."""

    def __init__(self, first: Field, second: Field, spacing: tuple[float, float, float]) -> None:
        x_nm, y_nm, z_nm = spacing
        layers, rows, columns = first.shape
        self._along_z, self._along_y = _half_angles(layers, z_nm, False), _half_angles(rows, y_nm, False)
        self._along_x = _half_angles(columns, x_nm, True)
        self._first, self._second = (np.float32((values.min() + values.max()) / 2) for values in (first, second))

    def displacement(self, force: Field) -> Field:
        """The displacement, of mean 0."""
        waves = fft.rfftn(force, axes=(1, 2, 3))
        displacements(waves, self._along_z, self._along_y, self._along_x, self._first, self._second)
        moved: Field = fft.irfftn(waves, force.shape[1:], axes=(1, 2, 3), overwrite_x=True)
        return moved


def _half_angles(length: int, edge: float, halved: bool) -> NDArray[np.float32]:
    """2 sin / edge and cos of half the phase from node to node, of each wave along an axis; shape (2, waves)."""
    half = np.pi * (fft.rfftfreq(length) if halved else fft.fftfreq(length))
    across = np.where(np.isclose(np.abs(half), np.pi / 2), 0, np.cos(half))
    return np.array([2 * np.sin(half) / edge, across], np.float32)


def _relaxed(voxels: _Voxels, even: _EvenMaterial, pull: Field, unrelaxed: float) -> Steps[_State]:
    """The displacement that takes the forces `pull` away and lowers the stiffness from `unrelaxed`."""
    displacement, residual = np.zeros_like(pull), -pull
    direction, before = np.zeros_like(pull), np.inf
    none = np.zeros(COMPONENTS, np.float32)
    left, lost = unrelaxed, np.inf
    for step in range(1, MOST_STEPS + 1):
        yield (step - 1) / (step + EXPECTED_STEPS)
        # steps that lose the same share each would lose about `step` times the last one more
        if step * lost <= TOLERANCE * max(left, _NOTHING * unrelaxed):
            return _State(pull, displacement, residual)
        correction = even.displacement(residual)
        product = _dot(residual, correction)
        if product == 0:
            return _State(pull, displacement, residual)
        direction *= np.float32(product / before)
        direction += correction
        tension = voxels.pull(direction, none)
        length = product / _dot(direction, tension)
        displacement += np.float32(length) * direction
        residual -= np.float32(length) * tension
        lost = length * product / residual[0].size
        left, before = left - lost, product
    raise MicrodesignerError(f"The film's strain did not settle within {MOST_STEPS} steps.")


def _dot(one: Field, other: Field) -> float:
    return float(np.multiply(one, other).sum(dtype=np.float64))
