"""Pictures of the views: the question, then the file or the clipboard."""

from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from microdesigner.gui.command import Command
from microdesigner.gui.viewer.panel import ViewsPanel
from microdesigner.gui.viewer.picture_dialog import FORMATS, PictureDialog
from microdesigner.gui.viewer.render_jobs import RenderJobs
from microdesigner.view3d.picture_choice import PictureChoice


class PictureExport(QObject):
    """Asks once at a time; `stem` and `folder` are what the dialog for the file proposes."""

    folder_chosen = Signal(str)

    def __init__(self, views: ViewsPanel, jobs: RenderJobs, window: QWidget) -> None:
        super().__init__(window)
        self._views, self._jobs, self._window = views, jobs, window
        self.choice = PictureChoice()
        self.folder, self.stem = str(Path.home()), "volume"
        self.dialog: PictureDialog | None = None

    def commands(self) -> list[Command]:
        """The dialog by each format, and the clipboard at once."""
        return [
            *(
                Command(
                    "File", f"{title.partition(',')[0]} of the views (.{suffix})…", partial(self.ask, suffix),
                    section=1, submenu="Export as", enabled=self._possible,
                )
                for suffix, title in FORMATS.items()
            ),
            Command("Edit", "Copy picture of the views", self.copy, section=1, enabled=self._possible),
        ]  # fmt: skip

    def ask(self, suffix: str = "") -> None:
        """Ask what the picture shall be, beginning with the last choice."""
        job, scene = self._views.render_job(1), self._views.view.scene
        if job is None or scene is None or self.dialog is not None:
            return
        choice = replace(self.choice, suffix=suffix) if suffix else self.choice
        self.dialog = PictureDialog(choice, job, scene, self._window)
        self._views.view.redraw()  # the preview was drawn between its parts
        self.dialog.save_wanted.connect(self._save)
        self.dialog.copy_wanted.connect(self._copy)
        self.dialog.finished.connect(self._forget)
        self.dialog.open()

    def copy(self) -> None:
        """Put a picture of the last choice into the clipboard."""
        self._copy(self.choice)

    def _possible(self) -> bool:
        return self._views.render_job(1) is not None

    def _copy(self, choice: PictureChoice) -> None:
        self.choice = choice
        self._jobs.copy(choice)

    def _save(self, choice: PictureChoice) -> None:
        self.choice = choice
        proposal = str(Path(self.folder) / f"{self.stem}.{choice.suffix}")
        title = FORMATS[choice.suffix].partition(",")[0]
        name, _ = QFileDialog.getSaveFileName(
            self.dialog, "Picture of the views", proposal, f"{title} (*.{choice.suffix})"
        )
        if not name:
            return
        path = Path(name)
        if path.suffix.lower() != f".{choice.suffix}":
            path = path.with_name(f"{path.name}.{choice.suffix}")
        self.folder = str(path.parent)
        self.folder_chosen.emit(self.folder)
        self._jobs.render_chosen(path, choice)
        if self.dialog is not None:
            self.dialog.accept()

    def _forget(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None
        self._views.view.redraw()
