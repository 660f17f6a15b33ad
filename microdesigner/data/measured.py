"""Which measured descriptors a data set carries, and which of them it is conditioned on by default."""

from collections.abc import Mapping

from microdesigner.core.microstructure import Microstructure
from microdesigner.descriptors import DescriptorReport, describe

STANDARD_CONDITIONS: Mapping[int, tuple[str, ...]] = {
    2: ("ABS_f_D", "CT_f_D_tort1", "CT_f_A_tort1"),
    3: ("vol_frac_D", "vol_frac_M", "tortuosity_D", "tortuosity_A"),
}
"""By number of phases, under the names by which generated volumes of as many phases are measured."""


def measure(microstructure: Microstructure) -> DescriptorReport:
    """GraSPI's table without its counts, which depend on the size of the volume."""
    report = describe(microstructure, "graspi")
    return DescriptorReport(
        {name: value for name, value in report.values.items() if not isinstance(value, int)}, report.reasons
    )
