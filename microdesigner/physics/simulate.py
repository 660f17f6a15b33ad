"""From a recipe (φ, χ, annealing time) to fields and volumes."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import DEFAULT_SIZE, PHASE_NAMES, Lateral, Microstructure
from microdesigner.physics.cahn_hilliard import CahnHilliard, State
from microdesigner.physics.free_energy import FloryHuggins, Quench, degenerate_mobility
from microdesigner.physics.phases import (
    MIDDLE,
    PhaseCount,
    Threshold,
    has_separated,
    interphase_half_width,
    three_phases,
    threshold_of_fraction,
    two_phases,
)

NOISE = 0.01
DEFAULT_INTERPHASE_VOXELS = 2.5
TYPICAL_SEPARATION = 12.0  # in times of the fastest wave's growth
SMALLEST_EDGE = 8
WORK_BY_TIME = 1.25
"""Exponent of time by which the steps of a film of 128×128×64 voxels grow, once it has separated, within a tenth."""


class NotSeparatedError(InputError):
    """The blend has no phases yet at the time asked for; annealing longer helps."""


@dataclass(frozen=True)
class Recipe:
    """One annealing experiment.

    Parameters
    ----------
    phi
        Blend ratio φ: acceptor fraction of the blend.
    chi
        Flory-Huggins interaction parameter χ; above 2 an equal blend separates.
    seed
        Of the noise from which the phases grow.
    size
        Voxels along x, y, z.
    lateral
        Boundary along x and y: "periodic" or "no-flux".
    kappa
        Gradient coefficient κ in voxel²: 12 gives interfaces of four voxels at χ = 4.
    """

    phi: float
    chi: float
    seed: int = 0
    size: tuple[int, int, int] = DEFAULT_SIZE
    lateral: Lateral = "periodic"
    kappa: float = 12.0

    @property
    def quench(self) -> Quench:
        """Linear theory of this recipe."""
        return Quench(self.phi, self.chi, self.kappa)

    def time_of(self, tau: float) -> float:
        """Annealing time t of the reduced time τ = ln(ω_max t)."""
        return math.exp(tau) / self.quench.growth_rate

    def share_done(self, time: float, end: float) -> float:
        """How much of the work of an annealing to `end` lies behind at `time`, 0..1."""
        return float((time / end) ** WORK_BY_TIME)

    def tau_of(self, time: float) -> float:
        """Reduced time τ = ln(ω_max t)."""
        return math.log(self.quench.growth_rate * time)


@dataclass(frozen=True)
class Snapshot:
    """The composition field φ [x, y, z] of `recipe` at `time` after `steps` solver steps."""

    recipe: Recipe
    time: float
    field: NDArray[np.float32]
    steps: int

    def microstructure(
        self, phases: PhaseCount, interphase_voxels: float = DEFAULT_INTERPHASE_VOXELS, threshold: Threshold = "half"
    ) -> Microstructure:
        """The labelled volume; raises NotSeparatedError when the blend has not separated by then.

        Two phases meet at φ = 1/2 or, with the threshold "blend", where the acceptor's share is that of the blend;
        between three lies an interphase (the mixed phase) `interphase_voxels` thick. Which it was stands in the
        provenance.
        """
        binodal = self.check_separated()
        provenance = {"recipe": self.process, "seed": self.recipe.seed, "solver_steps": self.steps}
        if phases == 2:
            level = MIDDLE if threshold == "half" else threshold_of_fraction(self.field, self.recipe.phi)
            provenance |= {"threshold": level}
            labels = two_phases(self.field, level)
        else:
            half_width = interphase_half_width(self.field, interphase_voxels, binodal)
            provenance |= {"interphase_voxels": interphase_voxels, "half_width": half_width}
            labels = three_phases(self.field, half_width)
        return Microstructure(
            labels, lateral=self.recipe.lateral, phase_names=PHASE_NAMES[:phases], provenance=provenance
        )

    def check_separated(self) -> float:
        """The blend's binodal φ_α; raises NotSeparatedError when the field has not come near both phases yet."""
        binodal = FloryHuggins(self.recipe.chi).binodal()
        if not has_separated(self.field, binodal):
            later = max(self.recipe.time_of(math.log(TYPICAL_SEPARATION)), 2 * self.time)
            raise NotSeparatedError(
                f"The blend phi = {self.recipe.phi:g}, chi = {self.recipe.chi:g} has not separated at time "
                f"{self.time:.4g}; anneal longer, for instance until {later:.3g}."
            )
        return binodal

    @property
    def process(self) -> dict[str, float]:
        """The recipe as a model learns it."""
        return {"phi": self.recipe.phi, "chi": self.recipe.chi, "log_time": math.log10(self.time)}


def initial_field(recipe: Recipe, device: torch.device) -> Tensor:
    """White noise of amplitude 0.01 around φ, mean corrected, [z, x, y]; drawn on the CPU, equal on all devices."""
    x, y, z = recipe.size
    noise = torch.randn(z, x, y, generator=torch.Generator().manual_seed(recipe.seed)) * NOISE
    return (noise - noise.mean() + recipe.phi).to(device)


@torch.inference_mode()
def anneal(recipe: Recipe, times: list[float], device: torch.device | None = None) -> Iterator[State]:
    """Yield the solver's states up to the last of the rising `times`; raises InputError when nothing would separate."""
    if min(recipe.size) < SMALLEST_EDGE:
        raise InputError(f"Each edge of size must be at least {SMALLEST_EDGE} voxels; got {recipe.size}.")
    recipe.quench.check()
    solver = CahnHilliard(
        FloryHuggins(recipe.chi),
        degenerate_mobility,
        recipe.kappa,
        recipe.lateral,
    )
    yield from solver.run(initial_field(recipe, device or torch.device("cpu")), times)


def snapshot(recipe: Recipe, state: State) -> Snapshot:
    """The state as a snapshot in the volume's own axis order."""
    field = np.ascontiguousarray(state.field.permute(1, 2, 0).cpu().numpy().astype(np.float32))
    return Snapshot(recipe, state.time, field, state.steps)


def simulate(recipe: Recipe, times: list[float], device: torch.device | None = None) -> Iterator[Snapshot]:
    """Anneal a blend by the Cahn-Hilliard equation of a Flory-Huggins free energy.

    Parameters
    ----------
    recipe
        Blend ratio, interaction, size in voxels, lateral boundary and seed of the noise.
    times
        Rising annealing times in voxel²/M; see `Recipe.time_of` for reduced times.
    device
        Where to compute, by default the CPU.

    Yields
    ------
    Snapshot
        The composition field at each of the `times`; its `microstructure` has the phases.

    Raises
    ------
    InputError
        When nothing would separate, or an edge is below 8 voxels.

    References
    ----------
    Cahn and Hilliard, J. Chem. Phys. 1958, 28, 258. Flory, Principles of Polymer Chemistry, 1953.

    Examples
    --------
    >>> recipe = Recipe(phi=0.5, chi=3.6, size=(16, 16, 16))
    >>> last = [*simulate(recipe, [recipe.time_of(3.0), recipe.time_of(4.5)])][-1]
    >>> last.field.shape, bool(abs(last.field.mean() - 0.5) < 1e-3)
    ((16, 16, 16), True)
    >>> last.microstructure(phases=2).phase_names
    ('donor', 'acceptor')
    """
    for state in anneal(recipe, times, device):
        if state.requested:
            yield snapshot(recipe, state)
