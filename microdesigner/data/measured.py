"""Which measured descriptors a data set carries, and which of them it is conditioned on by default."""

from collections.abc import Collection

from microdesigner.core.microstructure import Microstructure
from microdesigner.core.phases import (
    Names,
    fraction_name,
    has_donor_and_acceptor,
    own_labels,
    phase_keys,
    straight_paths_name,
)
from microdesigner.descriptors import DescriptorReport, describe

OF_TWO = ("ABS_f_D", "CT_f_D_tort1", "CT_f_A_tort1")
OF_THREE = ("vol_frac_D", "vol_frac_M", "tortuosity_D", "tortuosity_A")


def standard_conditions(names: Names, isotropic: bool = False) -> tuple[str, ...]:
    """What a model of phases with these names is conditioned on where nothing else is asked for: all fractions but the
    last, which the others leave, and, of a material that has a direction, straight paths; of donor and acceptor to
    their electrodes, of other phases to the lower face."""
    own = own_labels(names)
    if isotropic:
        return tuple(fraction_name(names, label) for label in range(len(names) - 1))
    if has_donor_and_acceptor(names) and not own:
        return OF_THREE if "M" in phase_keys(names) else OF_TWO
    letters = OF_THREE[2:] if has_donor_and_acceptor(names) else ()
    fractions = (fraction_name(names, label) for label in range(len(names) - 1))
    return (*fractions, *letters, *(straight_paths_name(names, label, upper=False) for label in own))


def measure(microstructure: Microstructure, also: Collection[str] = ()) -> DescriptorReport:
    """The descriptors that volumes can be learned by: GraSPI's table of films with donor and acceptor, fractions and
    straight paths of other phases.

    Parameters
    ----------
    microstructure : Microstructure
        The volume.
    also : collection of str
        GraSPI's counts, which depend on the size of the volume, are left out but for these.
    """
    of_graspi = has_donor_and_acceptor(microstructure.phase_names)
    report = describe(microstructure, "graspi" if of_graspi else "basic")
    return DescriptorReport(
        {name: value for name, value in report.values.items() if not isinstance(value, int) or name in also},
        report.reasons,
    )
