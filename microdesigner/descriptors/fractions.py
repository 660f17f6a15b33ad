"""The five numbers that describe a film to a generator: three volume fractions and two shares of straight paths."""

import numpy as np
from numpy.typing import NDArray

from microdesigner.descriptors.components import ANODE, CATHODE, Components, components_of
from microdesigner.descriptors.film import A, D, Film, M, carriers_of, film_of
from microdesigner.descriptors.geodesic import CUBE
from microdesigner.descriptors.tortuosity import straight_voxels


def fractions_and_tortuosities(
    phases: NDArray[np.uint8], periodic: bool, spacing: tuple[float, float, float] = CUBE
) -> dict[str, float | None]:
    """Volume fractions and both tort1 of labels uint8 [x, y, z] (0 donor, 1 acceptor, 2 mixed; z the film normal).

    `periodic` wraps x and y. A tortuosity is None where no voxel of the phase touches its electrode. tortuosity_D and
    tortuosity_A are GraSPI's CT_f_D_tort1 and CT_f_A_tort1. `spacing` are the voxel edges along x, y, z in any unit.
    """
    film = film_of(phases)
    return generator_values(film, components_of(carriers_of(film), periodic), periodic, spacing)


def generator_values(
    film: Film, parts: Components, periodic: bool, spacing: tuple[float, float, float] = CUBE
) -> dict[str, float | None]:
    """The five numbers of a film of whose donor and acceptor the parts are known; `spacing` are its voxel edges."""
    return {
        "vol_frac_D": parts.voxels(D) / film.size,
        "vol_frac_A": parts.voxels(A) / film.size,
        "vol_frac_M": np.count_nonzero(film == M) / film.size,
        "tortuosity_D": donor_tort1(film, parts, periodic, spacing),
        "tortuosity_A": acceptor_tort1(film, parts, periodic, spacing),
    }


def donor_tort1(
    film: Film, parts: Components, periodic: bool, spacing: tuple[float, float, float] = CUBE
) -> float | None:
    """Share of the donor voxels connected to the anode that have a straight path to it (GraSPI CT_f_D_tort1)."""
    connected = parts.voxels(D, ANODE)
    return straight_voxels(film, D, True, periodic, spacing)[0] / connected if connected else None


def acceptor_tort1(
    film: Film, parts: Components, periodic: bool, spacing: tuple[float, float, float] = CUBE
) -> float | None:
    """Share of the acceptor voxels connected to the cathode that have a straight path to it (GraSPI CT_f_A_tort1)."""
    connected = parts.voxels(A, CATHODE)
    return straight_voxels(film, A, False, periodic, spacing)[0] / connected if connected else None
