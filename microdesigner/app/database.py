"""SQLite files that are whole after the end of the program at any moment."""

import contextlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from microdesigner.core.errors import InputError

Entry = TypeVar("Entry")


@contextlib.contextmanager
def opened(path: Path, tables: Sequence[str], version: int) -> Iterator[sqlite3.Connection]:
    """One transaction on the database at `path`, whose `tables` are created where its version is older.

    Each call opens the file for itself, so it is safe in any thread.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.closing(sqlite3.connect(path, timeout=10)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        if database.execute("PRAGMA user_version").fetchone()[0] < version:
            for table in tables:
                database.execute(table)
            database.execute(f"PRAGMA user_version={version}")
        with database:
            yield database


def readable(rows: Iterable[tuple[object, ...]], entry: Callable[[tuple[object, ...]], Entry]) -> list[Entry]:
    """What `entry` makes of the rows; those that it cannot read are left out."""
    entries = []
    for row in rows:
        with contextlib.suppress(InputError, ValueError, TypeError):
            entries.append(entry(row))
    return entries
