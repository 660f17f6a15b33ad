"""Processing parameters from a CSV table, joined to volumes by file name."""

import csv
import math
import re
from dataclasses import dataclass
from pathlib import Path, PurePath

from microdesigner.core.errors import InputError
from microdesigner.io import SCANNED

_HEAD = re.compile(r"^(?P<name>[^\[(]+?)\s*(?:[\[(]\s*(?P<unit>[^\])]+?)\s*[\])])?$")


@dataclass(frozen=True)
class RecipeTable:
    """`values`: file name without folder or extension → parameter → number. `units`: parameter → unit, "1" where the
    head gives none."""

    values: dict[str, dict[str, float]]
    units: dict[str, str]


def read_recipes(path: Path) -> RecipeTable:
    """Read a table whose first column holds file names and whose other columns hold numbers.

    A head such as `annealing_temperature [°C]` or `time (min)` gives the unit. Separators comma, semicolon and tab.
    Raises InputError naming line and column of what cannot be used.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError:
        raise InputError(f"{path} does not exist; check the name.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read as a table ({error}); save it as CSV in UTF-8.") from None
    separator = max(",;\t", key=(lines[0] if lines else "").count)
    rows = [row for row in csv.reader(lines, delimiter=separator) if any(cell.strip() for cell in row)]
    if len(rows) < 2 or len(rows[0]) < 2:
        raise InputError(f"{path} needs a head, a first column of file names and further columns of numbers; add them.")
    heads = [_name_and_unit(path, head) for head in rows[0][1:]]
    names = [name for name, _ in heads]
    if len(set(names)) < len(names):
        raise InputError(f"{path} has two columns of one name; rename one.")
    values: dict[str, dict[str, float]] = {}
    for number, row in enumerate(rows[1:], 2):
        volume = _without_extension(row[0].strip())
        if volume in values:
            raise InputError(f"{path} names {volume} twice (row {number}); keep one row.")
        cells = [cell.strip() for cell in row[1:]]
        if len(cells) != len(names):
            raise InputError(f"{path}, row {number}, has {len(cells)} values for {len(names)} columns; mend the row.")
        values[volume] = {
            name: _number(path, number, name, cell, separator) for name, cell in zip(names, cells, strict=True)
        }
    return RecipeTable(values, dict(heads))


def _without_extension(file: str) -> str:
    name = PurePath(file)
    return name.stem if name.suffix.lower() in SCANNED else name.name


def _name_and_unit(path: Path, head: str) -> tuple[str, str]:
    match = _HEAD.match(head.strip())
    if match is None:
        raise InputError(f"{path} has the column head '{head}'; write it as a name with its unit, such as time [min].")
    return re.sub(r"\s+", "_", match["name"]), match["unit"] or "1"


def _number(path: Path, row: int, column: str, cell: str, separator: str) -> float:
    try:
        value = float(cell if separator == "," else cell.replace(",", "."))
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputError(f"{path}, row {row}, column {column}, holds '{cell}' instead of a number; mend it.")
    return value
