"""A film or a whole study as an RO-Crate: the question on which terms, then the file, made beside the window."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QWidget

from microdesigner.app.store.settings import Settings
from microdesigner.core.microstructure import Microstructure
from microdesigner.gui.command import Command
from microdesigner.gui.results.file_making import FileMaking
from microdesigner.gui.widgets.replacing import ask_where
from microdesigner.sharing import Shared, Terms

BUSY = "A crate is being packed; stop it first, or wait."
TITLE = "Share as RO-Crate"
SHARE = "microdesigner.sharing:sharing"
ZIP = ".zip"


class ShareExport(FileMaking):
    """Packs one crate at a time; the answers are remembered."""

    def __init__(self, film: Callable[[], Microstructure | None], settings: Settings, window: QWidget) -> None:
        super().__init__("it", window)
        self._film, self._settings = film, settings

    def commands(self) -> list[Command]:
        """The question for the film on show."""
        return [Command("File", f"{TITLE}…", self.ask, section=1, enabled=lambda: self._film() is not None)]

    def ask(self) -> None:
        """Ask on which terms the film on show is shared."""
        film = self._film()
        if film is not None:
            self._ask(film, self.stem)

    def ask_for(self, folder: Path) -> None:
        """Ask on which terms the films of a study are shared."""
        self._ask(folder, folder.name)

    def words(self, result: object) -> str:
        """What was written where, and what it lacks."""
        assert isinstance(result, Shared)
        films = "1 film" if result.films == 1 else f"{result.films} films"
        return " ".join([f"{films} in {result.path}.", *result.notes])

    def _ask(self, source: Microstructure | Path, stem: str) -> None:
        from microdesigner.gui.results.share_dialog import ShareDialog

        if self.task.running:
            self.message.emit(BUSY)
            return
        dialog = ShareDialog(self._settings.share_license, self._settings.share_authors, self._window)
        dialog.setWindowTitle(TITLE)
        dialog.ordered.connect(lambda terms: self._ask_where(source, stem, terms))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _ask_where(self, source: Microstructure | Path, stem: str, terms: Terms) -> None:
        self._settings.share_license, self._settings.share_authors = terms.license, "; ".join(terms.authors)
        ask_where(
            self._window, TITLE, Path(self.folder) / f"{stem}{ZIP}", "RO-Crate", ZIP,
            lambda path: self.begin(path, SHARE, source, path, terms, True),
        )  # fmt: skip
