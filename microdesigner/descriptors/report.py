"""`describe`: the descriptors of a volume under their published names, each with a value or the reason why it has none."""

from dataclasses import dataclass
from typing import Literal, get_args

from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from microdesigner.descriptors.fractions import NO_ACCEPTOR_PATH, NO_DONOR_PATH, fractions_and_tortuosities

Value = float | int | None
DescriptorSet = Literal["basic", "graspi", "full"]

_GRASPI_NAMES = {"vol_frac_D": "ABS_f_D", "tortuosity_D": "CT_f_D_tort1", "tortuosity_A": "CT_f_A_tort1"}
_REASONS = {
    "tortuosity_D": NO_DONOR_PATH,
    "tortuosity_A": NO_ACCEPTOR_PATH,
    "CT_f_D_tort1": NO_DONOR_PATH,
    "CT_f_A_tort1": NO_ACCEPTOR_PATH,
}


@dataclass(frozen=True)
class DescriptorReport:
    """Descriptors of one volume by name. A value that does not exist is None, and `reasons` says why."""

    values: dict[str, Value]
    reasons: dict[str, str]


def describe(microstructure: Microstructure, which: DescriptorSet = "basic") -> DescriptorReport:
    """Measure a volume.

    "basic": the fractions and shares of straight paths that models are conditioned on, by their GraSPI names (ABS_f_D,
    CT_f_D_tort1, CT_f_A_tort1) and, where three phases are named, also as vol_frac_D, vol_frac_A, vol_frac_M, tortuosity_D,
    tortuosity_A. "graspi" adds GraSPI's whole table.

    Raises InputError for another `which`.
    """
    if which not in get_args(DescriptorSet):
        raise InputError(f"The descriptor set must be one of {', '.join(get_args(DescriptorSet))}; got {which!r}.")
    values = _basic(microstructure)
    return DescriptorReport(values, {name: _REASONS[name] for name, value in values.items() if value is None})


def _basic(microstructure: Microstructure) -> dict[str, Value]:
    measured = fractions_and_tortuosities(microstructure.phases, microstructure.periodic)
    values: dict[str, Value] = dict(measured) if len(microstructure.phase_names) > 2 else {}
    return values | {graspi: measured[name] for name, graspi in _GRASPI_NAMES.items()}
