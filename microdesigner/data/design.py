"""Design of experiments: which recipes a data set holds."""

import math

import numpy as np
from scipy.stats import qmc

from microdesigner.physics.free_energy import Quench
from microdesigner.physics.simulate import Recipe

PHI_RANGE = (0.35, 0.65)
CHI_RANGE = (2.2, 4.0)
LONGEST_WAVE = 60.0
COARSEST_DOMAIN = 76.0
FIRST_REDUCED_TIME = 9.0
LAST_REDUCED_TIME = 900.0
COARSENING_EXPONENT = 0.3
LOWEST_SPAN = 3.0


def recipe_of(series: int, master_seed: int, **settings: object) -> Recipe:
    """Recipe of series number `series`: point of a scrambled Sobol sequence over (φ, χ), without quenches that linear
    theory calls hopeless. Any prefix covers the range evenly, so a data set can grow."""
    phi, chi = _feasible_points(master_seed)[series]
    return Recipe(float(phi), float(chi), seed=master_seed * 1_000_003 + series, **settings)  # type: ignore[arg-type]


def snapshot_times(recipe: Recipe, count: int) -> list[float]:
    """`count` geometric times from the first separated state until the domains fill the film.

    The domain size grows about as λ_max (ω_max t / 6)^0.3; the last time keeps it below `COARSEST_DOMAIN` voxels.
    """
    quench = recipe.quench
    growth = (COARSEST_DOMAIN / quench.wavelength) ** (1 / COARSENING_EXPONENT)
    last = min(LAST_REDUCED_TIME, max(6 * growth, LOWEST_SPAN * FIRST_REDUCED_TIME))
    reduced = np.geomspace(FIRST_REDUCED_TIME, last, count)
    return [float(value) / quench.growth_rate for value in reduced]


def is_feasible(phi: float, chi: float) -> bool:
    """Whether the quench lies inside the spinodal with a first wavelength that a film can hold."""
    quench = Quench(phi, chi)
    return quench.curvature < 0 and quench.wavelength <= LONGEST_WAVE


def _feasible_points(master_seed: int, sequence_length: int = 1 << 14) -> np.ndarray:
    points = qmc.Sobol(2, scramble=True, seed=master_seed).random_base2(int(math.log2(sequence_length)))
    points = qmc.scale(points, *zip(PHI_RANGE, CHI_RANGE, strict=True))
    return points[[is_feasible(phi, chi) for phi, chi in points]]
