"""Files that are made beside the window in a process of their own, one at a time."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from microdesigner.gui.background_task import BackgroundTask
from microdesigner.gui.widgets.task_bar import TaskBar


class FileMaking(QObject):
    """Makes one file; `stem` and `folder` are what the dialog for it proposes, `bar` shows progress.

    `what` is made, in words: "its mesh".
    """

    written = Signal(str)  # what was written where
    failed = Signal(str, str)  # sentence, details
    message = Signal(str)
    folder_chosen = Signal(str)

    def __init__(self, what: str, window: QWidget) -> None:
        super().__init__(window)
        self._what, self._window = what, window
        self._path = Path()
        self.folder, self.stem = str(Path.home()), "volume"
        self.task = BackgroundTask(self)
        self.bar = TaskBar(self.task)
        self.bar.cancel.setToolTip("Stop; no file is written.")
        self.task.result.connect(lambda result: self.written.emit(self.words(result)))
        self.task.failed.connect(self.failed)
        self.task.cancelled.connect(lambda: self.message.emit(f"Stopped: {self._path.name} is not written."))

    def words(self, result: object) -> str:
        """What was written where, of the `result` of the work."""
        return str(result)

    def unfinished(self) -> str:
        """What would be lost if the window closed now, in words; "" for nothing."""
        return f"{self._path.name} would not be written: {self._what} is being made." if self.task.running else ""

    def close(self) -> None:
        """End the work; no file is written then."""
        self.task.close()

    def begin(self, path: Path, function: str, *arguments: Any) -> None:
        """Make the file `path` by the generator `function` ("module:name")."""
        self._path, self.folder = path, str(path.parent)
        self.folder_chosen.emit(self.folder)
        self.task.start(function, *arguments)
