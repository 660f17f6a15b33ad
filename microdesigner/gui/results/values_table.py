"""The table of all descriptors or properties of a film, to be sorted and searched."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from microdesigner.app.descriptor_table import DescriptorRow, descriptor_csv
from microdesigner.app.value_words import symbol_html
from microdesigner.core.descriptor_spec import spec_of
from microdesigner.gui.widgets.rich_text import RICH, RichDelegate

COLUMNS = ("Descriptor", "Symbol", "Value", "Unit", "Name", "Remark")
SYMBOL, VALUE, NAME, REMARK = 1, 2, 4, 5
REMARK_WIDTH = 460  # at least; the table scrolls where the page is narrower


class ValuesTable(QTableWidget):
    """A row per value; what does not exist for the film has a remark in its place."""

    def __init__(self) -> None:
        super().__init__(0, len(COLUMNS))
        self.rows: list[DescriptorRow] = []
        self._words = ""
        self.setHorizontalHeaderLabels(list(COLUMNS))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self._delegate = RichDelegate(self)
        self.setItemDelegateForColumn(SYMBOL, self._delegate)
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setWordWrap(False)
        header = self.horizontalHeader()
        header.setSortIndicatorClearable(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(REMARK, QHeaderView.ResizeMode.Interactive)
        header.resizeSection(REMARK, REMARK_WIDTH)
        header.setStretchLastSection(True)

    def show_rows(self, rows: list[DescriptorRow]) -> None:
        """Show these values, as far as they are what is searched for."""
        self.rows = rows
        self.setSortingEnabled(False)
        self.setRowCount(len(rows))
        for place, row in enumerate(rows):
            texts = (row.title or row.name, row.symbol, row.text, row.unit, row.name, row.remark)
            for column, text in enumerate(texts):
                item = _Number(row.value) if column == VALUE else QTableWidgetItem()
                item.setText(text)
                if column == SYMBOL:
                    item.setData(RICH, symbol_html(text))
                item.setToolTip(f"{row.remark} {spec_of(row.name).source}".strip())
                self.setItem(place, column, item)
        self.setSortingEnabled(True)
        self.search(self._words)

    def search(self, words: str) -> None:
        """Show the values whose name or title contains these words."""
        self._words = words
        wanted = words.casefold().split()
        for place in range(self.rowCount()):
            text = f"{self._text(place, 0)} {self._text(place, NAME)}".casefold()
            self.setRowHidden(place, not all(word in text for word in wanted))

    def csv(self) -> str:
        """As CSV: the selected rows, or all that are shown."""
        chosen = {index.row() for index in self.selectionModel().selectedRows()}
        places = [row for row in range(self.rowCount()) if not self.isRowHidden(row)]
        by_name = {row.name: row for row in self.rows}
        return descriptor_csv([by_name[self._text(row, NAME)] for row in places if not chosen or row in chosen])

    def _text(self, row: int, column: int) -> str:
        item = self.item(row, column)
        return item.text() if item is not None else ""


class _Number(QTableWidgetItem):
    """A cell that sorts by its number; what does not exist comes last."""

    def __init__(self, value: float | None) -> None:
        super().__init__()
        self._value = value
        self.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def __lt__(self, other: QTableWidgetItem) -> bool:
        theirs = other._value if isinstance(other, _Number) else None
        if self._value is None or theirs is None:
            return theirs is None and self._value is not None
        return self._value < theirs
