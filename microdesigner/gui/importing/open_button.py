"""Opening volumes: a file dialogue of all readable formats, and the files of late."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QMenu, QToolButton

from microdesigner.app.store.settings import Settings
from microdesigner.gui.command import Command
from microdesigner.gui.widgets.basics import named
from microdesigner.gui.widgets.icons import with_icon


class OpenButton(QToolButton):
    """A click asks for a file; the arrow lists the recent ones."""

    chosen = Signal(object)  # Path
    chosen_with_options = Signal(object)  # Path

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        named(self, "Open", "Show a volume from a file (Ctrl+O); the arrow lists recent files.")
        self.setText("Open…")
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        with_icon(self, "folder-open")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        self._settings = settings
        self.recent = QMenu("Open recent", self)
        self.recent.setToolTipsVisible(True)
        self.recent.aboutToShow.connect(self.fill)
        self.setMenu(self.recent)
        self.clicked.connect(lambda: self.ask())

    def commands(self) -> list[Command]:
        """What can be done with files of volumes."""
        return [
            Command("File", "Open a volume…", self.ask, ("Ctrl+O",)),
            Command("File", "Open a volume with options…", self.ask_with_options, ("Ctrl+Shift+O",)),
        ]

    def ask(self) -> None:
        """Let the user choose a file."""
        if path := self._chosen_file():
            self.chosen.emit(path)

    def ask_with_options(self) -> None:
        """Let the user choose a file that is asked about even where it says all."""
        if path := self._chosen_file():
            self.chosen_with_options.emit(path)

    def _chosen_file(self) -> Path | None:
        recent = self._settings.recent_files()
        folder = str(recent[0].parent if recent else Path.home())
        name, _ = QFileDialog.getOpenFileName(self.window(), "Open volume", folder, _filters())
        return Path(name) if name else None

    def fill(self) -> None:
        """List the recent files."""
        self.recent.clear()
        for path in self._settings.recent_files():
            self.recent.addAction(path.name, partial(self.chosen.emit, path)).setToolTip(str(path))
        if self.recent.isEmpty():
            self.recent.addAction("No recent files").setEnabled(False)


def _filters() -> str:
    from microdesigner.io.registry import READERS

    patterns = {entry.title: " ".join(f"*{extension}" for extension in entry.extensions) for entry in READERS}
    return ";;".join(
        [
            f"All volumes ({' '.join(patterns.values())})",
            *(f"{title} ({p})" for title, p in patterns.items()),
            "All files (*)",
        ]
    )
