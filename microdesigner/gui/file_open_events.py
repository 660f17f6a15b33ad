"""Files that the system asks the running program to open, as macOS does on a double click."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication


class FileOpenEvents(QObject):
    """Opens them, those too that were asked for before there was a window."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._waiting: list[Path] = []
        self._open: Callable[[Path], None] = self._waiting.append
        app.installEventFilter(self)

    def serve(self, open_path: Callable[[Path], None]) -> None:
        """From now on hand files to `open_path`."""
        self._open = open_path
        while self._waiting:
            open_path(self._waiting.pop(0))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Take what asks for a file; addresses that are none are left to others."""
        if event.type() == QEvent.Type.FileOpen and isinstance(event, QFileOpenEvent) and event.file():
            self._open(Path(event.file()))
            return True
        return super().eventFilter(watched, event)
