"""What the program did lately: in a file of limited size, and at hand for the log panel and for reports."""

import logging
from collections import deque
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from pathlib import Path

from microdesigner.core.paths import user_data

LOGGER = "microdesigner"
MAX_LINES, MAX_BYTES = 500, 1 << 19
FORMAT = logging.Formatter("%(asctime)s %(levelname)s %(message)s")


class RecentLines(logging.Handler):
    """Keeps the newest lines; `listener` hears of each, in the thread that wrote it."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.lines: deque[str] = deque(maxlen=MAX_LINES)
        self.listener: Callable[[str], None] | None = None
        self.setFormatter(FORMAT)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record."""
        line = self.format(record)
        self.lines.append(line)
        if self.listener is not None:
            self.listener(line)


class _LogFile(RotatingFileHandler):
    """A log that cannot be written interrupts nobody."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        """Lose the line."""


def log_path() -> Path:
    """The log file."""
    return user_data() / "log.txt"


def start_file_log() -> logging.Handler:
    """Write what is logged to the log file too; raises OSError where that is impossible."""
    log_path().parent.mkdir(parents=True, exist_ok=True)
    handler = _LogFile(log_path(), maxBytes=MAX_BYTES, backupCount=1, encoding="utf-8", delay=True)
    handler.setFormatter(FORMAT)
    logging.getLogger(LOGGER).addHandler(handler)
    return handler


def last_lines(count: int) -> str:
    """The end of the log file; empty where there is none."""
    try:
        return "\n".join(log_path().read_text(encoding="utf-8", errors="replace").splitlines()[-count:])
    except OSError:
        return ""
