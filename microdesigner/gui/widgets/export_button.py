"""The export menu: a format, then a place."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QMenu, QPushButton

from microdesigner.gui.files import EXPORTS
from microdesigner.gui.widgets.basics import named


class ExportButton(QPushButton):
    """Asks where to write; `stem` and `folder` are what the dialogue proposes."""

    chosen = Signal(object)  # Path

    def __init__(self, folder: str) -> None:
        super().__init__("Export")
        named(self, "Export", "Write the volume or a picture of the views (Ctrl+E).")
        self.folder = folder or str(Path.home())
        self.stem = "volume"
        self.setEnabled(False)
        menu = QMenu(self)
        for suffix, description in EXPORTS.items():
            menu.addAction(description, partial(self._ask, suffix, description))
        self.setMenu(menu)

    def offer(self, stem: str) -> None:
        """There is a volume to export, by default under this name."""
        self.stem = stem
        self.setEnabled(True)

    def _ask(self, suffix: str, description: str) -> None:
        proposal = str(Path(self.folder) / f"{self.stem}.{suffix}")
        name, _ = QFileDialog.getSaveFileName(self.window(), "Export", proposal, description)
        if name:
            path = Path(name)
            self.folder = str(path.parent)
            self.chosen.emit(path if path.suffix else path.with_suffix(f".{suffix}"))
