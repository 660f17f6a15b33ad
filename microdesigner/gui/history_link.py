"""The history in the window: keeps what is generated, brings back what is asked for."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QDrag

from microdesigner.app.history import Entry
from microdesigner.gui.dragged_files import DraggedFiles
from microdesigner.gui.history_keeper import HistoryKeeper
from microdesigner.gui.panels.history import HistoryPanel
from microdesigner.gui.panels.targets import TargetsPanel


class HistoryLink(QObject):
    """Connects the strip, the keeper beside the GUI thread, and the targets."""

    loaded = Signal(object, object)  # Request, Sample
    failed = Signal(str)

    def __init__(self, folder: Path, targets: TargetsPanel, parent: QObject) -> None:
        super().__init__(parent)
        self._targets = targets
        self.panel = panel = HistoryPanel()
        self.keeper = keeper = HistoryKeeper(folder, self)
        keeper.failed.connect(self.failed)
        keeper.listed.connect(panel.show_entries)
        keeper.added.connect(panel.add)
        keeper.loaded.connect(self.loaded)
        panel.chosen.connect(keeper.load)
        panel.recalled.connect(self._recall)
        panel.starred.connect(keeper.set_star)
        panel.noted.connect(keeper.set_note)
        panel.deleted.connect(keeper.delete)
        panel.compared.connect(keeper.load_pair)
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
