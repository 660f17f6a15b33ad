"""A coarse look at a whole film whose tiles are decoded."""

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.microstructure import PhaseArray
from microdesigner.engine.streaming.parts import Parts, biased, load
from microdesigner.models.autoencoder import FACTOR


def overview(parts: Parts, bias: NDArray[np.float32]) -> PhaseArray:
    """Labels [x, y, z], one for 8×8×8 voxels: the phase with the largest mean logit raised by `bias` (phases,)."""
    found = np.empty(parts.latent_shape[1:], np.uint8)
    for tile in parts.tiles:
        differences = load(parts.differences(tile))
        phases, *edges = differences.shape
        x, y, z = (edge // FACTOR for edge in edges)
        blocks = differences.reshape(phases, x, FACTOR, y, FACTOR, z, FACTOR)
        means = blocks.mean((2, 4, 6), dtype=np.float32).astype(np.float16)
        found[tile[0].start : tile[0].stop, tile[1].start : tile[1].stop] = biased(means, bias).argmax(0)
    return found
