"""The history in the window: keeps what is generated, brings back what is asked for."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from PySide6.QtCore import QMimeData, QObject, Qt, QUrl, Signal
from PySide6.QtGui import QDrag

from microdesigner.app.history import Entry
from microdesigner.gui.history.panel import HistoryPanel
from microdesigner.gui.history.service import HistoryService
from microdesigner.gui.targets.panel import TargetsPanel


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
    """Connects the strip, the service beside the GUI thread, and the targets."""

    loaded = Signal(object, object)  # Request, Sample
    failed = Signal(str)

    def __init__(self, folder: Path, targets: TargetsPanel, parent: QObject) -> None:
        super().__init__(parent)
        self._targets = targets
        self.panel = panel = HistoryPanel()
        self.service = service = HistoryService(folder, self)
        service.failed.connect(self.failed)
        service.listed.connect(panel.show_entries)
        service.added.connect(panel.add)
        service.loaded.connect(self.loaded)
        panel.chosen.connect(service.load)
        panel.recalled.connect(self._recall)
        panel.starred.connect(service.set_star)
        panel.noted.connect(service.set_note)
        panel.deleted.connect(service.delete)
        panel.compared.connect(service.load_pair)
        self.dragged_files = DraggedFiles(folder)
        panel.dragged.connect(self._drag)

    def _drag(self, entries: list[Entry]) -> None:
        drag = QDrag(self.panel)
        drag.setMimeData(self.dragged_files.mime(entries))
        drag.exec(Qt.DropAction.CopyAction)

    def _recall(self, entry: Entry, how: str) -> None:
        """Bring back targets and options of a kept result: "all", "targets" (all but the seed) or the "seed"."""
        seed = self._targets.options.seed
        if how == "seed":
            seed.setValue(entry.request.seed)
        else:
            self._targets.restore(entry.request if how == "all" else replace(entry.request, seed=seed.value()))
