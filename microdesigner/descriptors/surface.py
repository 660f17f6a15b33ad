"""Specific surface: the area of the interface between two phases per volume of the film, in 1/nm.

Two estimators of the same area, both from the pairs of unlike voxels that share a face:

* faces: the total area of those faces. Exact for planes across an axis; the stairs of an oblique or curved interface
  make it too large, on average over all directions by 3/2 (the mean of |n_x| + |n_y| + |n_z| over unit normals n).
* isotropic: S_V = 2 P_L with the interface crossings per length P_L averaged over the three axes (S. A. Saltykov;
  E. E. Underwood, Quantitative Stereology, 1970), which is 2/3 of the faces. Right on average where all orientations
  are alike; too small by 1/3 for planes across an axis.

Faces across periodic sides count. The film's outer faces do not.
"""

from itertools import combinations

from microdesigner.core.microstructure import Microstructure
from microdesigner.core.phases import MOST_PHASES
from microdesigner.descriptors.interface import face_pairs
from microdesigner.descriptors.phase_bits import PhaseBits, bit_of


def face_surface(microstructure: Microstructure, packed: PhaseBits, one: int, other: int) -> float:
    """Area of the voxel faces between two phases per volume.

    Parameters
    ----------
    microstructure : Microstructure
        The volume.
    packed : ndarray of uint8, shape (z, y, x)
        Its `pack_phases`.
    one, other : int
        Bits of the phases.

    Returns
    -------
    float
        In 1/nm.
    """
    x_nm, y_nm, z_nm = microstructure.spacing
    # a face across an axis has the area of a voxel divided by the voxel's edge along that axis
    z, y, x = face_pairs(packed, packed.dtype.type(one), packed.dtype.type(other), microstructure.periodic)
    return (z / z_nm + y / y_nm + x / x_nm) / packed.size


def isotropic_surface(microstructure: Microstructure, packed: PhaseBits, one: int, other: int) -> float:
    """Area of the interface between two phases per volume in 1/nm, if it faces all directions alike: two thirds of
    `face_surface`, whose parameters it has."""
    return face_surface(microstructure, packed, one, other) * 2 / 3


def interfacial_area(microstructure: Microstructure, packed: PhaseBits) -> float:
    """Area of the interfaces between all phases per volume in 1/nm, as `isotropic_surface` counts it."""
    bits = [int(bit_of(label)) for label in range(min(len(microstructure.phase_names), MOST_PHASES))]
    return sum(isotropic_surface(microstructure, packed, one, other) for one, other in combinations(bits, 2))
