"""What a training run tells: JSON lines in its directory, which the command, the wizard and any script can follow."""

import json
import time
from pathlib import Path
from typing import Any


class EventLog:
    """Appends one JSON object per line to `path`; whoever reads may start, stop and come back at any time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)

    def write(self, event: str, **entries: Any) -> None:
        """Append an event with the wall-clock time."""
        line = json.dumps({"time": round(time.time(), 2), "event": event, **entries})
        with self._path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")


def read_events(path: Path) -> list[dict[str, Any]]:
    """All whole lines written so far."""
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").split("\n")
    return [json.loads(line) for line in lines[:-1] if line]
