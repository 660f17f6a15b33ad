"""The composition of a film layer by layer."""

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.microstructure import DONOR, Microstructure
from microdesigner.descriptors.curve import Curve

SURFACE_LAYERS = 8


def depth_profile(microstructure: Microstructure, label: int) -> Curve:
    """Share of a phase in each layer.

    Parameters
    ----------
    microstructure : Microstructure
        The volume.
    label : int
        The phase.

    Returns
    -------
    Curve
        Share of the layer's voxels by the height of its middle over the cathode side (z = 0) in nm. The mean over the
        layers is the phase's fraction.
    """
    layers = microstructure.shape[2]
    share: NDArray[np.float64] = (microstructure.phases == label).mean(axis=(0, 1), dtype=np.float64)
    height = np.arange(0.5, layers) * microstructure.spacing[2]
    return Curve(height, share)


def composition_tilt(microstructure: Microstructure, label: int = DONOR, layers: int = SURFACE_LAYERS) -> float:
    """Share of a phase in the top layers less that in the bottom layers.

    Parameters
    ----------
    microstructure : Microstructure
        The volume; the bottom (z = 0) is its cathode side.
    label : int
        The phase.
    layers : int
        Number of layers at either face; half of the film where it is thinner than twice as many.

    Returns
    -------
    float
        In -1..1, 0 on average for films whose recipe does not tell top from bottom.

    Examples
    --------
    >>> import numpy as np
    >>> from microdesigner import Microstructure
    >>> donor_above = np.ones((4, 4, 32), np.uint8)
    >>> donor_above[:, :, 16:] = 0
    >>> composition_tilt(Microstructure(donor_above))
    1.0
    """
    share = depth_profile(microstructure, label).value
    counted = max(1, min(layers, len(share) // 2))
    return float(share[-counted:].mean() - share[:counted].mean())
