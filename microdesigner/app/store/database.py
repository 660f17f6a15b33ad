"""SQLite files that several programs share, whole after the end of any of them at any moment."""

import contextlib
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from filelock import FileLock

from microdesigner.core.errors import InputError, MicrodesignerError

Answer = TypeVar("Answer")
SECONDS_TO_WAIT = 10
_LATEST_VERSION = 1000
"""That any program will ever write; what is beyond is damage."""
_CORRUPT, _NOT_A_DATABASE, _SCHEMA_ERROR, _SHORT_READ = 11, 26, 1, 522


class DamagedDatabaseError(sqlite3.DatabaseError):
    """The file is damaged, which the library has not noticed."""

    sqlite_errorcode = _CORRUPT


class Database:
    """The file at `path`. A damaged one is renamed and a new one begun with the rows that can still be read.

    Safe in any thread: each transaction opens the file for itself.

    Parameters
    ----------
    path : Path
        The file, made with its folder by the first transaction.
    what : str
        What it holds, in messages: "The history".
    tables : mapping of str to str
        SQL that creates each table, by name.
    version : int
        Of the tables; stored in the file.
    upgrade : callable, optional
        Called with a connection and its older version, 1 or more, before the tables are made; returns how many rows it
        could not read.
    """

    def __init__(
        self,
        path: Path,
        what: str,
        tables: Mapping[str, str],
        version: int,
        upgrade: Callable[[sqlite3.Connection, int], int] | None = None,
        indexes: Sequence[str] = (),
    ) -> None:
        self.path = path
        self._what, self._tables, self._version, self._upgrade = what, tables, version, upgrade
        self._indexes = indexes
        self._problems: list[str] = []

    @property
    def exists(self) -> bool:
        """Whether anything was ever stored."""
        return self.path.exists()

    def take_problems(self) -> list[str]:
        """Sentences about what could not be read, each once."""
        problems, self._problems = self._problems, []
        return problems

    def note_problem(self, sentence: str) -> None:
        """Remember a sentence for `take_problems`."""
        if sentence not in self._problems:
            self._problems.append(sentence)

    def note_unreadable(self, rows: int) -> None:
        """Remember that so many rows cannot be read."""
        if rows:
            entries = "One entry" if rows == 1 else f"{rows} entries"
            what = f"{self._what[:1].lower()}{self._what[1:]}"
            self.note_problem(
                f"{entries} of {what} cannot be read and left out; {self.path} still holds what is there."
            )

    def do(self, work: Callable[[sqlite3.Connection], Answer]) -> Answer:
        """The answer of `work` in one transaction that excludes other writers.

        Raises
        ------
        MicrodesignerError
            When the file can be neither used nor replaced; nothing of `work` is stored then.
        """
        try:
            return self._attempt(work)
        except sqlite3.Error as error:
            if not _is_damage(error):
                raise self._failure(error) from None
        with FileLock(self.path.with_suffix(".lock"), timeout=SECONDS_TO_WAIT):
            self._replace_if_damaged()
        try:
            return self._attempt(work)
        except sqlite3.Error as error:
            raise self._failure(error) from None

    def _attempt(self, work: Callable[[sqlite3.Connection], Answer]) -> Answer:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with contextlib.closing(_connect(self.path)) as connection:
                connection.execute("PRAGMA journal_mode=WAL")
                connection.execute("PRAGMA synchronous=FULL")
                with _transaction(connection):
                    self._make_tables(connection)
                    return work(connection)
        except UnicodeDecodeError:
            raise DamagedDatabaseError("its schema is no text") from None  # which the library quotes

    def _make_tables(self, connection: sqlite3.Connection) -> None:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if not 0 <= version <= _LATEST_VERSION:
            raise DamagedDatabaseError(f"its version {version} cannot be")
        if version > self._version:
            raise InputError(f"{self.path} was written by a newer version of the program; use that one.")
        if version == self._version:
            return
        if self._upgrade is not None and version > 0:
            self.note_unreadable(self._upgrade(connection, version))
        for statement in (*self._tables.values(), *self._indexes):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version={self._version}")

    def _replace_if_damaged(self) -> None:
        """Rename the file and begin a new one, unless another program has just done so."""
        try:
            if self._attempt(lambda connection: _is_whole(connection, self._tables)):
                return
        except sqlite3.Error as error:
            if not _is_damage(error):
                raise self._failure(error) from None
        aside = self._set_aside()
        rows = sum(self._salvage(aside, table) for table in self._tables)
        saved = f"{rows} rows of it could be read" if rows else "nothing of it could be read"
        self.note_problem(
            f"{self._what} was damaged and begun anew, {saved}; the damaged file is beside it as {aside.name}."
        )

    def _set_aside(self) -> Path:
        aside = free_name(self.path)
        for suffix in ("-wal", "-shm", ""):
            path = self.path.with_name(self.path.name + suffix)
            with contextlib.suppress(FileNotFoundError):
                path.replace(aside.with_name(aside.name + suffix))
        return aside

    def _salvage(self, aside: Path, table: str) -> int:
        """Copy the rows of a damaged file that can be read; returns how many."""
        rows: dict[object, tuple[object, ...]] = {}
        columns: list[str] = []
        for order in ("ASC", "DESC"):  # from both ends up to the damage
            with (
                contextlib.suppress(sqlite3.Error, UnicodeDecodeError),
                contextlib.closing(_connect(aside)) as damaged,
            ):
                cursor = damaged.execute(f'SELECT rowid, * FROM "{table}" ORDER BY rowid {order}')
                columns = self._known_columns(table, [entry[0] for entry in cursor.description[1:]])
                for row in cursor:
                    rows[row[0]] = row[1:]
        if not rows:
            return 0
        names, places = ", ".join(f'"{name}"' for name in columns), ", ".join("?" * len(columns))

        def insert(connection: sqlite3.Connection) -> int:
            inserted = 0
            for rowid in sorted(rows, key=str):
                with contextlib.suppress(sqlite3.IntegrityError, sqlite3.OperationalError, sqlite3.ProgrammingError):
                    statement = f'INSERT OR IGNORE INTO "{table}" ({names}) VALUES ({places})'
                    inserted += connection.execute(statement, rows[rowid]).rowcount
            return inserted

        return self._attempt(insert)

    def _known_columns(self, table: str, found: Sequence[str]) -> list[str]:
        """Names of the columns of a damaged table: those that damage has changed are the ones that it lacks."""
        known = _columns(self._tables)[table]
        missing = iter([name for name in known if name not in found])
        return [name if name in known else next(missing, name) for name in found]

    def _failure(self, error: sqlite3.Error) -> MicrodesignerError:
        return MicrodesignerError(
            f"{self._what} in {self.path} cannot be used ({error}); see that its disk is not full and may be written."
        )


def free_name(path: Path) -> Path:
    """A name beside `path` for a damaged file that nothing has yet."""
    stamp = datetime.now().strftime("%Y-%m-%d-%H%M%S")
    names = [f"damaged-{stamp}-{path.name}", *(f"damaged-{stamp}-{number}-{path.name}" for number in range(1, 1000))]
    return next(place for place in map(path.with_name, names) if not place.exists())


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=SECONDS_TO_WAIT, isolation_level=None)
    connection.text_factory = lambda text: text.decode("utf-8", "replace")
    connection.create_function("folded", 1, _folded, deterministic=True)
    return connection


def _folded(text: bytes | None) -> str:
    """Text for comparisons without regard to case; SQLite would end a query at bytes that are no UTF-8."""
    return (text or b"").decode("utf-8", "replace").casefold()


@contextlib.contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Begin at once as a writer: one that reads first and writes then could not be repeated."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _is_whole(connection: sqlite3.Connection, tables: Mapping[str, str]) -> bool:
    """Whether pages and indexes fit together and no column has lost its name; raises sqlite3.Error where a row or a
    table is damaged or missing."""
    for table, columns in _columns(tables).items():
        rows = connection.execute(f'SELECT * FROM "{table}"')
        if not {*columns} <= {entry[0] for entry in rows.description}:
            return False
        for _ in rows:
            pass
    return bool(connection.execute("PRAGMA integrity_check(1)").fetchone()[0] == "ok")


def _columns(tables: Mapping[str, str]) -> dict[str, list[str]]:
    """Names of the columns of each table that `tables` create."""
    with contextlib.closing(sqlite3.connect(":memory:")) as empty:
        for statement in tables.values():
            empty.execute(statement)
        return {table: [row[1] for row in empty.execute(f'PRAGMA table_info("{table}")')] for table in tables}


def _is_damage(error: sqlite3.Error) -> bool:
    """Whether the file itself is wrong, as against locked, full or out of reach."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and (code & 0xFF in (_CORRUPT, _NOT_A_DATABASE, _SCHEMA_ERROR) or code == _SHORT_READ)
