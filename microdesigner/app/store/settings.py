"""What the desktop remembers between two starts, saved at each change so that no end of the program loses any."""

import contextlib
import json
import logging
import shutil
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any, Literal, get_type_hints

import msgspec
from filelock import FileLock
from filelock import Timeout as LockTimeout
from msgspec import Meta

from microdesigner.app.store.database import free_name
from microdesigner.core.documents import plain_number
from microdesigner.core.paths import user_data, write_text_atomic

_log = logging.getLogger("microdesigner.settings")
MAX_RECENT = 10
MAX_BYTES = 1 << 20
SECONDS_TO_WAIT = 2.0
Text = Annotated[str, Meta(max_length=4096, pattern=r"^[^\x00-\x1f\x7f]*\Z")]
Encoded = Annotated[
    str, Meta(max_length=1 << 16, pattern=r"^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}[A-Za-z0-9+/=]=)?\Z")
]
"""Bytes in base 64."""
Edge = Annotated[float, Meta(gt=0, le=1e6)]


Device = Literal["auto", "cpu", "cuda", "mps"]


@dataclass
class Settings:
    """Remembered choices. Those of `load` are saved whenever one is set.

    Several programs share one file: each writes what it has changed, nothing else.
    """

    model: Text = ""
    quality: Literal["draft", "standard", "paper"] = "standard"
    theme: Literal["system", "light", "dark"] = "system"
    palette: Text = "paper"  # a name, or "own" and its colours
    smooth: bool = True
    orthographic: bool = False
    export_folder: Text = ""
    share_license: Text = ""  # of films that are shared
    share_authors: Text = ""
    recent: str = ""  # paths, the newest first, one a line
    voxel_nm: Text = "1 1 1"  # last given for a file that does not record it
    window: Encoded = ""
    columns: Encoded = ""
    history: bool = True
    history_limit: Annotated[int, Meta(ge=0, le=10**9)] = 0  # samples without a star; 0: no limit
    device: Device = "auto"
    threads: Annotated[int, Meta(ge=0, le=1024)] = 0  # of one operation on the CPU; 0: as many as suit it
    tour_seen: bool = False

    def __post_init__(self) -> None:
        self._path: Path | None = None
        self._problems: list[str] = []

    def __setattr__(self, name: str, value: Any) -> None:
        """Set a choice, and save it where these settings belong to a file."""
        changed = name in _KINDS and getattr(self, name, None) != value
        super().__setattr__(name, value)
        if changed and getattr(self, "_path", None) is not None:
            self._write(lambda document: document.update({name: value}))

    @classmethod
    def load(cls, path: Path | None = None) -> "Settings":
        """The settings in the file at `path`, the user's own by default.

        Entries that cannot be are left at their defaults; the file is copied beside its place then, and
        `take_problems` reports it.
        """
        path = path or settings_path()
        settings, wrong = cls(), []
        try:
            document = _document(path)
        except ValueError as error:
            document = {}
            wrong.append(str(error))
        for name, kind in _KINDS.items():
            if name in document:
                try:
                    setattr(settings, name, msgspec.convert(document[name], kind))
                except (ValueError, OverflowError, RecursionError):
                    wrong.append(f"the entry '{name}'")
        if wrong:
            settings._set_aside(path, wrong[0], whole=bool(document))
        settings._path = path
        return settings

    def take_problems(self) -> list[str]:
        """Sentences about what could not be read or saved, each once."""
        problems, self._problems = self._problems, []
        return problems

    def save(self, path: Path | None = None) -> None:
        """Write all choices into the file at `path`, the user's own by default; raises OSError where that fails."""
        path = path or self._path or settings_path()
        _merge(path, lambda document: document.update({name: getattr(self, name) for name in _KINDS}))

    def recent_files(self) -> list[Path]:
        """Files opened lately that still exist, the newest first."""
        return [path for path in map(Path, self.recent.splitlines()) if _is_file(path)]

    def remember_file(self, path: Path) -> None:
        """Put a file in front of the recent ones, of which another program may have added some."""

        def put(document: dict[str, Any]) -> None:
            known = document.get("recent", self.recent)
            document["recent"] = _in_front(path, known if isinstance(known, str) else "")

        if self._path is None:
            self.recent = _in_front(path, self.recent)
        else:
            document = self._write(put)
            object.__setattr__(self, "recent", document.get("recent") or _in_front(path, self.recent))

    def last_voxel_nm(self) -> tuple[float, float, float]:
        """The voxel edges given last."""
        try:
            return msgspec.convert([float(edge) for edge in self.voxel_nm.split()], tuple[Edge, Edge, Edge])
        except ValueError:
            return 1.0, 1.0, 1.0

    def _write(self, change: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
        """Change the file; a failure is remembered, since no choice is worth an interruption."""
        assert self._path is not None
        try:
            return _merge(self._path, change)
        except (OSError, LockTimeout) as error:
            _log.warning("The settings could not be saved: %s", error)
            self._note_problem(
                f"The settings in {self._path} could not be saved ({error}); see that the disk is not full."
            )
            return {}

    def _set_aside(self, path: Path, reason: str, whole: bool) -> None:
        aside = free_name(path)
        with contextlib.suppress(OSError):
            shutil.copyfile(path, aside)
            if not whole:
                path.unlink()
        rest = "the others are taken" if whole else "all are at their defaults"
        self._note_problem(
            f"Settings in {path} cannot be read ({reason}); {rest}, and a copy of the file is {aside.name}."
        )

    def _note_problem(self, problem: str) -> None:
        if problem not in self._problems:
            self._problems.append(problem)


_KINDS = {entry.name: get_type_hints(Settings, include_extras=True)[entry.name] for entry in fields(Settings)}


def settings_path() -> Path:
    """Where the settings live."""
    return user_data() / "settings.json"


def _document(path: Path) -> dict[str, Any]:
    """The file's entries, none where there is no file; raises ValueError where it is no JSON object."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ValueError("it is too large")
        document = json.loads(path.read_bytes())  # by the library that reads names of files that are no UTF-8, too
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except OSError:
        return {}
    if not isinstance(document, dict):
        raise ValueError("it is no JSON object")
    return document


def _merge(path: Path, change: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """Change the document at `path` while no other program does; returns it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.with_suffix(".lock"), timeout=SECONDS_TO_WAIT):
        try:
            document = _document(path)
        except ValueError:
            document = {}
        change(document)
        write_text_atomic(path, json.dumps(document, indent=1, default=plain_number))
    return document


def _in_front(path: Path, lines: str) -> str:
    others = [known for known in lines.splitlines() if known != str(path)]
    return "\n".join([str(path), *others][:MAX_RECENT])


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a damaged entry may be no path that a file can have
        return False
