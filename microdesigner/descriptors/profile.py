"""The composition of a film layer by layer."""

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.microstructure import Microstructure
from microdesigner.descriptors.curve import Curve


def depth_profile(microstructure: Microstructure, label: int) -> Curve:
    """Share of the voxels of each layer that belong to the phase `label`, by the height of its middle over z = 0 in nm.

    Height 0 is the film's cathode side. The mean over the layers is the phase's fraction.
    """
    layers = microstructure.shape[2]
    share: NDArray[np.float64] = (microstructure.phases == label).mean(axis=(0, 1), dtype=np.float64)
    height = np.arange(0.5, layers) * microstructure.spacing[2]
    return Curve(height, share)
