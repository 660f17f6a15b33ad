"""Meshes of the film on show: the question, then the file, made beside the window."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from microdesigner.app.workers.mesh_export import MeshChoice
from microdesigner.core.microstructure import Microstructure
from microdesigner.gui.background_task import BackgroundTask
from microdesigner.gui.command import Command
from microdesigner.gui.widgets.replacing import ask_where
from microdesigner.gui.widgets.task_bar import TaskBar

BUSY = "A mesh is being made; stop it first, or wait."
TITLE = "Mesh for a solver…"


class MeshExport(QObject):
    """Makes one mesh at a time; `stem` and `folder` are what the dialog for the file proposes, `bar` shows progress."""

    written = Signal(str)  # what was written where
    failed = Signal(str, str)  # sentence, details
    message = Signal(str)
    folder_chosen = Signal(str)

    def __init__(self, film: Callable[[], Microstructure | None], window: QWidget) -> None:
        super().__init__(window)
        self._film, self._window = film, window
        self._choice = MeshChoice()
        self._path = Path()
        self.folder, self.stem = str(Path.home()), "volume"
        self.task = BackgroundTask(self)
        self.bar = TaskBar(self.task)
        self.bar.cancel.setToolTip("Stop; no file is written.")
        self.task.result.connect(lambda sentence: self.written.emit(sentence))
        self.task.failed.connect(self.failed)
        self.task.cancelled.connect(lambda: self.message.emit(f"Stopped: {self._path.name} is not written."))

    def commands(self) -> list[Command]:
        """The question."""
        return [Command("File", TITLE, self.ask, section=1, enabled=lambda: self._film() is not None)]

    def ask(self) -> None:
        """Ask which mesh, beginning with the last choice."""
        from microdesigner.gui.results.mesh_dialog import MeshDialog

        film = self._film()
        if film is None:
            return
        if self.task.running:
            self.message.emit(BUSY)
            return
        dialog = MeshDialog(film, self._choice, self._window)
        dialog.ordered.connect(self._ask_where)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def unfinished(self) -> str:
        """What would be lost if the window closed now, in words; "" for nothing."""
        return f"{self._path.name} would not be written: its mesh is being made." if self.task.running else ""

    def close(self) -> None:
        """End the work; no file is written then."""
        self.task.close()

    def _ask_where(self, film: Microstructure, choice: MeshChoice) -> None:
        from microdesigner.meshing.formats.registry import MESH_FORMATS, files_written

        self._choice = replace(choice)
        entry = MESH_FORMATS[choice.format]
        suffix = entry.extensions[0]
        ask_where(
            self._window, "Mesh for a solver", Path(self.folder) / f"{self.stem}{suffix}", entry.title, suffix,
            lambda path: self._start(film, choice, path), entry.extensions,
            lambda path: files_written(path, film.periodic),
        )  # fmt: skip

    def _start(self, film: Microstructure, choice: MeshChoice, path: Path) -> None:
        self._path, self.folder = path, str(path.parent)
        self.folder_chosen.emit(self.folder)
        self.task.start("microdesigner.app.workers.mesh_export:export_mesh", film, choice, path)
