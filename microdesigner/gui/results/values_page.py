"""The page with every descriptor and property of the film on show, to be sorted, searched, copied and saved."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from microdesigner.app.descriptor_table import descriptor_csv, descriptor_rows
from microdesigner.app.workers.measuring import DescribeTask, PropertiesTask
from microdesigner.core.material_constants import MaterialConstants, store_constants, stored_constants
from microdesigner.core.microstructure import PHASE_NAMES, Microstructure
from microdesigner.core.paths import write_text_atomic
from microdesigner.gui.results.constants_dialog import ConstantsDialog
from microdesigner.gui.results.values_table import ValuesTable
from microdesigner.gui.widgets.basics import SPACING, named, quiet, tool_button
from microdesigner.gui.widgets.replacing import ask_where

SETS = {"descriptors": "Descriptors", "properties": "Properties"}
PROPERTIES = "What the film on show does, with your material constants; computing takes a minute or so."
COMPUTING = "Computing the properties of the film on show…"
WAITING = "Measuring all descriptors of the film on show; some seconds for a film of the models' size…"
EMPTY = "Open or generate a film to see all its descriptors."


class ValuesPage(QWidget):
    """Measures the film on show once the page is looked at; properties, which take longer, once they are asked for."""

    task_requested = Signal(object)  # DescribeTask or PropertiesTask
    task_cancelled = Signal(object)  # PropertiesTask
    message = Signal(str)
    failed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._volume: Microstructure | None = None
        self._pending: DescribeTask | PropertiesTask | None = None
        self._found: dict[str, tuple[dict[str, float | None], dict[str, str]]] = {}  # answers for the film on show
        self.constants = stored_constants()
        self._stem = "film"
        self.words = quiet(EMPTY)
        self.search = named(
            QLineEdit(), "Search the descriptors", "Show descriptors whose name or title contains these words."
        )
        self.search.setPlaceholderText("Search")
        self.search.setClearButtonEnabled(True)
        self.which = named(QComboBox(), "Kind of values", "Descriptors of the structure, or properties: what it does.")
        for name, title in SETS.items():
            self.which.addItem(title, name)
        self.which.currentIndexChanged.connect(lambda _: self._turn())
        self.run = named(QPushButton("Compute"), "Compute the properties", PROPERTIES)
        self.run.clicked.connect(self._compute)
        self.cancel = named(QPushButton("Cancel"), "Cancel the computation", "Stop computing the properties.")
        self.cancel.clicked.connect(self._cancel)
        self.bar = named(QProgressBar(), "Progress of the properties", "How many of the properties are computed.")
        self.choose = tool_button(
            "Constants…", "Material constants", "Change what the properties depend on.", self._ask_constants
        )
        self.table = named(ValuesTable(), "Descriptors", "Every descriptor of the film on show.")
        self.search.textChanged.connect(self.table.search)
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
            self._cancel()
            self._volume, self._pending, self._found = volume, None, {}
            self._turn()

    def take(
        self, task: DescribeTask | PropertiesTask, values: dict[str, float | None], reasons: dict[str, str]
    ) -> None:
        """Keep an answer, and show it if it is asked for, unless another film is on show by now."""
        if task is self._pending and task.microstructure is self._volume:
            self._pending = None
            self._found[_set_of(task)] = values, reasons
            self._turn()

    def take_failure(self, task: DescribeTask | PropertiesTask, message: str) -> None:
        """Say why there are none."""
        if task is self._pending:
            self._pending = task if isinstance(task, DescribeTask) else None  # which may be tried again
            self._show_possible()
            self.words.setText(message)

    def show_progress(self, task: object, done: int, total: int) -> None:
        """Show how far the properties are."""
        if task is self._pending and isinstance(task, PropertiesTask):
            self.bar.setRange(0, total)
            self.bar.setValue(done)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """Measure what is missing."""
        super().showEvent(event)
        self._ask()

    def _turn(self) -> None:
        """Show what is known of the kind of values that is chosen, or ask for it."""
        kind = self.which.currentData()
        known = self._found.get(kind)
        self.table.show_rows(descriptor_rows(*known) if known else [])
        self._show_possible()
        if known:
            self.words.setText(self._told(SETS[kind].lower()))
        elif self._volume is None:
            self.words.setText(EMPTY)
        elif kind == "properties":
            self.words.setText(COMPUTING if isinstance(self._pending, PropertiesTask) else PROPERTIES)
        else:
            self._ask()

    def _told(self, what: str) -> str:
        missing = sum(row.value is None for row in self.table.rows)
        verb = "is" if missing == 1 else "are"
        absent = f" {missing} of them {verb} not defined for this film; the remarks say why." if missing else ""
        return f"{len(self.table.rows)} {what} of the film on show.{absent}"

    def _ask(self) -> None:
        wanted = self.which.currentData() == "descriptors" and "descriptors" not in self._found
        if self._volume is not None and wanted and self.isVisible():
            self.words.setText(WAITING)
            if not isinstance(self._pending, DescribeTask):
                self._cancel()
                self._request(DescribeTask(self._volume))

    def _compute(self) -> None:
        if self._volume is not None:
            self._found.pop("properties", None)
            self._request(PropertiesTask(self._volume, self.constants))
            self.bar.setRange(0, 0)
            self._turn()

    def _request(self, task: DescribeTask | PropertiesTask) -> None:
        self._pending = task
        self.task_requested.emit(task)

    def _cancel(self) -> None:
        if isinstance(task := self._pending, PropertiesTask):
            self._pending = None
            self.task_cancelled.emit(task)
            self._turn()

    def _ask_constants(self) -> None:
        names = PHASE_NAMES if self._volume is None else self._volume.phase_names
        dialog = ConstantsDialog(self.constants, self, names)
        dialog.chosen.connect(self._use_constants)
        dialog.open()

    def _use_constants(self, constants: MaterialConstants) -> None:
        if constants == self.constants:
            return
        self.constants = constants
        try:
            store_constants(constants)
        except OSError as error:
            self.failed.emit(f"The material constants could not be saved ({error.strerror}).")
        self._cancel()
        self._found.pop("properties", None)  # they are of other constants
        self._turn()

    def _show_possible(self) -> None:
        for button in (self.copy, self.save):
            button.setEnabled(bool(self.table.rows))
        properties = self.which.currentData() == "properties"
        running = isinstance(self._pending, PropertiesTask)
        self.choose.setVisible(properties)
        self.run.setVisible(properties and not running)
        self.run.setEnabled(self._volume is not None)
        for widget in (self.bar, self.cancel):
            widget.setVisible(properties and running)

    def _copy(self) -> None:
        if self.table.rows:
            QGuiApplication.clipboard().setText(self.table.csv())
            self.message.emit("The descriptors are in the clipboard.")

    def _ask_save(self) -> None:
        ask_where(self, "Save the descriptors", Path.home() / f"{self._stem}.csv", "CSV", ".csv", self._save)

    def _save(self, path: Path) -> None:
        try:
            write_text_atomic(path, descriptor_csv(self.table.rows))
        except OSError as error:
            self.failed.emit(f"{path} could not be written ({error.strerror}); choose another folder.")
        else:
            self.message.emit(f"Written: {path}")

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        for about_values in (self.which, self.run, self.bar, self.cancel, self.choose):
            head.addWidget(about_values)
        head.addStretch(1)
        for about_table in (self.search, self.copy, self.save):
            head.addWidget(about_table)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(SPACING)
        column.addLayout(head)
        column.addWidget(self.words)  # beside the buttons it would be a column of single words
        column.addWidget(self.table, 1)


def _set_of(task: DescribeTask | PropertiesTask) -> str:
    return "properties" if isinstance(task, PropertiesTask) else "descriptors"
