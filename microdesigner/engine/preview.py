"""Coarse looks at a volume while it is denoised, within a fixed share of the time."""

import time

import numpy as np
from torch import Tensor

from microdesigner.core.events import Preview
from microdesigner.engine.networks import InferenceNetworks
from microdesigner.models.autoencoder import phase_labels

SHARE = 0.04
LATERAL_CELLS = 8


class Previewer:
    """Decodes a corner of the latest latent whenever previews have taken a small enough share of the time so far."""

    def __init__(self, networks: InferenceNetworks) -> None:
        self._networks = networks
        self._started = time.perf_counter()
        self._spent = 0.0
        self._last = 0.0

    def look(self, latent: Tensor) -> Preview | None:
        """A Preview of `latent` [channels, x, y, z], or None while the next one would cost too much."""
        now = time.perf_counter()
        if self._spent + self._last > SHARE * (now - self._started):
            return None
        corner = latent[None, :, :LATERAL_CELLS, :LATERAL_CELLS]
        phases = phase_labels(self._networks.decode_quickly(corner, periodic=False))[0].cpu().numpy()
        self._last = time.perf_counter() - now
        self._spent += self._last
        return Preview(np.ascontiguousarray(phases[::2, ::2, ::2]))
