"""Films from the picture on show: the question, then the film, made beside the window and opened."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from microdesigner.core.microstructure import Microstructure
from microdesigner.gui.command import Command
from microdesigner.gui.results.file_making import FileMaking
from microdesigner.gui.results.reconstruction_dialog import SUFFIX, Order, ReconstructionDialog
from microdesigner.gui.widgets.replacing import ask_to_replace

TITLE = "Reconstruct a film from the picture on show…"
GOES_ON = "{name} is still being made and opens when it is done; Generate › Reconstruct shows how far it is."
RECONSTRUCT = "microdesigner.app.workers.reconstruction:reconstruct_film"


class Reconstruction(FileMaking):
    """Makes one film at a time; `picture` gives the one on show and its file, None where no film of one layer is."""

    made = Signal(object)  # Path

    def __init__(self, picture: Callable[[], tuple[Microstructure, Path] | None], window: QWidget) -> None:
        super().__init__("the film", window)
        self._picture = picture
        self._dialog: ReconstructionDialog | None = None
        self.task.result.connect(self._take)
        self.task.cancelled.connect(lambda: self._lock(False))
        self.failed.connect(self._fail)

    def commands(self) -> list[Command]:
        """The question."""
        return [Command("Generate", TITLE, self.ask, section=2, enabled=self._can_ask)]

    def ask(self) -> None:
        """Ask about a film from the picture on show, or show the film that is being made."""
        found = self._picture()
        if not self.task.running:
            if found is None:
                return
            self._offer(*found)
        if self._dialog is not None:
            self._dialog.show()
            self._dialog.raise_()
            self._dialog.activateWindow()

    def _can_ask(self) -> bool:
        return self.task.running or self._picture() is not None

    def _offer(self, picture: Microstructure, source: Path) -> None:
        if self._dialog is None:
            self._dialog = ReconstructionDialog(self.bar, self._window)
            self._dialog.ordered.connect(self._order)
            self._dialog.rejected.connect(self._tell_hidden)
        self._dialog.offer(picture, source.name, source.with_name(f"{source.stem}-reconstructed{SUFFIX}"))

    def _order(self, path: Path, order: Order) -> None:
        assert self._dialog is not None
        there = [path.name] if path.exists() else []
        ask_to_replace(self._dialog, there, path.parent, lambda: self._start(path, order))

    def _start(self, path: Path, order: Order) -> None:
        self._lock(True)
        self.begin(path, RECONSTRUCT, *order, path)

    def _take(self, path: Any) -> None:
        self._lock(False)
        if self._dialog is not None:
            self._dialog.accept()
        self.made.emit(path)

    def _fail(self, sentence: str, details: str) -> None:
        self._lock(False)
        if self._dialog is not None:
            self._dialog.error_bar.show_error(sentence, details)
            self._dialog.show()

    def _lock(self, running: bool) -> None:
        if self._dialog is not None:
            self._dialog.lock(running)

    def _tell_hidden(self) -> None:
        if self.task.running:
            self.message.emit(GOES_ON.format(name=self._path.name))
