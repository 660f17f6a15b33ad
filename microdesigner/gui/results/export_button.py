"""The export menu: what to write, then where."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QPushButton

from microdesigner.app.export_files import files_written
from microdesigner.gui.command import Command
from microdesigner.gui.results.mesh_export import TITLE as MESH_TITLE
from microdesigner.gui.results.share_export import TITLE as SHARE_TITLE
from microdesigner.gui.volume_files import MESH, MOVIES, REPORT, SURFACES, volume_formats, volume_suffixes
from microdesigner.gui.widgets.basics import named
from microdesigner.gui.widgets.icons import with_icon
from microdesigner.gui.widgets.replacing import ask_where

MOTIONS = {"turntable": "Movie of the volume turning", "slices": "Movie of slices from bottom to top"}


class ExportButton(QPushButton):
    """Asks where to write; `stem` and `folder` are what the dialogue proposes."""

    chosen = Signal(object, int)  # Path, scale of a picture
    movie_chosen = Signal(object, str)  # Path, motion
    picture_wanted = Signal()
    mesh_wanted = Signal()
    share_wanted = Signal()
    folder_chosen = Signal(str)

    def __init__(self, folder: str) -> None:
        super().__init__("Export")
        named(self, "Export", "Write the volume, its surfaces, pictures or movies of the views (Ctrl+E).")
        self.folder = folder or str(Path.home())
        self.stem = "volume"
        with_icon(self, "download")
        self._phases: tuple[str, ...] = ()
        self.setEnabled(False)
        self._menu = QMenu(self)
        self._menu.aboutToShow.connect(self.fill)
        self.setMenu(self._menu)

    def offer(self, stem: str, phases: Sequence[str]) -> None:
        """There is a volume with these phases to export, by default under this name."""
        self.stem, self._phases = stem, tuple(phases)
        self.setEnabled(True)

    def fill(self) -> None:
        """List what can be written."""
        if not self._menu.isEmpty():
            return
        for suffix, title in volume_formats().items():
            self._offer(self._menu, suffix, title)
        self._menu.addSeparator()
        for suffix, title in (SURFACES | MESH | REPORT).items():
            self._offer(self._menu, suffix, title)
        self._menu.addAction(f"{MESH_TITLE}…", self.mesh_wanted.emit)
        self._menu.addAction(f"{SHARE_TITLE}…", self.share_wanted.emit)
        self._menu.addSeparator()
        self._menu.addAction("Picture of the views…", self.picture_wanted.emit)
        for motion, name in MOTIONS.items():
            movies = self._menu.addMenu(name)
            for suffix, title in MOVIES.items():
                self._offer(movies, suffix, title, motion)

    def _offer(self, menu: QMenu, suffix: str, title: str, detail: int | str = 1) -> None:
        menu.addAction(f"{title} (.{suffix})…", partial(self._ask, suffix, title, detail))

    def commands(self) -> list[Command]:
        """Every format, and the menu of all."""
        formats: list[tuple[str, str, int | str]] = [
            *((suffix, title, 1) for suffix, title in (volume_formats() | SURFACES | MESH | REPORT).items()),
            *((suffix, name, motion) for motion, name in MOTIONS.items() for suffix in MOVIES),
        ]
        return [
            Command("File", "Export…", self.showMenu, ("Ctrl+E",), section=1, enabled=self.isEnabled),
            *(
                Command(
                    "File", f"{title} (.{suffix})…", partial(self._ask_if_possible, suffix, title, detail), section=1,
                    submenu="Export as", enabled=self.isEnabled,
                )
                for suffix, title, detail in formats
            ),
        ]  # fmt: skip

    def _ask_if_possible(self, suffix: str, title: str, detail: int | str) -> None:
        if self.isEnabled():
            self._ask(suffix, title, detail)

    def _ask(self, suffix: str, title: str, detail: int | str) -> None:
        proposal = Path(self.folder) / f"{self.stem}.{suffix}"
        ask_where(
            self.window(), "Export", proposal, title, f".{suffix}", lambda path: self._order(path, suffix, detail),
            volume_suffixes(suffix), lambda path: files_written(path, self._phases),
        )  # fmt: skip

    def _order(self, path: Path, suffix: str, detail: int | str) -> None:
        self.folder = str(path.parent)
        self.folder_chosen.emit(self.folder)
        (self.movie_chosen if suffix in MOVIES else self.chosen).emit(path, detail)
