"""Which files of many films are written, and where to; and how that goes on."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QGridLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from microdesigner.app.export_files import COMPANIONS
from microdesigner.app.store.history_rows import Entry
from microdesigner.app.workers.film_export import TABLE, Exported, FilmExport
from microdesigner.gui.background_task import BackgroundTask
from microdesigner.gui.history.captions import file_stem
from microdesigner.gui.widgets.basics import SPACING, named, quiet
from microdesigner.gui.widgets.number_field import NumberField
from microdesigner.gui.widgets.replacing import ask_to_replace
from microdesigner.gui.widgets.thumbnails import Colours, thumbnail
from microdesigner.io.mixed_phase import USUAL_DONOR_SHARE

ENLARGED = 5


class ExportDialog(QDialog):
    """Asks what to write of some films; nothing is chosen for good before the existing files are named."""

    ordered = Signal(object)  # FilmExport

    def __init__(self, history: Path, films: Sequence[Entry], folder: Path, colours: Colours, parent: QWidget) -> None:
        from microdesigner.io.registry import FORMATS

        super().__init__(parent)
        self._history, self._colours = history, colours
        self._films = [(entry, file_stem(entry)) for entry in films]
        self.setWindowTitle(f"Export {len(films)} films" if len(films) > 1 else "Export 1 film")
        self.volumes = named(QCheckBox("Volumes"), "Volumes", "Write the voxels of each film.")
        self.volumes.setChecked(True)
        self.format = named(QComboBox(), "Format", "Format of the volumes.")
        for name, entry in FORMATS.items():
            beside = "".join(f" and {suffix}" for suffix in COMPANIONS.get(entry.extensions[0], ()))
            self.format.addItem(f"{entry.title} ({entry.extensions[0]}{beside})", name)
        self.mixed = named(NumberField(), "Share of mixed voxels that become donor", "The format holds no mixed phase: "
                           "its voxels become donor or acceptor at random, this share of them donor.")  # fmt: skip
        self.mixed.setRange(0, 1)
        self.mixed.setSingleStep(0.1)
        self.mixed.setValue(USUAL_DONOR_SHARE)
        self.mixed_words = QLabel("Share of mixed voxels that become donor")
        self.table = named(QCheckBox(f"Table of values ({TABLE})"), "Table", "Targets, measured values and recipes.")
        self.reports = named(
            QCheckBox("Report of each film (.html)"), "Reports", "A page with picture, values and recipe of each film."
        )
        self.folder = named(QLineEdit(str(folder)), "Folder", "Where the files go; it is made where there is none.")
        self.browse = named(QPushButton("Browse…"), "Choose the folder", "Choose the folder.")
        self.words = quiet()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.export = self.buttons.addButton("Export", QDialogButtonBox.ButtonRole.AcceptRole)
        self._lay_out()
        for box in (self.volumes, self.table, self.reports):
            box.toggled.connect(self._show)
        self.format.currentIndexChanged.connect(self._show)
        self.folder.textChanged.connect(self._show)
        self.browse.clicked.connect(self._browse)
        self.buttons.accepted.connect(self._order)
        self.buttons.rejected.connect(self.reject)
        self._show()

    def plan(self) -> FilmExport:
        """What is asked for."""
        return FilmExport(
            self._history,
            Path(self.folder.text()).expanduser(),
            self._films,
            self.format.currentData() if self.volumes.isChecked() else "",
            self.table.isChecked(),
            partial(thumbnail, colours=self._colours, enlarged=ENLARGED) if self.reports.isChecked() else None,
            self.mixed.value(),
        )

    def _show(self) -> None:
        from microdesigner.io.registry import named_format

        self.format.setEnabled(self.volumes.isChecked())
        for widget in (self.mixed, self.mixed_words):
            widget.setVisible(self.volumes.isChecked() and not named_format(self.format.currentData()).holds_mixed)
        files = len(self.plan().names())
        self.export.setEnabled(bool(files and self.folder.text().strip()))
        self.words.setText(f"{files} files will be written." if files != 1 else "1 file will be written.")

    def _browse(self) -> None:
        if folder := QFileDialog.getExistingDirectory(self, "Export films to", self.folder.text()):
            self.folder.setText(folder)

    def _order(self) -> None:
        plan = self.plan()
        ask_to_replace(self, plan.existing(), plan.folder, lambda: self._accept(plan))

    def _accept(self, plan: FilmExport) -> None:
        self.accept()
        self.ordered.emit(plan)

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACING)
        grid.setVerticalSpacing(SPACING)
        grid.addWidget(self.volumes, 0, 0)
        grid.addWidget(self.format, 0, 1, 1, 2)
        grid.addWidget(self.mixed_words, 1, 1)
        grid.addWidget(self.mixed, 1, 2)
        grid.addWidget(self.table, 2, 0, 1, 3)
        grid.addWidget(self.reports, 3, 0, 1, 3)
        grid.addWidget(QLabel("Folder"), 4, 0)
        grid.addWidget(self.folder, 4, 1)
        grid.addWidget(self.browse, 4, 2)
        grid.setColumnMinimumWidth(1, 320)
        grid.setColumnStretch(1, 1)
        column = QVBoxLayout(self)
        column.addLayout(grid)
        column.addWidget(self.words)
        column.addWidget(self.buttons)


class FilmExporter(QObject):
    """Writes one order after the other beside the window; an order during another waits for none and is refused."""

    message = Signal(str)
    failed = Signal(str, str)  # sentence, details

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.task = BackgroundTask(self)
        self._plan: FilmExport | None = None
        self._done = 0
        self.task.progressed.connect(lambda progress: setattr(self, "_done", progress.done))
        self.task.result.connect(self._report)
        self.task.cancelled.connect(self._say_cancelled)
        self.task.failed.connect(self.failed)

    def start(self, plan: FilmExport) -> None:
        """Begin to write."""
        self._plan, self._done = plan, 0
        self.task.start("microdesigner.app.workers.film_export:export_films", plan)

    def _report(self, exported: Exported) -> None:
        assert self._plan is not None
        films = "1 film" if exported.films == 1 else f"{exported.films} films"
        self.message.emit(f"Written: {films} in {self._plan.folder}")
        if exported.problems:
            count = len(exported.problems)
            missing = "One film" if count == 1 else f"{count} films"
            sentence = f"{missing} could not be exported: {exported.problems[0]}"
            self.failed.emit(sentence, "\n".join(exported.problems))

    def _say_cancelled(self) -> None:
        assert self._plan is not None
        self.message.emit(f"Export stopped: {self._done} of {len(self._plan.films)} films are in {self._plan.folder}.")
