"""The five numbers that describe a film to a generator: three volume fractions and two shares of straight paths."""

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.microstructure import ACCEPTOR, DONOR
from microdesigner.core.phases import StraightPaths
from microdesigner.descriptors.components import Components, components_of
from microdesigner.descriptors.geodesic import CUBE
from microdesigner.descriptors.own_phases import straight_share
from microdesigner.descriptors.phase_bits import A, D, M, PhaseBits, carriers_of, pack_phases


def fractions_and_tortuosities(
    phases: NDArray[np.uint8], periodic: bool, spacing: tuple[float, float, float] = CUBE
) -> dict[str, float | None]:
    """Volume fractions and both shares of straight paths.

    Parameters
    ----------
    phases : ndarray of uint8, shape (x, y, z)
        Labels 0 donor, 1 acceptor, 2 mixed; z is the film normal, z = 0 the cathode side.
    periodic : bool
        Whether x and y wrap.
    spacing : tuple of float
        Voxel edges along x, y, z in any unit.

    Returns
    -------
    dict
        vol_frac_D, vol_frac_A, vol_frac_M; tortuosity_D and tortuosity_A, GraSPI's CT_f_D_tort1 and CT_f_A_tort1: None
        where no voxel of the phase touches its electrode.

    References
    ----------
    O. Wodo et al., Organic Electronics 13 (2012) 1105.

    Examples
    --------
    Straight columns, donor and acceptor by turns:

    >>> columns = np.zeros((8, 8, 16), np.uint8)
    >>> columns[4:] = 1
    >>> values = fractions_and_tortuosities(columns, periodic=True)
    >>> values["vol_frac_D"], values["tortuosity_D"], values["tortuosity_A"]
    (0.5, 1.0, 1.0)
    """
    packed = pack_phases(phases)
    return generator_values(packed, components_of(carriers_of(packed), periodic), periodic, spacing)


def generator_values(
    packed: PhaseBits, parts: Components, periodic: bool, spacing: tuple[float, float, float] = CUBE
) -> dict[str, float | None]:
    """The five numbers of a film of whose donor and acceptor the parts are known; `spacing` are its voxel edges."""
    return {
        "vol_frac_D": parts.voxels(D) / packed.size,
        "vol_frac_A": parts.voxels(A) / packed.size,
        "vol_frac_M": int(np.count_nonzero(packed == M)) / packed.size,
        "tortuosity_D": donor_tort1(packed, parts, periodic, spacing),
        "tortuosity_A": acceptor_tort1(packed, parts, periodic, spacing),
    }


def donor_tort1(
    packed: PhaseBits, parts: Components, periodic: bool, spacing: tuple[float, float, float] = CUBE
) -> float | None:
    """Share of the donor voxels connected to the anode that have a straight path to it (GraSPI CT_f_D_tort1)."""
    return straight_share(packed, parts, StraightPaths(DONOR, upper=True), periodic, spacing)


def acceptor_tort1(
    packed: PhaseBits, parts: Components, periodic: bool, spacing: tuple[float, float, float] = CUBE
) -> float | None:
    """Share of the acceptor voxels connected to the cathode that have a straight path to it (GraSPI CT_f_A_tort1)."""
    return straight_share(packed, parts, StraightPaths(ACCEPTOR, upper=False), periodic, spacing)
