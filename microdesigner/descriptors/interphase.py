"""Thickness of the interphase: the mixed phase that parts donor from acceptor.

A mixed voxel at distance d_D from the nearest donor voxel and d_A from the nearest acceptor voxel (between centres)
lies in an interphase of thickness d_D + d_A less one voxel, whatever its place between the two sides: exact for flat
layers across an axis, a third of a voxel too thin where voxels cut it obliquely. Voxels count by the inverse of the
thickness there, so that statistics are over the area of the interphase and thin places weigh as much as thick ones.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from microdesigner.core.microstructure import ACCEPTOR, DONOR, MIXED, Microstructure
from microdesigner.descriptors.curvature import weighted_quantiles

REACH = 16
"""Voxels within which distances across periodic sides are found."""


@dataclass(frozen=True)
class InterphaseThickness:
    """Thickness in nm over the area of the interphase: mean, standard deviation and 5th percentile."""

    mean: float
    std: float
    q05: float


def interphase_thickness(microstructure: Microstructure) -> InterphaseThickness | None:
    """Statistics of the thickness of the mixed phase between donor and acceptor.

    Parameters
    ----------
    microstructure : Microstructure
        A volume of the labels 0 donor, 1 acceptor, 2 mixed; other labels are neither side nor interphase.

    Returns
    -------
    InterphaseThickness or None
        In nm; None where one of the three phases is absent.

    Examples
    --------
    A flat interphase of three voxels of 2 nm:

    >>> import numpy as np
    >>> from microdesigner import Microstructure
    >>> layers = np.repeat([0, 2, 1], [5, 3, 4]).astype(np.uint8)
    >>> interphase_thickness(Microstructure(np.tile(layers, (8, 8, 1)), (2.0, 2.0, 2.0)))
    InterphaseThickness(mean=6.0, std=0.0, q05=6.0)
    """
    thickness = local_thickness(microstructure)
    if thickness is None:
        return None
    weights = 1 / thickness
    mean = float(np.average(thickness, weights=weights))
    variance = float(np.average((thickness - mean) ** 2, weights=weights))
    (thin,) = weighted_quantiles(thickness, weights, (0.05,))
    return InterphaseThickness(mean, variance**0.5, thin)


def local_thickness(microstructure: Microstructure) -> NDArray[np.float64] | None:
    """Thickness of the interphase in nm at each mixed voxel (n,); None where one of the three phases is absent."""
    phases = microstructure.phases
    mixed = phases == MIXED
    if not all((phases == label).any() for label in (DONOR, ACCEPTOR, MIXED)):
        return None
    apart = sum(_distance(microstructure, label)[mixed] for label in (DONOR, ACCEPTOR))
    thickness: NDArray[np.float64] = apart - min(microstructure.spacing)
    return thickness


def _distance(microstructure: Microstructure, label: int) -> NDArray[np.float64]:
    """Distance in nm of each voxel from the nearest one of the phase `label` [x, y, z]."""
    away = microstructure.phases != label
    margins = [min(REACH, edge) if microstructure.periodic else 0 for edge in microstructure.shape[:2]]
    wrapped = np.pad(away, [(margin, margin) for margin in (*margins, 0)], mode="wrap")
    distance = distance_transform_edt(wrapped, microstructure.spacing)
    x, y = (slice(margin, margin + edge) for margin, edge in zip(margins, microstructure.shape, strict=False))
    inner: NDArray[np.float64] = distance[x, y]
    return inner
