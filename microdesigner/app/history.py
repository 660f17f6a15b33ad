"""Every finished sample, kept on disk: a row in SQLite and the compressed volume beside it.

The volume is in its place before its row is committed, so the end of the program at any moment leaves whole entries.
"""

import contextlib
import json
import sqlite3
import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from microdesigner.app.database import opened, readable
from microdesigner.core.errors import InputError
from microdesigner.core.request import Request
from microdesigner.core.result import Sample
from microdesigner.core.verification import Verification

MAX_UNSTARRED = 200  # older ones go when a new one comes; some 20 MB at 128×128×64 voxels
_VERSION = 2
_TABLE = """CREATE TABLE IF NOT EXISTS samples (
    number INTEGER PRIMARY KEY AUTOINCREMENT, made TEXT NOT NULL, request TEXT NOT NULL, sample TEXT NOT NULL,
    thumbnail BLOB NOT NULL, volume TEXT NOT NULL, starred INTEGER NOT NULL DEFAULT 0, note TEXT NOT NULL DEFAULT '')"""
_VERIFICATIONS = """CREATE TABLE IF NOT EXISTS verifications (
    number INTEGER PRIMARY KEY, verification TEXT NOT NULL, volume TEXT)"""
_COLUMNS = "number, made, request, sample, thumbnail, volume, starred, note"


@dataclass(frozen=True)
class Entry:
    """A kept sample without its voxels: `request` makes this sample alone, `made` is the local time, thumbnail PNG."""

    number: int
    made: datetime
    request: Request
    sample: dict[str, Any]
    thumbnail: bytes
    volume: str
    starred: bool
    note: str


class History:
    """The kept samples in `folder`. Safe in any thread: each call opens the database for itself."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._database = folder / "history.sqlite"

    def add(self, request: Request, sample: Sample, thumbnail: bytes, note: str = "") -> Entry:
        """Keep a sample of `request`; older ones without a star make room."""
        from microdesigner.io import registry

        alone = replace(request, seed=sample.seed, count=1)
        name = f"{uuid.uuid4().hex}.vti"
        self.folder.mkdir(parents=True, exist_ok=True)
        registry.write(sample.microstructure, self.folder / name)
        record = {key: value for key, value in sample.to_json(name).items() if key != "file"}
        record |= {"draws": sample.draws, "reasons": sample.reasons}
        values = (
            datetime.now(UTC).isoformat(), json.dumps(alone.to_json()), json.dumps(record), thumbnail, name, note,
        )  # fmt: skip
        with self._opened() as database:
            database.execute(
                "INSERT INTO samples (made, request, sample, thumbnail, volume, note) VALUES (?,?,?,?,?,?)", values
            )
            newest = database.execute(f"SELECT {_COLUMNS} FROM samples ORDER BY number DESC LIMIT 1").fetchone()
            crowded = database.execute(
                "SELECT number FROM samples WHERE NOT starred ORDER BY number DESC LIMIT -1 OFFSET ?", (MAX_UNSTARRED,)
            ).fetchall()
        for (number,) in crowded:
            self.delete(number)
        return _entry(newest)

    def entries(self) -> list[Entry]:
        """All kept samples, the newest first; ones that cannot be read are left out."""
        if not self._database.exists():
            return []
        with self._opened() as database:
            rows = database.execute(f"SELECT {_COLUMNS} FROM samples ORDER BY number DESC").fetchall()
        return readable(rows, _entry)

    def find(self, request: Request) -> Entry | None:
        """The newest sample that exactly `request` made."""
        return next((entry for entry in self.entries() if entry.request == request), None)

    def load(self, entry: Entry) -> Sample:
        """The sample with its voxels; raises InputError when its file is gone or damaged."""
        from microdesigner.io import registry

        microstructure = registry.read(self.folder / entry.volume)
        names = ("seed", "measured", "reasons", "predicted", "process", "draws", "support", "match")
        return Sample(microstructure, **{name: entry.sample[name] for name in names if name in entry.sample})

    def keep_verification(self, request: Request, verification: Verification) -> None:
        """Keep what a simulation says of the newest sample that exactly `request` made, where that is still kept."""
        from microdesigner.io import registry

        entry = self.find(request)
        if entry is None:
            return
        name = f"{uuid.uuid4().hex}.vti" if verification.volume is not None else None
        if verification.volume is not None and name is not None:
            registry.write(verification.volume, self.folder / name)
        with self._opened() as database:
            old = database.execute("SELECT volume FROM verifications WHERE number = ?", (entry.number,)).fetchone()
            database.execute(
                "INSERT OR REPLACE INTO verifications VALUES (?, ?, ?)",
                (entry.number, json.dumps(verification.to_json()), name),
            )
        self._remove(old)

    def verification(self, entry: Entry) -> Verification | None:
        """What a simulation said of a kept sample; None where it was not verified, or that cannot be read any more."""
        from microdesigner.io import registry

        with self._opened() as database:
            row = database.execute(
                "SELECT verification, volume FROM verifications WHERE number = ?", (entry.number,)
            ).fetchone()
        if row is None:
            return None
        try:
            volume = registry.read(self.folder / row[1]) if row[1] else None
            return Verification.from_json(json.loads(row[0]), volume)
        except (InputError, ValueError):
            return None

    def set_star(self, number: int, starred: bool) -> None:
        """Star a sample, or take its star away; starred ones are kept for good."""
        with self._opened() as database:
            database.execute("UPDATE samples SET starred = ? WHERE number = ?", (starred, number))

    def set_note(self, number: int, note: str) -> None:
        """Write a note to a sample."""
        with self._opened() as database:
            database.execute("UPDATE samples SET note = ? WHERE number = ?", (note, number))

    def delete(self, number: int) -> None:
        """Forget a sample and remove its volume, and what belongs to it."""
        removed = []
        with self._opened() as database:
            for table in ("samples", "verifications"):
                removed.append(database.execute(f"SELECT volume FROM {table} WHERE number = ?", (number,)).fetchone())
                database.execute(f"DELETE FROM {table} WHERE number = ?", (number,))
        for row in removed:
            self._remove(row)

    def sweep(self) -> None:
        """Remove volumes without a row, left when the program was ended while it kept one."""
        if not self._database.exists():
            return
        with self._opened() as database:
            known = {
                name
                for table in ("samples", "verifications")
                for (name,) in database.execute(f"SELECT volume FROM {table}")
            }
        for path in self.folder.glob("*.vti"):
            if path.name not in known:
                path.unlink(missing_ok=True)

    def _remove(self, row: tuple[str | None] | None) -> None:
        """Remove the volume that a row names."""
        if row is not None and row[0]:
            (self.folder / row[0]).unlink(missing_ok=True)

    def _opened(self) -> contextlib.AbstractContextManager[sqlite3.Connection]:
        return opened(self._database, [_TABLE, _VERIFICATIONS], _VERSION)


def _entry(row: tuple[Any, ...]) -> Entry:
    number, made, request, sample, thumbnail, volume, starred, note = row
    record = json.loads(sample)
    if not isinstance(record, dict) or not isinstance(record.get("measured"), dict):
        raise ValueError("a damaged row")
    return Entry(
        number, datetime.fromisoformat(made).astimezone(), Request.from_json(json.loads(request)), record,
        thumbnail, volume, bool(starred), note,
    )  # fmt: skip
