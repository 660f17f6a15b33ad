"""Units of length as the files of this field spell them: one table for all formats."""

import math
import re

_NM_PER_UNIT = {
    "pm": 1e-3, "picometer": 1e-3, "picometre": 1e-3,
    "a": 0.1, "å": 0.1, "angstrom": 0.1, "ångström": 0.1, "ångstrom": 0.1, "angström": 0.1,
    "nm": 1.0, "nanometer": 1.0, "nanometre": 1.0,
    "um": 1e3, "µm": 1e3, "μm": 1e3, "micron": 1e3, "micrometer": 1e3, "micrometre": 1e3,
    "mm": 1e6, "millimeter": 1e6, "millimetre": 1e6,
    "cm": 1e7, "centimeter": 1e7, "centimetre": 1e7,
    "m": 1e9, "meter": 1e9, "metre": 1e9,
    "in": 25.4e6, "inch": 25.4e6, "inche": 25.4e6, '"': 25.4e6,
}  # fmt: skip
KNOWN_UNITS = ("pm", "Angstrom", "nm", "um", "mm", "cm", "m", "inch")


def nm_per(unit: str) -> float | None:
    """Nanometres in one `unit`, in any case, singular or plural, with either micro sign; None for an unknown word.

    ImageJ writes the micro sign as \\u00B5, which is understood.
    """
    word = re.sub(r"\\u00b5", "µ", unit.strip().strip("'").lower())
    if word not in _NM_PER_UNIT and word.endswith("s"):
        word = word[:-1]
    return _NM_PER_UNIT.get(word)


def in_nm(edge: float, unit: str) -> float | None:
    """A voxel edge in nm; None where it is no positive length or its unit is unknown.

    Rounded to 12 digits: 0.002 µm are 2 nm.
    """
    factor = nm_per(unit)
    if factor is None or not math.isfinite(edge) or edge <= 0:
        return None
    return float(f"{edge * factor:.12g}")
