"""Tables for spreadsheets, which take text that begins like a formula for one; such text is marked as text here."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

from microdesigner.app.workers.measuring import Line

_FORMULA = ("=", "+", "-", "@")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
Cell = str | int | float | None


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """Rows as CSV: None is empty, numbers have all their digits, text can be no formula."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow([_plain(name) for name in header])
    table.writerows([[_plain(cell) for cell in row] for row in rows])
    return text.getvalue()


def curves_csv(across: str, names: Sequence[str], lines: Sequence[Line]) -> str:
    """One row per place, `across` first and then a column per phase, empty where its curve has no value there."""
    columns = [dict(zip(line.x.tolist(), line.y.tolist(), strict=True)) for line in lines]
    places = sorted(set().union(*columns))
    rows = ([_rounded(place), *(_rounded(column.get(place)) for column in columns)] for place in places)
    return csv_text([across, *names], rows)


def _rounded(value: float | None) -> float | None:
    """What a curve's values are known to."""
    return None if value is None else float(f"{value:.8g}")


def _plain(cell: Cell) -> str:
    """A cell as text; an apostrophe marks what follows as no formula for spreadsheets."""
    if cell is None:
        return ""
    if not isinstance(cell, str):
        return repr(cell) if isinstance(cell, int) or not float(cell).is_integer() else f"{cell:.17g}"
    line = _CONTROL.sub(" ", cell)
    return f"'{line}" if line.lstrip().startswith(_FORMULA) else line
