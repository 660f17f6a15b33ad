"""Curves as tables for spreadsheets."""

import csv
import io
from collections.abc import Sequence

from microdesigner.app.workers.measuring import Line


def curves_csv(across: str, names: Sequence[str], lines: Sequence[Line]) -> str:
    """One row per place, `across` first and then a column per phase, empty where its curve has no value there."""
    columns = [dict(zip(line.x.tolist(), line.y.tolist(), strict=True)) for line in lines]
    places = sorted(set().union(*columns))
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow([across, *names])
    for place in places:
        values = [column.get(place) for column in columns]
        table.writerow([f"{place:.8g}", *("" if value is None else f"{value:.8g}" for value in values)])
    return text.getvalue()
