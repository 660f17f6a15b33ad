"""Meshes of the film on show: the question, then the file, made beside the window."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QWidget

from microdesigner.app.workers.mesh_export import MeshChoice
from microdesigner.core.microstructure import Microstructure
from microdesigner.gui.command import Command
from microdesigner.gui.results.file_making import FileMaking
from microdesigner.gui.widgets.replacing import ask_where

BUSY = "A mesh is being made; stop it first, or wait."
TITLE = "Mesh for a solver"
EXPORT = "microdesigner.app.workers.mesh_export:export_mesh"


class MeshExport(FileMaking):
    """Makes one mesh at a time."""

    def __init__(self, film: Callable[[], Microstructure | None], window: QWidget) -> None:
        super().__init__("its mesh", window)
        self._film = film
        self._choice = MeshChoice()

    def commands(self) -> list[Command]:
        """The question."""
        return [Command("File", f"{TITLE}…", self.ask, section=1, enabled=lambda: self._film() is not None)]

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
        dialog.setWindowTitle(TITLE)
        dialog.ordered.connect(self._ask_where)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _ask_where(self, film: Microstructure, choice: MeshChoice) -> None:
        from microdesigner.meshing.formats.registry import MESH_FORMATS, files_written

        self._choice = replace(choice)
        entry = MESH_FORMATS[choice.format]
        suffix = entry.extensions[0]
        ask_where(
            self._window, TITLE, Path(self.folder) / f"{self.stem}{suffix}", entry.title, suffix,
            lambda path: self.begin(path, EXPORT, film, choice, path), entry.extensions,
            lambda path: files_written(path, film.periodic),
        )  # fmt: skip
