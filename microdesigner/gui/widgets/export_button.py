"""The export menu: what to write, then where."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QMenu, QPushButton

from microdesigner.gui.files import MESH, PICTURE, SURFACES, volume_formats
from microdesigner.gui.widgets.basics import named

SCALES = (1, 2, 4, 8)


class ExportButton(QPushButton):
    """Asks where to write; `stem` and `folder` are what the dialogue proposes."""

    chosen = Signal(object, int)  # Path, scale of a picture

    def __init__(self, folder: str) -> None:
        super().__init__("Export")
        named(self, "Export", "Write the volume, its surfaces or a picture of the views (Ctrl+E).")
        self.folder = folder or str(Path.home())
        self.stem = "volume"
        self.setEnabled(False)
        self._menu = QMenu(self)
        self._menu.aboutToShow.connect(self.fill)
        self.setMenu(self._menu)

    def offer(self, stem: str) -> None:
        """There is a volume to export, by default under this name."""
        self.stem = stem
        self.setEnabled(True)

    def fill(self) -> None:
        """List what can be written."""
        if not self._menu.isEmpty():
            return
        for suffix, title in volume_formats().items():
            self._offer(self._menu, suffix, title)
        self._menu.addSeparator()
        for suffix, title in (SURFACES | MESH).items():
            self._offer(self._menu, suffix, title)
        self._menu.addSeparator()
        pictures = self._menu.addMenu("Picture of the views")
        for scale in SCALES:
            size = "as on the screen" if scale == 1 else f"{scale} times as large"
            self._offer(pictures, PICTURE, f"PNG picture, {size}", scale)

    def _offer(self, menu: QMenu, suffix: str, title: str, scale: int = 1) -> None:
        menu.addAction(f"{title} (.{suffix})", partial(self._ask, suffix, title, scale))

    def _ask(self, suffix: str, title: str, scale: int) -> None:
        proposal = str(Path(self.folder) / f"{self.stem}.{suffix}")
        name, _ = QFileDialog.getSaveFileName(self.window(), "Export", proposal, f"{title} (*.{suffix})")
        if name:
            path = Path(name)
            self.folder = str(path.parent)
            self.chosen.emit(path if path.suffix else path.with_suffix(f".{suffix}"), scale)
