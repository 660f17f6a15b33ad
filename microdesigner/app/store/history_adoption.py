"""Volumes in the folder of the history that no row owns, brought back into it."""

import time
from datetime import UTC, datetime
from pathlib import Path

from microdesigner.app.sample_record import SampleRecord
from microdesigner.app.store.history import History
from microdesigner.app.store.history_rows import is_volume_name
from microdesigner.core.errors import InputError
from microdesigner.core.request import Request

SECONDS_BEFORE_ADOPTION = 600.0  # another program may be about to commit the row of a younger volume


def adopt_volumes(history: History) -> int:
    """Give volumes without a row one again, as far as they hold request and measures; returns how many.

    They are left when the program is killed between file and row, or when the database was damaged. What is no
    sample, as the film of a simulation, is removed.
    """
    adopted = 0
    for path in _ownerless(history):
        record = _record_of(path)
        if record is None:
            path.unlink(missing_ok=True)
        else:
            history.insert(*record, path.name, b"", "", datetime.fromtimestamp(_modified(path), UTC))
            adopted += 1
    return adopted


def _ownerless(history: History) -> list[Path]:
    """Volumes without a row, the oldest first."""
    known = history.volume_names()
    latest = time.time() - SECONDS_BEFORE_ADOPTION
    volumes = [path for path in history.folder.glob("*.vti") if is_volume_name(path.name) and path.name not in known]
    return sorted((path for path in volumes if _modified(path) < latest), key=_modified)


def _record_of(path: Path) -> tuple[Request, SampleRecord] | None:
    """Request and measures in a volume's file; None where that is not a sample."""
    from microdesigner.app.volume_open import open_volume

    try:
        opened = open_volume(path)
    except InputError:
        return None
    if opened.request is None or not opened.sample.measured:
        return None
    return opened.request, SampleRecord.of(opened.sample)


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return time.time()
