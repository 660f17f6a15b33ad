"""The page with every descriptor of the film on show, to be sorted, searched, copied and saved."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from microdesigner.app.descriptor_table import DescriptorRow, descriptor_csv, descriptor_rows
from microdesigner.app.workers.measuring import DescribeTask
from microdesigner.core.descriptor_spec import spec_of
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.paths import write_text_atomic
from microdesigner.gui.widgets.basics import SPACING, named, quiet, symbol_html, tool_button
from microdesigner.gui.widgets.replacing import ask_where
from microdesigner.gui.widgets.rich_text import RICH, RichDelegate

COLUMNS = ("Descriptor", "Symbol", "Value", "Unit", "Name", "Remark")
SYMBOL, VALUE, NAME, REMARK = 1, 2, 4, 5
REMARK_WIDTH = 460  # at least; the table scrolls where the page is narrower
WAITING = "Measuring all descriptors of the film on show; some seconds for a film of the models' size…"
EMPTY = "Open or generate a film to see all its descriptors."


class ValuesPage(QWidget):
    """Measures the film on show once the page is looked at."""

    task_requested = Signal(object)  # DescribeTask
    message = Signal(str)
    failed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._volume: Microstructure | None = None
        self._pending: DescribeTask | None = None
        self._stem = "film"
        self.rows: list[DescriptorRow] = []
        self.words = quiet(EMPTY)
        self.search = named(
            QLineEdit(), "Search the descriptors", "Show descriptors whose name or title contains these words."
        )
        self.search.setPlaceholderText("Search")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(lambda _: self._filter())
        self.table = named(QTableWidget(0, len(COLUMNS)), "Descriptors", "Every descriptor of the film on show.")
        self.copy = tool_button(
            "Copy", "Copy the table", "Copy the selected rows, or all, as CSV (Ctrl+C).", self._copy
        )
        self.save = tool_button("Save CSV…", "Save the table", "Write all descriptors to a CSV file.", self._ask_save)
        QShortcut(QKeySequence.StandardKey.Copy, self.table, self._copy, context=Qt.ShortcutContext.WidgetShortcut)
        self._lay_out()
        self._show_possible()

    def show_volume(self, volume: Microstructure, stem: str = "film") -> None:
        """Follow this film from now on; `stem` names its files."""
        self._stem = stem
        if volume is not self._volume:
            self._volume, self._pending = volume, None
            self._fill([])
            self._ask()

    def take(self, task: DescribeTask, values: dict[str, float | None], reasons: dict[str, str]) -> None:
        """Show an answer, unless another film is on show by now."""
        if task is self._pending and task.microstructure is self._volume:
            self._fill(descriptor_rows(values, reasons))
            missing = sum(row.value is None for row in self.rows)
            verb = "is" if missing == 1 else "are"
            absent = f" {missing} of them {verb} not defined for this film; the remarks say why." if missing else ""
            self.words.setText(f"{len(self.rows)} descriptors of the film on show.{absent}")

    def take_failure(self, task: DescribeTask, message: str) -> None:
        """Say why there are none."""
        if task is self._pending:
            self.words.setText(message)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """Measure what is missing."""
        super().showEvent(event)
        self._ask()

    def csv(self) -> str:
        """The table as CSV: the selected rows, or all that are shown."""
        chosen = {index.row() for index in self.table.selectionModel().selectedRows()}
        places = [row for row in range(self.table.rowCount()) if not self.table.isRowHidden(row)]
        by_name = {row.name: row for row in self.rows}
        return descriptor_csv([by_name[self._text(row, NAME)] for row in places if not chosen or row in chosen])

    def _ask(self) -> None:
        if self._volume is not None and self._pending is None and self.isVisible():
            self._pending = DescribeTask(self._volume)
            self.words.setText(WAITING)
            self.task_requested.emit(self._pending)

    def _fill(self, rows: list[DescriptorRow]) -> None:
        self.rows = rows
        self.table.setSortingEnabled(False)
        self.table.setRowCount(len(rows))
        for place, row in enumerate(rows):
            texts = (row.title or row.name, row.symbol, row.text, row.unit, row.name, row.remark)
            for column, text in enumerate(texts):
                item = _Number(row.value) if column == VALUE else QTableWidgetItem()
                item.setText(text)
                if column == SYMBOL:
                    item.setData(RICH, symbol_html(text))
                item.setToolTip(f"{row.remark} {spec_of(row.name).source}".strip())
                self.table.setItem(place, column, item)
        self.table.setSortingEnabled(True)
        self._filter()
        self._show_possible()

    def _filter(self) -> None:
        words = self.search.text().casefold().split()
        for place in range(self.table.rowCount()):
            text = f"{self._text(place, 0)} {self._text(place, NAME)}".casefold()
            self.table.setRowHidden(place, not all(word in text for word in words))

    def _text(self, row: int, column: int) -> str:
        item = self.table.item(row, column)
        return item.text() if item is not None else ""

    def _show_possible(self) -> None:
        for button in (self.copy, self.save):
            button.setEnabled(bool(self.rows))

    def _copy(self) -> None:
        if self.rows:
            QGuiApplication.clipboard().setText(self.csv())
            self.message.emit("The descriptors are in the clipboard.")

    def _ask_save(self) -> None:
        ask_where(self, "Save the descriptors", Path.home() / f"{self._stem}.csv", "CSV", ".csv", self._save)

    def _save(self, path: Path) -> None:
        try:
            write_text_atomic(path, descriptor_csv(self.rows))
        except OSError as error:
            self.failed.emit(f"{path} could not be written ({error.strerror}); choose another folder.")
        else:
            self.message.emit(f"Written: {path}")

    def _lay_out(self) -> None:
        self.table.setHorizontalHeaderLabels(list(COLUMNS))
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setTabKeyNavigation(False)
        self.table.verticalHeader().hide()
        self._delegate = RichDelegate(self.table)
        self.table.setItemDelegateForColumn(SYMBOL, self._delegate)
        self.table.setShowGrid(False)
        self.table.setAlternatingRowColors(True)
        self.table.setWordWrap(False)
        header = self.table.horizontalHeader()
        header.setSortIndicatorClearable(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(REMARK, QHeaderView.ResizeMode.Interactive)
        header.resizeSection(REMARK, REMARK_WIDTH)
        header.setStretchLastSection(True)
        head = QHBoxLayout()
        head.addWidget(self.words, 1)
        for widget in (self.search, self.copy, self.save):
            head.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(SPACING)
        column.addLayout(head)
        column.addWidget(self.table, 1)


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
