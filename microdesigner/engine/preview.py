"""Coarse looks at the whole film while it is made, within a fixed share of the time."""

import time

from torch import Tensor

from microdesigner.core.events import Preview
from microdesigner.core.given import Given
from microdesigner.engine.draft import COARSENESS, coarse_film
from microdesigner.engine.latents import Targets
from microdesigner.engine.networks import InferenceNetworks
from microdesigner.engine.refinement import Refinement

SHARE = 0.1
FIRST = 0.25
"""Share of the denoising before which the denoiser's estimate shows no domains yet."""


class Previewer:
    """Looks at one film, of which `requested` is asked for and a part may be `given`.

    Between denoiser evaluations it decodes the latest estimate whenever that has taken a small enough share of the time
    so far; what the refinement has decoded anyway costs nothing.
    """

    def __init__(self, networks: InferenceNetworks, requested: Targets, given: Given | None = None) -> None:
        self._networks, self._requested, self._given = networks, requested, given
        self._started = time.perf_counter()
        self._spent = self._last = 0.0

    def look(self, latent: Tensor, done: int, total: int) -> Preview | None:
        """A Preview of `latent` [channels, x, y, z] after `done` of `total` evaluations, or None where it would tell
        too little or cost too much."""
        now = time.perf_counter()
        dear = self._spent > 0 and self._spent + self._last > SHARE * (now - self._started)
        if dear or done >= total or done < FIRST * total:
            return None
        phases = coarse_film(self._networks, latent, self._requested, self._given)
        self._last = time.perf_counter() - now
        self._spent += self._last
        return Preview(phases)

    def refined(self, refinement: Refinement) -> Preview | None:
        """A Preview of the best film that a refinement has found so far, or None before the first."""
        film = refinement.phases
        return None if film is None else Preview(film[::COARSENESS, ::COARSENESS, ::COARSENESS].copy())
