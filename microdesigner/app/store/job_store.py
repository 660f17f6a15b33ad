"""The queue on disk: each program's jobs in one file, those of a program that has ended go to the next that starts."""

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from microdesigner.app.sample_record import json_text
from microdesigner.app.store import given_parts
from microdesigner.app.store.database import Database
from microdesigner.app.store.jobs import Job, State
from microdesigner.app.store.presence import Presence
from microdesigner.core.documents import Number
from microdesigner.core.errors import InputError
from microdesigner.core.given import Given

_VERSION = 3
_TABLES = {
    "jobs": """CREATE TABLE IF NOT EXISTS jobs (
        key TEXT PRIMARY KEY, position INTEGER NOT NULL, request TEXT NOT NULL, state TEXT NOT NULL,
        message TEXT NOT NULL, sweep TEXT NOT NULL, swept TEXT NOT NULL, samples TEXT NOT NULL, owner TEXT NOT NULL)""",
    "pictures": "CREATE TABLE IF NOT EXISTS pictures (key TEXT PRIMARY KEY, png BLOB NOT NULL)",
    given_parts.NAME: given_parts.TABLE,
}
_UNREADABLE = "unreadable"  # owner of rows that have been reported
_Owner = Annotated[str, Meta(pattern=r"^[0-9a-f]{32}\Z")]


class _Sampled(msgspec.Struct, frozen=True):
    """What a job remembers of a finished sample."""

    seed: int
    measured: dict[str, Number | None]


_SAMPLES = msgspec.json.Decoder(list[_Sampled])


class JobStore:
    """The jobs of this program in `folder`. Safe in any thread, and with several programs on one folder.

    A job belongs to the program that queued it, so that no two programs run it. Where that has ended, in whatever way,
    the next `load` of any program takes its jobs over.
    """

    def __init__(self, folder: Path) -> None:
        self._database = Database(folder / "queue.sqlite", "The queue", _TABLES, _VERSION, _upgrade)
        self._presence = Presence(folder)
        self._saved: dict[str, Job] = {}
        self._positions: dict[str, int] = {}

    def take_problems(self) -> list[str]:
        """Sentences about what could not be read, each once."""
        return self._database.take_problems()

    def load(self) -> list[Job]:
        """This program's jobs in their order, and those of programs that have ended."""
        if not self._database.exists:
            return []
        self._presence.begin()
        jobs, unreadable = [], []
        rows, parts = self._database.do(self._take_over)
        for key, *columns in rows:
            try:
                jobs.append(_job(parts, key, *columns))
            except (InputError, ValueError, TypeError, OverflowError, RecursionError):
                unreadable.append((_UNREADABLE, key))
        if unreadable:
            self._database.note_unreadable(len(unreadable))
            change = "UPDATE jobs SET owner = ? WHERE key IS ?"
            self._database.do(lambda database: database.executemany(change, unreadable))
        self._saved = {job.key: job for job in jobs}
        self._positions = {job.key: place for place, job in enumerate(jobs)}
        return jobs

    def save(self, jobs: Sequence[Job]) -> None:
        """Store these jobs in this order as all that this program has; the jobs of others stay."""
        self._presence.begin()
        positions = self._new_positions(jobs)
        changed = [
            job
            for job in jobs
            if self._saved.get(job.key) is not job or self._positions.get(job.key) != positions[job.key]
        ]
        rows = [(*_row(job, positions[job.key]), self._presence.name) for job in changed]
        removed = [(key, self._presence.name) for key in self._saved.keys() - positions.keys()]

        def write(database: sqlite3.Connection) -> None:
            database.executemany("DELETE FROM jobs WHERE key = ? AND owner = ?", removed)
            database.executemany("INSERT OR REPLACE INTO jobs VALUES (?,?,?,?,?,?,?,?,?)", rows)
            given_parts.store(database, (job.request for job in changed))
            if removed:
                given_parts.forget_unused(database, "jobs")
                database.execute("DELETE FROM pictures WHERE key NOT IN (SELECT key FROM jobs)")

        self._database.do(write)
        self._saved, self._positions = {job.key: job for job in jobs}, positions

    def close(self) -> None:
        """Leave the jobs to the next program that starts."""
        self._presence.end()

    def add_picture(self, key: str, png: bytes) -> None:
        """Store a small picture of a job's first sample."""
        self._database.do(
            lambda database: database.execute("INSERT OR REPLACE INTO pictures VALUES (?, ?)", (key, png))
        )

    def picture(self, key: str) -> bytes | None:
        """The picture of a job, as PNG."""
        statement = "SELECT png FROM pictures WHERE key = ?"
        rows = self._database.do(lambda database: database.execute(statement, (key,)).fetchall())
        return rows[0][0] if rows and isinstance(rows[0][0], bytes) else None

    def _new_positions(self, jobs: Sequence[Job]) -> dict[str, int]:
        """Rising numbers, the present ones as far as they rise."""
        positions: dict[str, int] = {}
        last = -1
        for job in jobs:
            last = max(last + 1, self._positions.get(job.key, 0))
            positions[job.key] = last
        return positions

    def _take_over(self, database: sqlite3.Connection) -> tuple[list[tuple[Any, ...]], dict[str, Given]]:
        """Rows of this program, after those of programs that have ended became its own, and the known parts that these
        name."""
        mine = self._presence.name
        for (owner,) in database.execute("SELECT DISTINCT owner FROM jobs").fetchall():
            if owner not in (mine, _UNREADABLE) and not self._is_present(owner):
                database.execute("UPDATE jobs SET owner = ? WHERE owner IS ?", (mine, owner))
        columns = "key, request, state, message, sweep, swept, samples"
        statement = f"SELECT {columns} FROM jobs WHERE owner = ? ORDER BY position, rowid"
        rows: list[tuple[Any, ...]] = database.execute(statement, (mine,)).fetchall()
        return rows, given_parts.load(database, (_given_key(request) for _, request, *_ in rows))

    def _is_present(self, owner: object) -> bool:
        try:
            return self._presence.is_present(msgspec.convert(owner, _Owner))
        except ValueError:
            return False


def _row(job: Job, position: int) -> tuple[Any, ...]:
    request, samples = given_parts.light(job.request), json_text(job.samples)
    return job.key, position, request, str(job.state), job.message, job.sweep, job.swept, samples


def _given_key(request: object) -> str:
    try:
        return given_parts.read_light(msgspec.convert(request, str))[1]
    except (InputError, ValueError, TypeError, OverflowError, RecursionError):
        return ""


def _job(parts: Mapping[str, Given], key: str, *columns: Any) -> Job:
    text, state, message, sweep, swept, samples = msgspec.convert(columns, tuple[str, str, str, str, str, str])
    request = given_parts.completed(*given_parts.read_light(text), parts)
    return Job(
        msgspec.convert(key, str), request, State(state), message, sweep, swept,
        tuple(msgspec.to_builtins(sample) for sample in _SAMPLES.decode(samples)),
    )  # fmt: skip


def _upgrade(database: sqlite3.Connection, version: int) -> int:
    """Give the jobs of version 1 an owner, who has ended; version 2 had no known parts."""
    if version == 2:
        return 0
    database.execute("ALTER TABLE jobs RENAME TO jobs_before_2")
    database.execute(_TABLES["jobs"])
    columns = "key, position, request, state, message, sweep, swept, samples"
    database.execute(f"INSERT OR IGNORE INTO jobs SELECT {columns}, '' FROM jobs_before_2")
    database.execute("DROP TABLE jobs_before_2")
    return 0
