"""result.json of a command that writes one film after the other: whole at any moment, never held in memory."""

import json
import os
import shutil
import tempfile
import time
from pathlib import Path
from textwrap import indent
from typing import Any

from microdesigner.core.documents import plain_number
from microdesigner.core.paths import atomic_path
from microdesigner.core.request import Request
from microdesigner.core.result import Result

RESULT_FILE = "result.json"
WRITING_SHARE = 0.05
"""Largest share of a run's time that goes into writing its growing result.json."""


class GrowingResult:
    """result.json while its samples come: at any moment a whole document of those written so far, "complete" only in
    the end. Neither volumes nor entries are held in memory: entries wait in a file without a name."""

    def __init__(self, path: Path, request: Request, model: dict[str, str], device: str) -> None:
        self._path, self._request, self._model, self._device = path, request, model, device
        self._entries = tempfile.TemporaryFile("w+", encoding="utf-8", dir=path.parent)  # noqa: SIM115 - until the end
        self._empty = True
        self._next_write = 0.0

    def add(self, entry: dict[str, Any]) -> None:
        """Take the entry of a sample whose volume is written; write it unless that takes too much of the time."""
        self._entries.write(("\n" if self._empty else ",\n") + indent(_json(entry), "  "))
        self._empty = False
        started = time.monotonic()
        if started >= self._next_write:
            self._write({}, complete=False)
            self._next_write = time.monotonic() + (time.monotonic() - started) / WRITING_SHARE

    def finish(self, seconds: dict[str, float]) -> None:
        """Write the whole result, with the `seconds` of each stage."""
        self._write(seconds, complete=True)
        self._entries.close()

    def _write(self, seconds: dict[str, float], complete: bool) -> None:
        document = Result(self._request, self._model, self._device, seconds, ()).to_json([]) | {"complete": complete}
        document.pop("samples")
        self._entries.seek(0)
        with atomic_path(self._path) as temporary, temporary.open("w", encoding="utf-8") as file:
            file.write(_json(document).removesuffix("\n}") + ',\n "samples": [')
            shutil.copyfileobj(self._entries, file)
            file.write("]\n}\n" if self._empty else "\n ]\n}\n")
        self._entries.seek(0, os.SEEK_END)


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=1, default=plain_number, allow_nan=False)
