"""Every finished sample, stored for good: light columns to search, the rest apart, compressed volumes as files.

A volume is in its place before its row is committed, so the end of the program at any moment leaves whole entries. No
sample leaves unasked: what is deleted goes to the trash, which the user alone empties.
"""

import os
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from microdesigner.app.sample_record import SampleRecord, json_text
from microdesigner.app.store import given_parts
from microdesigner.app.store.database import DamagedDatabaseError, Database
from microdesigner.app.store.history_query import Query
from microdesigner.app.store.history_rows import (
    COLUMNS,
    UNREADABLE,
    Entry,
    VolumeName,
    entry_of,
    is_volume_name,
    join_tags,
    new_volume_name,
    verification_of,
)
from microdesigner.app.store.history_schema import INDEXES, TABLES, VERSION, upgrade
from microdesigner.core.documents import parse_document
from microdesigner.core.request import Request
from microdesigner.core.result import Sample
from microdesigner.core.verification import Verification


class History:
    """The stored samples in `folder`. Safe in any thread, and with several programs on one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._database = Database(folder / "history.sqlite", "The history", TABLES, VERSION, upgrade, INDEXES)

    def take_problems(self) -> list[str]:
        """Sentences about what could not be read, each once."""
        return self._database.take_problems()

    def add(
        self, request: Request, sample: Sample, thumbnail: bytes, note: str = "", made: datetime | None = None
    ) -> Entry:
        """Store a sample of `request`; `made` is now where it is not given."""
        from microdesigner.io import volumes

        name = new_volume_name()
        self.folder.mkdir(parents=True, exist_ok=True)
        volumes.write(sample.microstructure, self.folder / name)
        _flush(self.folder / name)
        return self.insert(request, SampleRecord.of(sample), name, thumbnail, note, made or datetime.now(UTC))

    def insert(
        self, request: Request, record: SampleRecord, name: str, thumbnail: bytes, note: str, made: datetime
    ) -> Entry:
        """Store the row of a sample whose volume is in the folder already, as `name`."""
        alone = replace(request, seed=record.seed, count=1)
        measured, sample = (json_text(value) for value in (record.measured, record))
        light = (made.isoformat(), alone.model, alone.seed, given_parts.light(alone), measured, name, note)

        def insert(database: sqlite3.Connection) -> tuple[Any, ...]:
            given_parts.store(database, [alone])
            columns = "made, model, seed, request, measured, volume, note"
            number = database.execute(f"INSERT INTO samples ({columns}) VALUES (?,?,?,?,?,?,?)", light).lastrowid
            database.execute("INSERT OR REPLACE INTO details VALUES (?, ?)", (number, sample))
            if thumbnail:
                database.execute("INSERT OR REPLACE INTO thumbnails VALUES (?, ?)", (number, thumbnail))
            cursor = database.execute(f"SELECT {COLUMNS} FROM samples WHERE number = ?", (number,))
            row: tuple[Any, ...] | None = cursor.fetchone()
            if row is None:
                raise DamagedDatabaseError("a row that was just written is not there")
            return row

        return entry_of(self._database.do(insert))

    def entries(self, query: Query | None = None, limit: int | None = None, offset: int = 0) -> list[Entry]:
        """What `query` asks for, in its order, without rows that cannot be read, which `take_problems` reports."""
        clauses, values = (query or Query()).clauses()
        found, unreadable = [], 0
        statement = f"SELECT {COLUMNS} FROM samples {clauses} LIMIT ? OFFSET ?"
        for row in self._read(statement, *values, -1 if limit is None else limit, offset):
            try:
                found.append(entry_of(row))
            except UNREADABLE:
                unreadable += 1
        self._database.note_unreadable(unreadable)
        return found

    def numbers(self, query: Query) -> list[int]:
        """Numbers of the samples that `query` finds, in its order."""
        clauses, values = query.clauses()
        return [int(number) for (number,) in self._read(f"SELECT number FROM samples {clauses}", *values)]

    def thumbnails(self, numbers: Sequence[int]) -> dict[int, bytes]:
        """The pictures of samples, as PNG."""
        places = ", ".join("?" * len(numbers))
        rows = self._read(f"SELECT number, png FROM thumbnails WHERE number IN ({places})", *numbers)
        return {number: png for number, png in rows if isinstance(png, bytes)}

    def set_thumbnail(self, number: int, png: bytes) -> None:
        """Give a sample another picture; one that came back without its row has none."""
        statement = "INSERT OR REPLACE INTO thumbnails VALUES (?, ?)"
        self._database.do(lambda database: database.execute(statement, (number, png)))

    def find(self, request: Request) -> Entry | None:
        """The newest sample that exactly `request` made."""
        rows = self._read(
            f"SELECT {COLUMNS} FROM samples WHERE model = ? AND seed = ? AND deleted IS NULL ORDER BY number DESC",
            request.model, request.seed,
        )  # fmt: skip
        for row in rows:
            try:
                entry = entry_of(row)
            except UNREADABLE:
                continue
            if entry.made_by(request):
                return entry
        return None

    def load(self, entry: Entry) -> Sample:
        """The sample with its voxels; raises InputError when its file or its row is gone or damaged."""
        from microdesigner.io import volumes

        microstructure = volumes.read(self.folder / entry.volume)
        rows = self._read("SELECT sample FROM details WHERE number = ?", entry.number)
        if not rows or not isinstance(rows[0][0], str):
            return Sample(microstructure, entry.request.seed, entry.measured)
        source = f"the history's entry {entry.number}"
        record = parse_document(rows[0][0], SampleRecord, source, "a stored sample", "generate it again by its request")
        return record.sample(microstructure)

    def request_of(self, entry: Entry) -> Request:
        """The request that made a sample, with the known part of its film; raises InputError when that is gone."""
        if not entry.given:
            return entry.request
        parts = self._database.do(lambda database: given_parts.load(database, [entry.given]))
        return given_parts.completed(entry.request, entry.given, parts)

    def add_verification(self, request: Request, verification: Verification) -> None:
        """Store what a simulation says of the newest sample that exactly `request` made, where there is one."""
        from microdesigner.io import volumes

        entry = self.find(request)
        if entry is None:
            return
        name = new_volume_name() if verification.volume is not None else None
        if verification.volume is not None and name is not None:
            volumes.write(verification.volume, self.folder / name)
        values = (entry.number, json_text(verification.to_json()), name)

        def replace_(database: sqlite3.Connection) -> list[Any]:
            old = database.execute("SELECT volume FROM verifications WHERE number = ?", values[:1]).fetchall()
            database.execute("INSERT OR REPLACE INTO verifications VALUES (?, ?, ?)", values)
            return old

        self._remove_volumes(self._database.do(replace_))

    def verification(self, entry: Entry) -> Verification | None:
        """What a simulation said of a sample; None where it was not verified, or that cannot be read any more."""
        from microdesigner.io import volumes

        rows = self._read("SELECT verification, volume FROM verifications WHERE number = ?", entry.number)
        if not rows:
            return None
        try:
            text, name = msgspec.convert(rows[0], tuple[str, VolumeName | None])
            return verification_of(text, volumes.read(self.folder / name) if name else None)
        except UNREADABLE:
            return None

    def update(self, *entries: Entry) -> None:
        """Store star, note, tags of entries, and whether they are in the trash; all or none."""
        now = datetime.now(UTC).isoformat()
        rows = [
            (int(entry.starred), entry.note, join_tags(entry.tags), now if entry.deleted else None, entry.number)
            for entry in entries
        ]
        change = "UPDATE samples SET starred = ?, note = ?, tags = ?, deleted = ? WHERE number = ?"
        self._database.do(lambda database: database.executemany(change, rows))

    def empty_trash(self) -> None:
        """Remove what is in the trash for good, with its volumes and what belongs to it."""
        gone = "SELECT number FROM samples WHERE deleted IS NOT NULL"

        def remove(database: sqlite3.Connection) -> list[Any]:
            volumes = database.execute("SELECT volume FROM samples WHERE deleted IS NOT NULL").fetchall()
            volumes += database.execute(f"SELECT volume FROM verifications WHERE number IN ({gone})").fetchall()
            for table in ("details", "thumbnails", "verifications"):
                database.execute(f"DELETE FROM {table} WHERE number IN ({gone})")
            database.execute("DELETE FROM samples WHERE deleted IS NOT NULL")
            given_parts.forget_unused(database, "samples")
            return volumes

        self._remove_volumes(self._database.do(remove))

    def volume_names(self) -> set[str]:
        """Names of the volumes that some row owns."""
        tables = ("samples", "verifications")
        return {str(name) for table in tables for (name,) in self._read(f"SELECT volume FROM {table}")}

    def _read(self, statement: str, *values: Any) -> list[Any]:
        if not self._database.exists:
            return []
        return self._database.do(lambda database: database.execute(statement, values).fetchall())

    def _remove_volumes(self, rows: Iterable[tuple[Any]]) -> None:
        for (name,) in rows:
            if is_volume_name(name):
                (self.folder / name).unlink(missing_ok=True)


def _flush(path: Path) -> None:
    """Have the file on the disk before a row names it."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())
