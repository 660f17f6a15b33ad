"""Tables of the history, and how those of earlier versions become them."""

import json
import sqlite3
from typing import Any

from microdesigner.app.store import given_parts

VERSION = 4
TABLES = {
    # what lists, searches and sorts read; `deleted` is the time at which a sample went to the trash
    "samples": """CREATE TABLE IF NOT EXISTS samples (
        number INTEGER PRIMARY KEY AUTOINCREMENT, made TEXT NOT NULL, model TEXT NOT NULL, seed INTEGER NOT NULL,
        request TEXT NOT NULL, measured TEXT NOT NULL, volume TEXT NOT NULL, starred INTEGER NOT NULL DEFAULT 0,
        note TEXT NOT NULL DEFAULT '', tags TEXT NOT NULL DEFAULT '', deleted TEXT)""",
    "details": "CREATE TABLE IF NOT EXISTS details (number INTEGER PRIMARY KEY, sample TEXT NOT NULL)",
    "thumbnails": "CREATE TABLE IF NOT EXISTS thumbnails (number INTEGER PRIMARY KEY, png BLOB NOT NULL)",
    "verifications": """CREATE TABLE IF NOT EXISTS verifications (
        number INTEGER PRIMARY KEY, verification TEXT NOT NULL, volume TEXT)""",
    given_parts.NAME: given_parts.TABLE,
}
INDEXES = ("CREATE INDEX IF NOT EXISTS samples_of_request ON samples (model, seed)",)
_OLD = "samples_before_3"


def upgrade(database: sqlite3.Connection, version: int) -> int:
    """Move the rows of versions 1 and 2, which held everything in one table; returns how many cannot be read.

    Version 3 had no known parts."""
    if version == 3:
        return 0
    database.execute(f"ALTER TABLE samples RENAME TO {_OLD}")
    for statement in TABLES.values():
        database.execute(statement)
    columns = "number, made, request, sample, thumbnail, volume, starred, note"
    for row in database.execute(f"SELECT {columns} FROM {_OLD}").fetchall():
        try:
            _move(database, *row)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError, sqlite3.IntegrityError):
            continue
        database.execute(f"DELETE FROM {_OLD} WHERE number = ?", row[:1])
    unreadable = int(database.execute(f"SELECT count(*) FROM {_OLD}").fetchone()[0])
    if not unreadable:
        database.execute(f"DROP TABLE {_OLD}")
    return unreadable


def _move(
    database: sqlite3.Connection, number: int, made: str, request: str, sample: str, thumbnail: bytes, *rest: Any
) -> None:
    request_, record = json.loads(request), json.loads(sample)
    light = (number, made, request_["model"], request_["seed"], request, json.dumps(record["measured"]), *rest)
    database.execute(
        "INSERT INTO samples (number, made, model, seed, request, measured, volume, starred, note) "
        "VALUES (?,?,?,?,?,?,?,?,?)",
        light,
    )
    database.execute("INSERT OR REPLACE INTO details VALUES (?, ?)", (number, sample))
    database.execute("INSERT OR REPLACE INTO thumbnails VALUES (?, ?)", (number, thumbnail))
