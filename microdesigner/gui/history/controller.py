"""The history in the window: keeps what is generated, brings back what is asked for."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from PySide6.QtCore import QMimeData, QObject, Qt, QUrl, Signal
from PySide6.QtGui import QDrag
from PySide6.QtWidgets import QFileDialog

from microdesigner.app.history_model import HistoryModel
from microdesigner.app.store.history_rows import Entry
from microdesigner.app.store.settings import Settings
from microdesigner.app.workers.film_export import FilmExport
from microdesigner.gui.command import Command
from microdesigner.gui.history.captions import file_stem
from microdesigner.gui.history.export_dialog import ExportDialog, FilmExporter
from microdesigner.gui.history.gallery import Gallery
from microdesigner.gui.history.panel import HistoryPanel
from microdesigner.gui.history.service import HistoryService
from microdesigner.gui.store_thread import StoreThread
from microdesigner.gui.volume_files import MOVIES
from microdesigner.gui.widgets.thumbnails import Colours

TRIMMED = "{films} beyond the limit of {limit} moved to the trash of the history."
RUNNING = "Films are being exported. What is written so far is whole and stays; the others would not be written."


class DraggedFiles:
    """Copies under names that tell what they are; they last as long as this object."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._copies: TemporaryDirectory[str] | None = None

    def mime(self, entries: Sequence[Entry]) -> QMimeData:
        """What a drop of these entries finds: their VTI files, as far as they can be copied."""
        if self._copies is None:
            self._copies = TemporaryDirectory(prefix="microdesigner-", ignore_cleanup_errors=True)
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(path) for path in map(self._copy, entries) if path])
        return mime

    def _copy(self, entry: Entry) -> str:
        assert self._copies is not None
        path = Path(self._copies.name) / f"{file_stem(entry)}.vti"
        try:
            shutil.copyfile(self._folder / entry.volume, path)
        except OSError:
            return ""
        return str(path)


class HistoryController(QObject):
    """Connects the model, its strip, its gallery and the service beside the GUI thread."""

    loaded = Signal(object, object)  # Request, Sample
    to_keep = Signal(object, object)  # Request, Sample of which a part is to be kept
    to_morph = Signal(object)  # list of two (Entry, Sample) between which films are wanted
    movie_wanted = Signal(object, object)  # Path of a movie, those of the volumes it shows
    recalled = Signal(object, str)  # Request, what of it
    views_requested = Signal()  # a film of the gallery was asked for with its targets
    gallery_requested = Signal()
    selection_requested = Signal()  # results are to be compared, but there are not enough, or too many, selected
    message = Signal(str)
    failed = Signal(str, str)  # sentence, details

    def __init__(
        self, folder: Path, model: HistoryModel, thread: StoreThread, colours: Callable[[], Colours],
        settings: Settings, parent: QObject,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.model = model
        self._folder, self._colours, self._settings = folder, colours, settings
        self.exporter = FilmExporter(self)
        self.panel = HistoryPanel(model)
        self.gallery = Gallery(model, self.exporter.task)
        self.service = HistoryService(folder, thread, self)
        self.dragged_files = DraggedFiles(folder)
        self._connect(thread)

    def compare_selected(self) -> None:
        """Fetch the selected results to be compared."""
        if not self.panel.compare_selected():
            self.selection_requested.emit()

    def keep_to_limit(self) -> None:
        """Move to the trash what is beyond the limit that the user has chosen."""
        if gone := self.model.trim(self._settings.history_limit):
            films = f"{len(gone)} films" if len(gone) > 1 else "1 film"
            self.message.emit(TRIMMED.format(films=films, limit=self._settings.history_limit))

    def commands(self) -> list[Command]:
        """What can be done with the stored results."""
        section = self.panel.section.button
        return [
            Command("Window", "History", section.toggle, ("Ctrl+H",), section=1, checked=section.isChecked),
            Command("View", "History of all films", self.gallery_requested.emit, ("Ctrl+Shift+H",), section=4),
            Command("View", "Compare the selected results", self.compare_selected, ("Ctrl+Shift+D",), section=4),
        ]

    def unfinished(self) -> str:
        """What would be lost if the window closed now, in words; "" for nothing."""
        return RUNNING if self.exporter.task.running else ""

    def close(self) -> None:
        """End an export."""
        self.exporter.task.close()

    def _open(self, entry: Entry) -> None:
        """Show an entry and bring its targets back."""
        self._recall(entry)
        self.service.load(entry)

    def _recall(self, entry: Entry, what: str = "all") -> None:
        if entry.given:
            self.service.recall(entry, what)
        else:
            self.recalled.emit(entry.request, what)

    def _export(self, entries: list[Entry]) -> None:
        folder = Path(self._settings.export_folder or Path.home())
        dialog = ExportDialog(self._folder, entries, folder, self._colours(), self.gallery)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.ordered.connect(self._order)
        dialog.open()

    def _order(self, plan: FilmExport) -> None:
        self._settings.export_folder = str(plan.folder)
        self.exporter.start(plan)

    def _ask_movie(self, entries: list[Entry]) -> None:
        """Ask where a movie of these films is to be written."""
        proposal = Path(self._settings.export_folder or Path.home()) / "films.gif"
        filters = ";;".join(f"{title} (*.{suffix})" for suffix, title in MOVIES.items())
        name, chosen = QFileDialog.getSaveFileName(self.gallery, "Movie of the films", str(proposal), filters)
        if not name:
            return
        path, suffix = Path(name), next(suffix for suffix in MOVIES if f"*.{suffix}" in (chosen or "*.gif"))
        if path.suffix.lower().lstrip(".") not in MOVIES:
            path = path.with_name(f"{path.name}.{suffix}")
        self._settings.export_folder = str(path.parent)
        self.movie_wanted.emit(path, [self._folder / entry.volume for entry in entries])

    def _drag(self, entries: list[Entry]) -> None:
        drag = QDrag(self.gallery if self.gallery.isVisible() else self.panel)
        drag.setMimeData(self.dragged_files.mime(entries))
        drag.exec(Qt.DropAction.CopyAction)

    def _connect(self, thread: StoreThread) -> None:
        model, panel, gallery, service = self.model, self.panel, self.gallery, self.service
        service.listed.connect(model.load)
        service.added.connect(model.add)
        service.added.connect(lambda _: self.keep_to_limit())
        service.trash_emptied.connect(model.forget_trash)
        service.problem.connect(thread.failed)
        service.loaded.connect(self.loaded)
        service.loaded_to_keep.connect(self.to_keep)
        service.recalled.connect(self.recalled)
        panel.kept.connect(service.load_to_keep)
        gallery.kept.connect(service.load_to_keep)
        gallery.kept.connect(lambda _: self.views_requested.emit())
        model.updated.connect(service.store_changes)
        panel.pictures_requested.connect(service.picture)
        gallery.films.pictures_requested.connect(service.picture)
        service.pictured.connect(panel.show_pictures)
        service.pictured.connect(gallery.films.take_pictures)
        panel.chosen.connect(service.load)
        panel.opened.connect(self._open)
        panel.recalled.connect(self._recall)
        panel.gallery_requested.connect(self.gallery_requested)
        gallery.searched.connect(service.search)
        service.found.connect(gallery.take)
        gallery.shown.connect(service.load)
        gallery.recalled.connect(self._open)
        gallery.recalled.connect(lambda _: self.views_requested.emit())
        gallery.exported.connect(self._export)
        gallery.morphed.connect(service.load_to_morph)
        service.loaded_to_morph.connect(self.to_morph)
        gallery.filmed.connect(self._ask_movie)
        gallery.trash_unwanted.connect(service.empty_trash)
        for part in (panel, gallery):
            part.compared.connect(service.load_several)
            part.dragged.connect(self._drag)
        self.exporter.message.connect(self.message)
        self.exporter.failed.connect(self.failed)
