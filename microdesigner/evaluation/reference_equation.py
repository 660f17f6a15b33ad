"""The solver's own equation as py-pde states it; needs py-pde.

Source: D. Zwicker, Journal of Open Source Software 5 (2020) 2158.
"""

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pde import PDEBase, ScalarField

Field = NDArray[np.float64]
Stencil = Literal["faces", "central"]


class BlendEquation(PDEBase):  # type: ignore[misc]  # py-pde has no types
    """∂c/∂t = ∇·(M ∇μ), M = c(1−c), μ = ln(c/(1−c)) + χ(1−2c) − κ∇²c, from py-pde's operators, no flux at closed ends.

    "central" is its divergence of a gradient: central differences twice, so neighbours do not see each other, the short
    waves are softer and explicit steps may be longer. "faces" is ½[∇²(Mμ) + M∇²μ − μ∇²M], which on a grid is the flux
    through voxel faces with the mean mobility of both sides: the differences that our solver takes.
    """

    def __init__(self, chi: float, kappa: float, stencil: Stencil) -> None:
        super().__init__()
        self.chi, self.kappa, self.stencil = chi, kappa, stencil

    def evolution_rate(self, state: ScalarField, t: float = 0) -> ScalarField:
        """The right-hand side at `state` with SciPy's operators."""
        rate = self.make_evolution_rate(state, "scipy")
        return ScalarField(state.grid, rate(state.data, t))

    def make_evolution_rate(self, state: ScalarField, backend: Any) -> Callable[[Field, float], Field]:
        """The right-hand side as a function of values and time that py-pde compiles."""
        chi, kappa = self.chi, self.kappa
        settings = {"backend": backend, "dtype": state.dtype}
        laplace = state.grid.make_operator("laplace", bc="auto_periodic_neumann", **settings)

        def faces(c: Field, t: float = 0) -> Field:  # noqa: ARG001 - py-pde's interface
            mobility = c * (1 - c)
            potential = np.log(c / (1 - c)) + chi * (1 - 2 * c) - kappa * laplace(c)
            rate: Field = laplace(mobility * potential) + mobility * laplace(potential) - potential * laplace(mobility)
            return 0.5 * rate

        if self.stencil == "faces":
            return faces
        gradient = state.grid.make_operator("gradient", bc="auto_periodic_neumann", **settings)
        # the flux, not its slope, vanishes at closed ends
        divergence = state.grid.make_operator("divergence", bc="auto_periodic_dirichlet", **settings)

        def central(c: Field, t: float = 0) -> Field:  # noqa: ARG001 - py-pde's interface
            potential = np.log(c / (1 - c)) + chi * (1 - 2 * c) - kappa * laplace(c)
            rate: Field = divergence(c * (1 - c) * gradient(potential))
            return rate

        return central
