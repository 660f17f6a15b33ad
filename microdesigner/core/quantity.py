"""What a quantity is called, its unit, possible range and meaning."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from numbers import Integral
from typing import Literal

LEAST_STEPS, FIELD_DIGITS, MOST_DIGITS, NOTHING = 10, 3, 6, 1e-12
"""Steps of its last decimal that a value must have to be written with these; digits of the largest value in a field
where it is that small; digits of a large value; what rounding may leave of 0."""
LARGER_UNITS = (("µm", 1e3), ("mm", 1e6))
"""Than nm, from the length on that fills one."""


@dataclass(frozen=True)
class DescriptorSpec:
    """Symbol, unit, possible range and meaning of one quantity; `source` names its definition."""

    name: str
    symbol: str
    title: str
    unit: str
    low: float
    high: float
    meaning: str
    source: str
    kind: Literal["fraction", "tortuosity", "process", "other"] = "other"
    decimals: int = 3

    @property
    def written_unit(self) -> str:
        """The unit as plots and tables write it."""
        return "t in dx²/M" if self.unit == "log10(dx²/M)" else self.unit

    @property
    def axis_title(self) -> str:
        """Title, symbol and unit."""
        return f"{self.title} {self.symbol}{unit_words(self.written_unit, ' ({})')}"

    def written(self, value: float) -> str:
        """A value with the usual decimals; one that these would hide, as areas per nm of rock, with three digits, and
        a large one with six.

        Examples
        --------
        >>> area = DescriptorSpec("a", "a", "Area", "1/nm", 0, 1, "", "", decimals=4)
        >>> area.written(0.0512), area.written(1.44e-5), area.written(0), area.written(385012.123)
        ('0.0512', '1.44e-05', '0.0000', '385012')
        """
        return f"{value:.3g}" if self._hides(abs(value)) else f"{value:.{self.decimals_up_to(abs(value))}f}"

    def decimals_up_to(self, largest: float) -> int:
        """Decimals of a field whose values go up to `largest`: more where the usual ones would hide them, fewer where
        they would tell more than there is."""
        if largest <= NOTHING:
            return self.decimals
        power = math.floor(math.log10(largest))
        return FIELD_DIGITS - 1 - power if self._hides(largest) else max(0, min(self.decimals, MOST_DIGITS - 1 - power))

    def _hides(self, size: float) -> bool:
        """Whether the usual decimals show next to nothing of a value as small as `size`."""
        return NOTHING < size < LEAST_STEPS * 10.0**-self.decimals

    @property
    def words(self) -> str:
        """The title within a sentence."""
        return self.title[:1].lower() + self.title[1:]


def unit_words(unit: str, form: str = "{}") -> str:
    """A unit in a form such as " [{}]"; nothing for that of pure numbers, which is "1"."""
    return "" if unit == "1" else form.format(unit)


def size_words(edges: Iterable[float], sign: str = "×") -> str:
    """Voxels or lengths along the axes of a volume: 128×128×64."""
    words = (str(edge) if isinstance(edge, Integral) else f"{edge:g}" for edge in edges)
    return sign.join(words) or "a single value"


def length_words(nm: float, unit: str = "nm") -> str:
    """A length in nm with the unit that suits it; one in another unit, as voxels, as it is.

    Examples
    --------
    >>> length_words(50), length_words(200_000), length_words(3e6), length_words(12, "voxels")
    ('50 nm', '200 µm', '3 mm', '12 voxels')
    """
    return lengths_words((nm,), unit)


def lengths_words(lengths: Iterable[float], unit: str = "nm", sign: str = "×") -> str:
    """Lengths as `size_words` with the unit that suits the largest."""
    known = tuple(lengths)
    larger = [(name, factor) for name, factor in LARGER_UNITS if unit == "nm" and max(known) >= factor]
    name, factor = larger[-1] if larger else (unit, 1.0)
    return f"{size_words((length / factor for length in known), sign)} {name}"


def titled(words: str) -> str:
    """`words` with a capital at their beginning, all else as it is: YSZ stays YSZ."""
    return words[:1].upper() + words[1:]
