"""What a training run tells: JSON lines in its directory, which the command, the wizard and any script can follow."""

import os
import time
from pathlib import Path
from typing import IO, Any

import msgspec

from microdesigner.core.events import Progress
from microdesigner.training import ranks
from microdesigner.training.event_schemas import SCHEMAS

SECONDS_BETWEEN = 1.0
LARGEST_READ = 16 << 20


class EventLog:
    """Appends one JSON object per line to `path`; whoever reads may start, stop and come back at any time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)

    def write(self, event: str, **entries: Any) -> None:
        """Append an event with the wall-clock time; of several processes that train together only the first does."""
        if not ranks.is_first():
            return
        line = msgspec.json.encode({"time": round(time.time(), 2), "event": event, **entries}) + b"\n"
        with self._path.open("ab+") as file:
            if _ends_torn(file):
                line = b"\n" + line
            file.write(line)


class ProgressLog:
    """Writes progress between the stages, once in `SECONDS_BETWEEN` and at each end."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._last = 0.0

    def show(self, progress: Progress) -> None:
        """Write a progress event unless the last is recent."""
        if progress.done < progress.total and time.monotonic() - self._last < SECONDS_BETWEEN:
            return
        self._last = time.monotonic()
        self._log.write("progress", stage=progress.stage, done=progress.done, total=progress.total)


class EventReader:
    """Follows an event log: each `read` gives the events since the last one."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0

    def read(self) -> list[dict[str, Any]]:
        """Events of the whole lines written since; a line that is torn or fits no schema is left out."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._offset)
                content = file.read(LARGEST_READ)
        except OSError:
            return []
        end = content.rfind(b"\n") + 1
        if not end and len(content) == LARGEST_READ:  # no line of ours is so long
            end = len(content)
        self._offset += end
        return [event for line in content[:end].split(b"\n") if (event := _parsed(line)) is not None]


def read_events(path: Path) -> list[dict[str, Any]]:
    """All whole lines written so far."""
    reader = EventReader(path)
    events = reader.read()
    while more := reader.read():
        events += more
    return events


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        event = msgspec.json.decode(line, type=dict[str, Any])
        kind = SCHEMAS.get(event["event"])
        if kind is not None:
            msgspec.convert(event, kind)
    except (ValueError, KeyError, TypeError, RecursionError, OverflowError):
        return None
    return event


def _ends_torn(file: IO[bytes]) -> bool:
    """Whether a killed process or a full disk left half a line."""
    if file.seek(0, os.SEEK_END) == 0:
        return False
    file.seek(-1, os.SEEK_END)
    return file.read(1) != b"\n"
