"""What the user said of files that were opened, so that each file is asked about once."""

import contextlib
import hashlib
import logging
from pathlib import Path

import msgspec
from filelock import FileLock
from filelock import Timeout as LockTimeout

from microdesigner.app.volume_open import Choices
from microdesigner.core.errors import InputError
from microdesigner.core.paths import user_data, write_text_atomic

_log = logging.getLogger("microdesigner.settings")
MOST_FILES = 500
MAX_BYTES = 1 << 20
SECONDS_TO_WAIT = 2.0


class ImportMemory:
    """Choices by path, size and time of change, in one file that several programs share: a file that has changed since
    is another one."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or user_data() / "imports.json"

    def find(self, file: Path) -> Choices | None:
        """What was said of `file`; None where nothing was, or what is stored cannot be read."""
        entry = self._entries().get(_key(file))
        try:
            return None if entry is None else msgspec.json.decode(entry, type=Choices)
        except (ValueError, InputError, RecursionError):
            return None

    def store(self, file: Path, choices: Choices) -> None:
        """Keep what was said of `file`, and drop what is oldest; no failure is worth an interruption."""
        key = _key(file)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(self._path.with_suffix(".lock"), timeout=SECONDS_TO_WAIT):
                entries = self._entries()
                entries.pop(key, None)
                entries[key] = msgspec.Raw(msgspec.json.encode(choices))
                kept = dict(list(entries.items())[-MOST_FILES:])
                write_text_atomic(self._path, msgspec.json.encode(kept).decode())
        except (OSError, LockTimeout) as error:
            _log.warning("The choices for %s could not be saved: %s", file, error)

    def _entries(self) -> dict[str, msgspec.Raw]:
        with contextlib.suppress(OSError, ValueError, RecursionError):
            if self._path.stat().st_size <= MAX_BYTES:
                return msgspec.json.decode(self._path.read_bytes(), type=dict[str, msgspec.Raw])
        return {}


def _key(file: Path) -> str:
    """A name for `file` as it is now; two states of one file differ in size or time of change."""
    try:
        found = file.stat()
        state = f"{file.absolute()}\n{found.st_size}\n{found.st_mtime_ns}"
    except OSError:
        state = str(file.absolute())
    return hashlib.sha256(state.encode("utf-8", "surrogatepass")).hexdigest()
