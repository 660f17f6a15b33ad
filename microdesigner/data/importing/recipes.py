"""Processing parameters from a CSV table, joined to volumes by file name."""

from dataclasses import dataclass
from pathlib import Path


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
    raise NotImplementedError
