"""All descriptors of a film as the rows of a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from microdesigner.app.csv_export import csv_text
from microdesigner.core.descriptor_spec import same_quantity, spec_of
from microdesigner.core.quantity import unit_words

HEADER = ("name", "descriptor", "symbol", "value", "unit", "remark")


@dataclass(frozen=True)
class DescriptorRow:
    """One descriptor: its GraSPI or own name, title, symbol, value and unit; `remark` says what it means or why it does
    not exist."""

    name: str
    title: str
    symbol: str
    value: float | None
    unit: str
    remark: str

    @property
    def text(self) -> str:
        """The value as it is shown; all its digits are in `descriptor_csv`."""
        if self.value is None:
            return "–"
        return str(self.value) if isinstance(self.value, int) else spec_of(self.name).written(self.value)


def descriptor_rows(values: Mapping[str, float | None], reasons: Mapping[str, str]) -> list[DescriptorRow]:
    """A row for each quantity in the order of `values`; of two names of one quantity the first counts."""
    first: dict[tuple[str, ...], str] = {}
    for name in values:
        first.setdefault(same_quantity(name), name)
    rows = []
    for name in first.values():
        spec, value = spec_of(name), values[name]
        meaning = "" if spec.meaning == name else spec.meaning
        remark = reasons.get(name, "") if value is None else meaning
        unit = unit_words(spec.unit)
        title = "" if spec.title == name else spec.title
        rows.append(DescriptorRow(name, title, "" if spec.symbol == name else spec.symbol, value, unit, remark))
    return rows


def descriptor_csv(rows: Sequence[DescriptorRow]) -> str:
    """The rows as CSV, with all digits."""
    return csv_text(HEADER, [[row.name, row.title, row.symbol, row.value, row.unit, row.remark] for row in rows])
