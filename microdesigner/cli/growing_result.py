"""result.json of a command that writes one film after the other: whole at any moment, never held in memory.

Beside it grows result.jsonl, a line per film, appended when the film's files are whole: the same command goes on from
there after a kill.
"""

import json
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from textwrap import indent
from typing import IO, Any

from microdesigner.core.documents import plain_number
from microdesigner.core.errors import InputError
from microdesigner.core.paths import atomic_path
from microdesigner.core.request import Request
from microdesigner.core.result import JOURNAL_FILE, RESULT_FILE, Result
from microdesigner.core.version import __version__

WRITING_SHARE = 0.05
"""Largest share of a run's time that goes into writing its growing result.json."""


class GrowingResult:
    """result.json in `folder` while its samples come: at any moment a whole document of those written so far, in their
    order, "complete" only in the end. Entries lie in the journal alone; memory holds where each begins.

    Parameters
    ----------
    folder : Path
        Where the films are written.
    request : Request
        What result.json names as asked for.
    model : dict
        Name and hash of the model.
    device : str
        Type of the device.
    how : dict
        What else makes these films others: "files", the extensions of the files of each, and the targets of a sweep.
    count : int
        How many films there are to be.

    Raises InputError where `folder` holds films of another request that is not finished.
    """

    def __init__(
        self, folder: Path, request: Request, model: dict[str, str], device: str, how: dict[str, Any], count: int
    ) -> None:
        self._count = count
        self._path, self._request, self._model, self._device = folder / RESULT_FILE, request, model, device
        films = {name: value for name, value in request.to_json().items() if name != "count"}
        self._identity = json.loads(
            _json({"request": films, "model": model, "device": device, "version": __version__, **how})
        )
        self._lines: dict[int, int] = {}  # film → where its line begins
        self._seconds: dict[str, float] = {}
        self._finished = False
        self._next_write = 0.0
        self._journal = self._opened(folder / JOURNAL_FILE)

    @property
    def made(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Number and entry of each film that is written, in order."""
        for index in sorted(index for index in self._lines if index < self._count):
            self._journal.seek(self._lines[index])
            yield index, json.loads(self._journal.readline())["sample"]

    def missing(self) -> list[int]:
        """Numbers of the films that are not written, or of which a file is gone."""
        for index, entry in self.made:
            if not all((self._path.parent / file).exists() for file in self._files(entry["file"])):
                del self._lines[index]
        return [index for index in range(self._count) if index not in self._lines]

    def add(self, index: int, entry: dict[str, Any]) -> None:
        """Take the entry of film `index`, whose files are written; result.json follows unless that takes too much of
        the time."""
        self._lines[index] = self._appended({"index": index, "sample": entry})
        started = time.monotonic()
        if started >= self._next_write:
            self._write(complete=False)
            self._next_write = time.monotonic() + (time.monotonic() - started) / WRITING_SHARE

    def finish(self, seconds: dict[str, float]) -> None:
        """Write the whole result; `seconds` of each stage are added to those of earlier runs that ended."""
        self._appended({"seconds": seconds})
        self._seconds = _sum(self._seconds, seconds)
        self._write(complete=True)
        self._journal.close()

    def _files(self, first: str) -> list[str]:
        stem = first.partition(".")[0]
        return [stem + extension for extension in self._identity["files"]]

    def _opened(self, path: Path) -> IO[bytes]:
        """The journal of these films, begun anew where there is none or it is of films that are finished."""
        if not self._read(path):
            self._lines, self._seconds = {}, {}
            self._path.unlink(missing_ok=True)  # an earlier one would not fit the new volumes
            path.write_text(json.dumps({"films": self._identity}) + "\n", encoding="utf-8")
        return path.open("r+b")

    def _read(self, path: Path) -> bool:
        """Whether `path` is a journal of these films; where each begins is known then."""
        identity, whole = None, 0
        with suppress(FileNotFoundError), path.open("rb") as lines:
            for line in lines:
                try:
                    entry = json.loads(line if line.endswith(b"\n") else b"")
                except ValueError:
                    break  # what a kill cut off
                identity = entry.get("films", identity)
                if "sample" in entry:
                    self._lines[entry["index"]], self._finished = whole, False
                if "seconds" in entry:
                    self._seconds, self._finished = _sum(self._seconds, entry["seconds"]), True
                whole += len(line)
        if identity == self._identity:
            with path.open("r+b") as lines:
                lines.truncate(whole)
            return True
        if self._lines and not self._finished:
            raise InputError(
                f"{path.parent} holds the first {len(self._lines)} films of another request; finish them by the "
                f"command that began them, choose another --out or delete {path}."
            )
        return False

    def _appended(self, document: dict[str, Any]) -> int:
        place = self._journal.seek(0, 2)
        line = json.dumps(document, default=plain_number, allow_nan=False) + "\n"
        self._journal.write(line.encode())
        self._journal.flush()
        return place

    def _write(self, complete: bool) -> None:
        document = Result(self._request, self._model, self._device, self._seconds, ()).to_json([])
        document |= {"complete": complete}
        document.pop("samples")
        separator = "\n"
        with atomic_path(self._path) as temporary, temporary.open("w", encoding="utf-8") as file:
            file.write(_json(document).removesuffix("\n}") + ',\n "samples": [')
            for _, entry in self.made:
                file.write(separator + indent(_json(entry), "  "))
                separator = ",\n"
            file.write("]\n}\n" if separator == "\n" else "\n ]\n}\n")


def _sum(some: dict[str, float], others: dict[str, float]) -> dict[str, float]:
    return {stage: some.get(stage, 0.0) + others.get(stage, 0.0) for stage in {**some, **others}}


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=1, default=plain_number, allow_nan=False)
