"""Coarse looks at a volume while it is denoised, within a fixed share of the time."""

import time

import numpy as np
import torch
from torch import Tensor

from microdesigner.core.events import Preview
from microdesigner.models.autoencoder import phase_labels
from microdesigner.models.bundle import Autoencoder

SHARE = 0.04
LATERAL_CELLS = 8


class Previewer:
    """Decodes a corner of the latest latent whenever previews have taken a small enough share of the time so far."""

    def __init__(self, autoencoder: Autoencoder) -> None:
        self._autoencoder = autoencoder
        self._started = time.perf_counter()
        self._spent = 0.0
        self._last = 0.0

    def look(self, latent: Tensor) -> Preview | None:
        """A Preview of `latent` [channels, x, y, z], or None while the next one would cost too much."""
        now = time.perf_counter()
        if self._spent + self._last > SHARE * (now - self._started):
            return None
        with torch.no_grad():
            corner = latent[None, :, :LATERAL_CELLS, :LATERAL_CELLS]
            logits = self._autoencoder.decode(corner, periodic=False)
            phases = phase_labels(logits)[0].cpu().numpy()
        self._last = time.perf_counter() - now
        self._spent += self._last
        return Preview(np.ascontiguousarray(phases[::2, ::2, ::2]))
