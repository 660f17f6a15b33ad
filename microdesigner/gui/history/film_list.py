"""Stored results as a list model of Qt: only the rows that are seen are asked for anything."""

from collections import OrderedDict
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QPixmap

from microdesigner.app.history_model import HistoryModel
from microdesigner.app.store.history_rows import Entry
from microdesigner.gui.history.captions import describe, rich_caption
from microdesigner.gui.widgets.basics import as_text

ENTRY = Qt.ItemDataRole.UserRole
CAPTION = ENTRY + 1
PICTURES = 1000  # in memory, about 60 KB each
Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


class FilmList(QAbstractListModel):
    """Rows are numbers in the order of a search; what is shown of them comes from the history's model."""

    pictures_requested = Signal(object)  # numbers of rows that came into sight

    def __init__(self, history: HistoryModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._history = history
        self._numbers: list[int] = []
        self._pictures: OrderedDict[int, QPixmap] = OrderedDict()
        self._pending: set[int] = set()
        self.order = "made"
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.timeout.connect(self._ask)

    @property
    def numbers(self) -> list[int]:
        """The numbers of all rows."""
        return self._numbers

    def show(self, numbers: list[int], trash: bool) -> bool:
        """Show the entries of these numbers that are (not) in the trash; False where the rows stay what they are."""
        known = self._history.get
        numbers = [number for number in numbers if (entry := known(number)) is not None and entry.deleted == trash]
        if numbers == self._numbers:
            if numbers:
                self.dataChanged.emit(self.index(0), self.index(len(numbers) - 1))
            return False
        self.beginResetModel()
        self._numbers = numbers
        self.endResetModel()
        return True

    def take_pictures(self, pictures: dict[int, bytes]) -> None:
        """Show the pictures (PNG) of these entries, as far as they came into sight and were asked for."""
        for number in pictures.keys() & self._pictures.keys():
            pixmap = QPixmap()
            pixmap.loadFromData(pictures[number])
            self._pictures[number] = pixmap
        while len(self._pictures) > PICTURES:
            self._pictures.popitem(last=False)
        if self._numbers:
            self.dataChanged.emit(self.index(0), self.index(len(self._numbers) - 1), [Qt.ItemDataRole.DecorationRole])

    def entry(self, row: int) -> Entry:
        """The entry in a row."""
        entry = self._history.get(self._numbers[row])
        assert entry is not None
        return entry

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Films can be dragged out of the window."""
        return super().flags(index) | Qt.ItemFlag.ItemIsDragEnabled

    def rowCount(self, parent: Index = _NOWHERE) -> int:  # noqa: N802
        """How many there are."""
        return 0 if parent.isValid() else len(self._numbers)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What a row shows."""
        entry = self._history.get(self._numbers[index.row()]) if index.isValid() else None
        if entry is None:
            return None
        if role == ENTRY:
            return entry
        if role == CAPTION:
            return rich_caption(entry, self.order)
        if role == Qt.ItemDataRole.DecorationRole:
            return self._picture(entry.number)
        return _words(entry, role)

    def _picture(self, number: int) -> QPixmap | None:
        if number in self._pictures:
            self._pictures.move_to_end(number)
            return self._pictures[number]
        if number not in self._pending:
            self._pending.add(number)
            self._pause.start()
        return None

    def _ask(self) -> None:
        pending, self._pending = self._pending, set()
        self._pictures |= dict.fromkeys(pending, QPixmap())  # one without a picture is asked for once
        self.pictures_requested.emit(sorted(pending))


def _words(entry: Entry, role: int) -> str | None:
    """What a row says in full."""
    if role == Qt.ItemDataRole.ToolTipRole:
        return as_text(describe(entry))
    if role == Qt.ItemDataRole.AccessibleTextRole:
        return describe(entry).replace("\n", ", ")
    return None
