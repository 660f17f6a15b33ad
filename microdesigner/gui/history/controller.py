"""The history in the window: keeps what is generated, brings back what is asked for."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from PySide6.QtCore import QMimeData, QObject, Qt, QUrl, Signal
from PySide6.QtGui import QDrag

from microdesigner.app.history_model import HistoryModel
from microdesigner.app.store.history_rows import Entry
from microdesigner.gui.command import Command
from microdesigner.gui.history.panel import HistoryPanel
from microdesigner.gui.history.service import HistoryService
from microdesigner.gui.store_thread import StoreThread


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
        path = (
            Path(self._copies.name) / f"{entry.request.model or 'volume'}-seed{entry.request.seed}-{entry.number}.vti"
        )
        try:
            shutil.copyfile(self._folder / entry.volume, path)
        except OSError:
            return ""
        return str(path)


class HistoryController(QObject):
    """Connects the model, its strip and the service beside the GUI thread."""

    loaded = Signal(object, object)  # Request, Sample
    recalled = Signal(object, str)  # Request, what of it
    pair_wanted = Signal()  # two results are to be compared, but not two are selected

    def __init__(self, folder: Path, model: HistoryModel, thread: StoreThread, parent: QObject) -> None:
        super().__init__(parent)
        self.model = model
        self.panel = panel = HistoryPanel(model)
        self.service = service = HistoryService(folder, thread, self)
        service.listed.connect(model.load)
        service.added.connect(model.add)
        service.pictured.connect(panel.show_pictures)
        panel.pictures_wanted.connect(service.picture)
        service.problem.connect(thread.failed)
        service.loaded.connect(self.loaded)
        model.updated.connect(service.store_changes)
        panel.chosen.connect(service.load)
        panel.recalled.connect(lambda entry, what: self.recalled.emit(entry.request, what))
        panel.compared.connect(service.load_pair)
        self.dragged_files = DraggedFiles(folder)
        panel.dragged.connect(self._drag)

    def compare_selected(self) -> None:
        """Fetch the two selected results to be compared."""
        if not self.panel.compare_selected():
            self.pair_wanted.emit()

    def commands(self) -> list[Command]:
        """What can be done with the stored results."""
        section = self.panel.section.button
        return [
            Command("Window", "History", section.toggle, ("Ctrl+H",), section=1, checked=section.isChecked),
            Command("View", "Compare the two selected results", self.compare_selected, ("Ctrl+Shift+D",), section=4),
        ]

    def _drag(self, entries: list[Entry]) -> None:
        drag = QDrag(self.panel)
        drag.setMimeData(self.dragged_files.mime(entries))
        drag.exec(Qt.DropAction.CopyAction)
