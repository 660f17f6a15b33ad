"""`describe`: the descriptors of a volume under their published names, each with a value or the reason why not."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Literal, get_args

from microdesigner.core.descriptor_spec import DOMAIN_SIZE, INTERFACIAL_AREA, same_quantity
from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import MIXED, Microstructure
from microdesigner.core.phases import (
    Names,
    fraction_name,
    has_donor_and_acceptor,
    own_labels,
    phase_keys,
    straight_paths_name,
    tortuosity_factor_label,
    with_letters,
)
from microdesigner.descriptors.components import Components, components_of
from microdesigner.descriptors.fractions import generator_values
from microdesigner.descriptors.graspi import EDGE_UNKNOWN, Value, cubic_edge, graspi_table
from microdesigner.descriptors.own_phases import own_phase_values
from microdesigner.descriptors.phase_bits import PhaseBits, carriers_of, pack_phases

DescriptorSet = Literal["basic", "graspi", "full"]

SAMPLE_NAMES = ("vol_frac_D", "vol_frac_A", "vol_frac_M", "tortuosity_D", "tortuosity_A")
GRASPI_NAMES = {"vol_frac_D": "ABS_f_D", "tortuosity_D": "CT_f_D_tort1", "tortuosity_A": "CT_f_A_tort1"}
REASONS = {
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

    Parameters
    ----------
    microstructure : Microstructure
        The volume, of up to 8 phases; further ones are obstacles.
    which : {"basic", "graspi", "full"}
        "basic": the fractions and shares of straight paths that models are conditioned on. Of donor and acceptor
        (labels 0 and 1) by their GraSPI names (ABS_f_D, CT_f_D_tort1, CT_f_A_tort1) and, where a third phase is named,
        also as vol_frac_D, vol_frac_A, vol_frac_M (if it is mixed), tortuosity_D, tortuosity_A. Of any other phase by
        its name: volume_fraction_NAME, and straight_paths_NAME_lower and straight_paths_NAME_upper to the first and
        the last layer.

        "graspi" adds GraSPI's whole table, of films with donor and acceptor alone.

        "full" adds statistics, per pair of phases and per phase (of phases with their own names connected_upper and
        connected_lower, and curvatures of each): specific_surface and specific_surface_isotropic
        (1/nm), mean_chord_x, _y, _z and domain_size (nm), euler, percolating, connected_anode and connected_cathode
        (shares of the phase's voxels, 26 neighbours), tortuosity_factor and effective_diffusivity along z (a path must
        lead over voxel faces), composition_tilt, and of donor and acceptor mean_curvature, mean_curvature_std (1/nm),
        gaussian_curvature, gaussian_curvature_q05 and _q95 (1/nm²); of the film domain_size (nm), interfacial_area
        (1/nm), isolated_voxels (a share) and, of three phases, interphase_thickness, interphase_thickness_std and
        interphase_thickness_q05 (nm).
        Their sources are in the modules of these subjects.

    Returns
    -------
    DescriptorReport
        Values by name. One that does not exist is None with a reason: GraSPI itself prints 0 for a share of straight
        paths where no voxel reaches the electrode. Where the voxel edges are unknown, values in nm or of nm are None,
        and ratios of lengths count voxels as cubes.

    Raises
    ------
    InputError
        For another `which`, for GraSPI's table of other phases than donor and acceptor, and where two phases cannot be
        told apart by name.

    References
    ----------
    GraSPI: Wodo, Tirthapura, Chaudhary and Ganapathysubramanian, Organic Electronics 2012, 13, 1105.

    Examples
    --------
    >>> import numpy as np
    >>> layers = np.zeros((4, 4, 4), np.uint8)
    >>> layers[:, :, 2:] = 1  # acceptor above donor: neither reaches its electrode
    >>> report = describe(Microstructure(layers, phase_names=("donor", "acceptor")))
    >>> report.values["ABS_f_D"], report.values["CT_f_D_tort1"]
    (0.5, None)
    >>> report.reasons["CT_f_D_tort1"]
    'no donor voxel touches the anode'
    """
    if which not in get_args(DescriptorSet):
        raise InputError(f"The descriptor set must be one of {', '.join(get_args(DescriptorSet))}; got {which!r}.")
    names = microstructure.phase_names
    of_graspi = has_donor_and_acceptor(names)
    if which == "graspi" and not of_graspi:
        raise InputError(
            f"GraSPI's table is of donor and acceptor, not of {' and '.join(names)}; take the set basic or full, or "
            "call two phases so."
        )
    packed = pack_phases(microstructure.phases)
    basic = carriers_of(packed) if which == "basic" and not own_labels(names) else packed
    parts = components_of(basic, microstructure.periodic)
    values = _basic(microstructure, packed, parts) if of_graspi else {}
    if which != "basic" and of_graspi:
        values |= graspi_table(microstructure, packed, parts)
    reasons = {name: _reason(name, microstructure) for name in values if values[name] is None}
    own, missing = own_phase_values(microstructure, packed, parts)
    values |= own
    reasons |= missing
    if which == "full":
        from microdesigner.descriptors.statistics import scalar_statistics  # SciPy, which the other sets do not need

        statistics, missing = scalar_statistics(microstructure, packed, parts)
        values |= statistics
        reasons |= missing
        values[DOMAIN_SIZE], reason = _alone(DOMAIN_SIZE, None, microstructure)
        reasons |= {DOMAIN_SIZE: reason} if reason else {}
    return DescriptorReport(values, reasons)


def sample_names(names: Names) -> tuple[str, ...]:
    """What a result lists of a volume whose phases have these names, whatever was asked for."""
    own = own_labels(names)
    fractions = [fraction_name(names, label) for label in own]
    paths = [straight_paths_name(names, label, upper) for label in own for upper in (False, True)]
    if not has_donor_and_acceptor(names):
        return (*fractions, *paths)
    return (*(_short_names(names) or GRASPI_NAMES.values()), *fractions, *paths)


def _short_names(names: Names) -> tuple[str, ...]:
    """Those of donor, acceptor and mixed phase in films of more than two phases."""
    without = () if "M" in phase_keys(names) else ("vol_frac_M",)
    return tuple(name for name in SAMPLE_NAMES if name not in without) if len(names) > MIXED else ()


def sample_values(microstructure: Microstructure, conditions: Collection[str] = ()) -> DescriptorReport:
    """What a result lists of a volume.

    Parameters
    ----------
    microstructure : Microstructure
        The volume.
    conditions : collection of str
        Further names, as conditions of a model or targets of a request.

    Returns
    -------
    DescriptorReport
        The "basic" set without doubles (where the mixed phase is named, without the GraSPI names), then those of
        `conditions` that GraSPI's table, another name of one quantity, or the rest of two phases give, and of the
        domain size, the interfacial area and tortuosity factors those that are among them. GraSPI's names stand for
        the labels 0, 1 and 2 where they are asked for, whatever the phases are called.
    """
    basic = sample_names(microstructure.phase_names)
    labels = {name: tortuosity_factor_label(name, microstructure.phase_names) for name in conditions}
    alone = [name for name in conditions if name in (DOMAIN_SIZE, INTERFACIAL_AREA) or labels[name] is not None]
    further = [name for name in dict.fromkeys(conditions) if name not in basic and name not in alone]
    report = describe(microstructure)
    if any(_named(name, report.values) is None and name != "vol_frac_A" for name in further):
        report = _with_graspi(microstructure, report)
    values, reasons = {name: report.values[name] for name in basic}, dict(report.reasons)
    for name in further:
        if (own := _named(name, report.values)) is not None:
            values[name] = report.values[own]
            reasons |= {name: report.reasons[own]} if own in report.reasons else {}
        elif name == "vol_frac_A":
            values[name] = 1 - float(report.values["ABS_f_D"] or 0)
    for name in alone:
        values[name], reason = _alone(name, labels[name], microstructure)
        reasons |= {name: reason} if reason else {}
    return DescriptorReport(values, {name: reason for name, reason in reasons.items() if name in values})


def _with_graspi(microstructure: Microstructure, report: DescriptorReport) -> DescriptorReport:
    """`report` with GraSPI's table, for which the first phases are donor, acceptor and mixed."""
    film = replace(microstructure, phase_names=with_letters(microstructure.phase_names))
    table = describe(film, "graspi")
    return DescriptorReport(report.values | table.values, report.reasons | table.reasons)


def _named(name: str, values: Mapping[str, Value]) -> str | None:
    """The name under which `values` hold the quantity `name`."""
    return next((other for other in (name, *same_quantity(name)) if other in values), None)


def _alone(name: str, label: int | None, microstructure: Microstructure) -> tuple[float | None, str]:
    """The domain size, the interfacial area or the tortuosity factor of the phase `label`, without all other
    statistics, or why there is none."""
    if label is not None:
        return _tortuosity_factor(microstructure, label)
    if microstructure.voxel_nm is None:
        return None, EDGE_UNKNOWN
    if name == INTERFACIAL_AREA:
        from microdesigner.descriptors.surface import interfacial_area

        return interfacial_area(microstructure, pack_phases(microstructure.phases)), ""
    from microdesigner.descriptors.structure_factor import film_domain_size

    size = film_domain_size(microstructure)
    return size, "" if size is not None else "the film has one phase only"


def _tortuosity_factor(microstructure: Microstructure, label: int) -> tuple[float | None, str]:
    from microdesigner.descriptors.transport import transport_along_z

    if (transport := transport_along_z(microstructure, label)) is not None:
        return transport.tortuosity_factor, ""
    phase = microstructure.phase_names[label]
    return None, f"no path over voxel faces leads through the {phase} phase from one z face to the other"


def _basic(microstructure: Microstructure, packed: PhaseBits, parts: Components) -> dict[str, Value]:
    measured = generator_values(packed, parts, microstructure.periodic, microstructure.spacing)
    values: dict[str, Value] = {name: measured[name] for name in _short_names(microstructure.phase_names)}
    return values | {graspi: measured[name] for name, graspi in GRASPI_NAMES.items()}


def _reason(name: str, microstructure: Microstructure) -> str:
    if name.startswith(("DISS", "ABS_wf")) and microstructure.voxel_nm is None:
        return EDGE_UNKNOWN
    if name.startswith("DISS") and cubic_edge(microstructure) is None:
        return "GraSPI measures distances in cubic voxels only; resample the volume"
    return REASONS[name]
