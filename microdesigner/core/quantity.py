"""What a quantity is called, its unit, possible range and meaning."""

from collections.abc import Iterable
from dataclasses import dataclass
from numbers import Integral
from typing import Literal


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


def titled(words: str) -> str:
    """`words` with a capital at their beginning, all else as it is: YSZ stays YSZ."""
    return words[:1].upper() + words[1:]
