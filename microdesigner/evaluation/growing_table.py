"""A table of an evaluation that grows by a line for each film, so that an interrupted one goes on."""

import csv
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from microdesigner.core.errors import InputError


def table_rows(path: Path, header: Sequence[str]) -> list[list[str]]:
    """The lines of a table so far; raises InputError where there is another one."""
    if not path.exists() or not path.stat().st_size:
        return []
    with path.open(newline="", encoding="utf-8") as file:
        first, *rows = csv.reader(file)
    if first != [*header]:
        raise InputError(f"{path} belongs to another evaluation; choose another --out.")
    return rows


@contextmanager
def growing_table(path: Path, header: Sequence[str]) -> Iterator[Callable[[Sequence[object]], None]]:
    """What adds a line to a table, each of which is on disk at once; a table that is not there is begun."""
    with path.open("a", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)

        def add(row: Sequence[object]) -> None:
            writer.writerow(row)
            file.flush()

        if not path.stat().st_size:
            add(header)
        yield add
