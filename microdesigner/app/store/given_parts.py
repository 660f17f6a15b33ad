"""Known parts of films in a database: each once, in a table of its own, so that rows of requests stay light."""

import hashlib
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

import msgspec

from microdesigner.app.sample_record import json_text
from microdesigner.core.documents import convert_document
from microdesigner.core.errors import InputError
from microdesigner.core.given import Given
from microdesigner.core.request import Request

NAME = "given_parts"
TABLE = f"CREATE TABLE IF NOT EXISTS {NAME} (key TEXT PRIMARY KEY, given TEXT NOT NULL)"
_ENTRY = "given"


@lru_cache(maxsize=8)
def key_of(given: Given | None) -> str:
    """The key under which a known part is stored; "" for none."""
    return hashlib.sha256(json_text(given.to_json()).encode()).hexdigest() if given is not None else ""


def light(request: Request) -> str:
    """A request as a row holds it: JSON with the key of its known part."""
    document = replace(request, given=None).to_json()
    return json_text(document | ({_ENTRY: key_of(request.given)} if request.given else {}))


def store(database: sqlite3.Connection, requests: Iterable[Request]) -> None:
    """Store the known parts of requests that are not there yet."""
    parts = {key_of(request.given): request.given for request in requests if request.given}
    for key, given in parts.items():
        if database.execute(f"SELECT 1 FROM {NAME} WHERE key = ?", (key,)).fetchone() is None:
            row = (key, json_text(given.to_json()))
            database.execute(f"INSERT OR REPLACE INTO {NAME} VALUES (?, ?)", row)


def read_light(text: str) -> tuple[Request, str]:
    """A row's request without its known part, and the key of that, "" for none; raises InputError or ValueError."""
    document = msgspec.json.decode(text)
    key = document.pop(_ENTRY, "") if isinstance(document, dict) else ""
    if not isinstance(key, str):
        raise InputError("A stored request names its known part by a key.")
    return Request.from_json(document), key


def load(database: sqlite3.Connection, keys: Iterable[str]) -> dict[str, Given]:
    """The known parts under these keys, those that can be read."""
    found: dict[str, Given] = {}
    for key in {key for key in keys if key}:
        rows: list[tuple[Any]] = database.execute(f"SELECT given FROM {NAME} WHERE key = ?", (key,)).fetchall()
        try:
            found[key] = _given(rows[0][0])
        except (InputError, ValueError, TypeError, IndexError, RecursionError):
            continue
    return found


def completed(request: Request, key: str, parts: Mapping[str, Given]) -> Request:
    """A request with its known part; raises InputError where that is lost."""
    if not key:
        return request
    if key not in parts:
        raise InputError("The kept part of a stored request is lost; keep a part of a film again.")
    return replace(request, given=parts[key])


def forget_unused(database: sqlite3.Connection, table: str) -> None:
    """Remove known parts that no request in `table` names."""
    used = f"SELECT json_extract(request, '$.{_ENTRY}') AS used FROM {table} WHERE json_valid(request)"
    database.execute(f"DELETE FROM {NAME} WHERE key NOT IN (SELECT used FROM ({used}) WHERE used IS NOT NULL)")


def _given(text: str) -> Given:
    return convert_document(msgspec.json.decode(text), Given, "a stored request", "a known part", "keep a part again")
