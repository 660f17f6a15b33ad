"""`describe`: the descriptors of a volume under their published names, each with a value or the reason why not."""

from dataclasses import dataclass
from typing import Literal, get_args

from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from microdesigner.descriptors.film import A, D, M, film_of
from microdesigner.descriptors.fractions import fractions_and_tortuosities
from microdesigner.descriptors.graspi import Value, cubic_edge, graspi_table
from microdesigner.descriptors.interface import face_pairs

DescriptorSet = Literal["basic", "graspi", "full"]

_GRASPI_NAMES = {"vol_frac_D": "ABS_f_D", "tortuosity_D": "CT_f_D_tort1", "tortuosity_A": "CT_f_A_tort1"}
_PAIRS = {"DA": (D, A), "DM": (D, M), "AM": (A, M)}
_REASONS = {
    "tortuosity_D": "no donor voxel touches the anode",
    "tortuosity_A": "no acceptor voxel touches the cathode",
    "CT_f_D_tort1": "no donor voxel touches the anode",
    "CT_f_A_tort1": "no acceptor voxel touches the cathode",
    "CT_f_M_tort1_An": "no mixed voxel touches the anode",
    "CT_f_M_tort1_Ca": "no mixed voxel touches the cathode",
    "CT_f_conn_D_An": "the volume has no donor voxel",
    "CT_f_conn_A_Ca": "the volume has no acceptor voxel",
    "CT_f_e_conn": "donor and acceptor share no voxel face",
    "DISS_f10_D": "the volume has no donor voxel",
    "DISS_wf10_D": "the volume has no donor voxel",
    "DISS_f10_M": "the volume has no mixed voxel",
    "DISS_wf10_M": "the volume has no mixed voxel",
}


@dataclass(frozen=True)
class DescriptorReport:
    """Descriptors of one volume by name. A value that does not exist is None, and `reasons` says why."""

    values: dict[str, Value]
    reasons: dict[str, str]


def describe(microstructure: Microstructure, which: DescriptorSet = "basic") -> DescriptorReport:
    """Measure a volume.

    "basic": the fractions and shares of straight paths that models are conditioned on, by their GraSPI names (ABS_f_D,
    CT_f_D_tort1, CT_f_A_tort1) and, where a third phase is named, also as vol_frac_D, vol_frac_A, vol_frac_M,
    tortuosity_D, tortuosity_A. "graspi" adds GraSPI's whole table. "full" adds the area of each pair of phases' common
    interface per volume of film, counted in voxel faces (specific_surface_DA, _DM, _AM in 1/nm).

    GraSPI itself prints 0 for a share of straight paths where no voxel reaches the electrode; here it is None.
    Raises InputError for another `which`.
    """
    if which not in get_args(DescriptorSet):
        raise InputError(f"The descriptor set must be one of {', '.join(get_args(DescriptorSet))}; got {which!r}.")
    values = _basic(microstructure)
    if which != "basic":
        values |= graspi_table(microstructure)
    if which == "full":
        values |= _specific_surfaces(microstructure)
    return DescriptorReport(values, {name: _reason(name, microstructure) for name in values if values[name] is None})


def _basic(microstructure: Microstructure) -> dict[str, Value]:
    measured = fractions_and_tortuosities(microstructure.phases, microstructure.periodic)
    values: dict[str, Value] = dict(measured) if len(microstructure.phase_names) > 2 else {}
    return values | {graspi: measured[name] for name, graspi in _GRASPI_NAMES.items()}


def _specific_surfaces(microstructure: Microstructure) -> dict[str, Value]:
    film = film_of(microstructure.phases)
    x_nm, y_nm, z_nm = microstructure.voxel_nm
    pairs = _PAIRS if len(microstructure.phase_names) > 2 else {"DA": (D, A)}
    values: dict[str, Value] = {}
    for name, (one, other) in pairs.items():
        # a face across an axis has the area of a voxel divided by the voxel's edge along that axis
        z, y, x = face_pairs(film, one, other, microstructure.periodic)
        values[f"specific_surface_{name}"] = (z / z_nm + y / y_nm + x / x_nm) / film.size
    return values


def _reason(name: str, microstructure: Microstructure) -> str:
    if name.startswith("DISS") and cubic_edge(microstructure) is None:
        return "GraSPI measures distances in cubic voxels only; resample the volume"
    return _REASONS[name]
