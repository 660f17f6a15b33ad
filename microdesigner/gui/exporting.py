"""What writes the film on show to files: the button and the dialogs that ask, the threads and processes that write."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from microdesigner.app.store.settings import Settings
from microdesigner.app.view_state import ViewModel
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.request import Request
from microdesigner.core.result import Sample
from microdesigner.gui.command import Command
from microdesigner.gui.current_sample import CurrentSampleController
from microdesigner.gui.results.export_button import ExportButton
from microdesigner.gui.results.mesh_export import MeshExport
from microdesigner.gui.results.mixed_question import ask_mixed
from microdesigner.gui.results.share_export import ShareExport
from microdesigner.gui.viewer.panel import ViewsPanel
from microdesigner.gui.viewer.picture_export import PictureExport
from microdesigner.gui.viewer.render_jobs import RenderJobs
from microdesigner.gui.volume_files import PICTURE, REPORT, VolumeFiles
from microdesigner.gui.widgets.thumbnails import png

Report = Callable[[bytes, Callable[[str], None]], None]
"""Makes the report on the film on show, with this picture (PNG), and hands the page over."""


class Exporting(QObject):
    """Whatever asks where to write proposes the name of the film on show and the folder of the last time."""

    message = Signal(str)

    def __init__(
        self, shown: CurrentSampleController, views: ViewsPanel, look: ViewModel, report: Report, settings: Settings,
        window: QWidget,
    ) -> None:  # fmt: skip
        super().__init__(window)
        self._shown, self._views, self._look, self._report = shown, views, look, report
        self._settings, self._window = settings, window
        self.button = ExportButton(settings.export_folder)
        self.files = VolumeFiles(self)
        self.render_jobs = RenderJobs(views, self)
        self.pictures = PictureExport(views, self.render_jobs, window)
        self.meshes = MeshExport(self._volume_on_show, window)
        self.crates = ShareExport(self._volume_on_show, settings, window)
        self._connect()

    def export(self, path: Path, scale: int = 1) -> None:
        """Write what the suffix of `path` tells: the volume shown, the views `scale` times as large, or a report."""
        sample = self._shown.sample
        if sample is None:
            return
        if path.suffix.lower() == f".{PICTURE}":
            self.render_jobs.render_picture(path, scale)
        elif path.suffix.lower().lstrip(".") in REPORT:
            self._report(png(self._views.on_show()), lambda page: self.files.save_report(page, path))
        else:
            film, smooth = sample.microstructure, self._look.state.smooth
            ask_mixed(self._window, film, path, lambda donor_share: self.files.export(film, path, smooth, donor_share))

    def offer(self, request: Request, sample: Sample) -> None:
        """There is this film to export."""
        stem = f"{request.model or 'volume'}-seed{sample.seed}"
        self.button.offer(stem, sample.microstructure.phase_names)
        for asker in (self.pictures, self.meshes, self.crates):
            asker.stem, asker.folder = stem, self.button.folder

    def commands(self) -> list[Command]:
        """Everything that can be written."""
        return [
            *self.button.commands(), *self.pictures.commands(), *self.meshes.commands(), *self.crates.commands()
        ]  # fmt: skip

    def unfinished(self) -> list[str]:
        """What would be lost if the window closed now, in words."""
        return [words for part in (self.render_jobs, self.meshes, self.crates) if (words := part.unfinished())]

    def close(self) -> None:
        """Stop what is being drawn, meshed and packed, and finish the files."""
        for part in (self.render_jobs, self.meshes, self.crates, self.files):
            part.close()

    def _volume_on_show(self) -> Microstructure | None:
        """The film on show; None where none is."""
        return self._shown.on_show if self._shown.sample else None

    def _connect(self) -> None:
        button = self.button
        button.chosen.connect(self.export)
        button.movie_chosen.connect(self.render_jobs.render_movie)
        button.picture_wanted.connect(lambda: self.pictures.ask())
        button.mesh_wanted.connect(self.meshes.ask)
        button.share_wanted.connect(self.crates.ask)
        for asker in (button, self.pictures, self.meshes, self.crates):
            asker.folder_chosen.connect(partial(setattr, self._settings, "export_folder"))
        for teller in (self.meshes, self.crates):
            teller.message.connect(self.message)
        for writer in (self.render_jobs, self.files, self.meshes, self.crates):
            writer.written.connect(lambda path: self.message.emit(f"Written: {path}"))
        self.render_jobs.copied.connect(lambda: self.message.emit("The picture is in the clipboard."))
        self._shown.changed.connect(self.offer)
