"""Own volumes as a data set: what files do not say is asked, and a layer shows what becomes of them."""

import os
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from microdesigner.app.training_runs import datasets_folder
from microdesigner.app.workers.importing import Found, LookTask, PreviewTask
from microdesigner.app.workers.messages import Task
from microdesigner.app.workers.opening import Question
from microdesigner.gui.background_task import BackgroundTask
from microdesigner.gui.compute_client import ComputeClient
from microdesigner.gui.importing.edges import Edges
from microdesigner.gui.importing.layer import LayerPreview
from microdesigner.gui.importing.pieces_form import PiecesForm
from microdesigner.gui.importing.reading_form import CATHODES, ReadingForm, reading_fields
from microdesigner.gui.importing.segmentation_form import SegmentationForm
from microdesigner.gui.widgets.basics import NAME_WIDTH, CollapsibleSection, named, quiet
from microdesigner.gui.widgets.data_form import LATERAL_FACES, DataForm

LATERAL = (("as the file says, else the film ends there", None), *LATERAL_FACES)
PAUSE_MS = 150  # so that a value being typed asks for one preview


class ImportForm(DataForm):
    """Looks into files as soon as they are chosen, asks, previews every answer, imports in the background."""

    def __init__(self, task: BackgroundTask) -> None:
        super().__init__()
        self._task = task
        self._compute = ComputeClient(self)
        self._pending: Task | None = None
        self._sources: tuple[str, ...] = ()
        self.found: Found | None = None
        self.summary = quiet("HDF5 files with a volume per entry, folders of volumes or of slices, or one tomogram.")
        self.name = named(QLineEdit("imported"), "Name of the imported data set", "It is kept under this name.")
        self.reading = ReadingForm()
        self.voxel = Edges("Voxel edge along")
        self.cathode = named(QComboBox(), "Cathode side", "Which face of the volumes lies at the cathode.")
        self.lateral = named(QComboBox(), "Lateral faces", "Whether paths leave at one side and return at the other; "
                             "pieces cut from a film always end at their faces.")  # fmt: skip
        for title, kind in LATERAL:
            self.lateral.addItem(title, kind)
        self.segmentation = SegmentationForm()
        self.pieces = PiecesForm()
        self.recipes = named(QLineEdit(), "Recipes", "CSV table: file names first, then columns of numbers.")
        self.preview = LayerPreview()
        self.begin = named(QPushButton("Import"), "Import the volumes", "Measure every volume and make a data set.")
        self.begin.setProperty("role", "primary")
        self.name.setMinimumWidth(NAME_WIDTH)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._lay_out()
        self._connect()
        self._enable()

    def choose(self, sources: tuple[str, ...]) -> None:
        """Look into files or folders."""
        self._sources = sources
        self.reading.begin()
        self._look()

    def plan(self) -> dict[str, Any]:
        """The answers, as the fields of an ImportPlan."""
        return {
            "sources": self._sources,
            "voxel_nm": self.voxel.values() or None,
            "cathode": self.cathode.currentData(),
            "lateral": self.lateral.currentData(),
            **reading_fields(self.reading.options()),
            **self.segmentation.answers(),
            **self.pieces.answers(),
            "recipes": Path(self.recipes.text()) if self.recipes.text() else None,
        }

    def _ask(self, task: Task) -> None:
        self._pending = task
        self._compute.ask(task)

    def _connect(self) -> None:
        self._compute.answered.connect(lambda task, value: self._take(task, value))
        self._compute.failed.connect(lambda task, sentence, _: self._refuse(task, sentence))
        self._pause.timeout.connect(lambda: self._show_layer())
        self.reading.changed.connect(lambda: self._look())
        self.segmentation.changed.connect(lambda: self._show_layer_soon())
        self.pieces.changed.connect(lambda: self._show_layer_soon())
        self.cathode.currentIndexChanged.connect(lambda _: self._show_layer_soon())
        self.preview.histogram.dragged.connect(lambda _: self._let_drag())
        self.pieces.cut.toggled.connect(lambda cut: self.lateral.setEnabled(not cut))
        self.preview.limits_chosen.connect(self.segmentation.take_limits)
        self.begin.clicked.connect(lambda: self._start())

    def _take(self, task: Task, value: Any) -> None:
        if task is not self._pending:
            return  # something newer was asked
        if isinstance(value, Question):
            self._show_question(value)
        elif isinstance(task, LookTask):
            self._show_found(value)
        else:
            self.settled.emit()
            self.preview.show_preview(value)
            self.segmentation.show_preview(value)
            self.pieces.show_pieces(value)

    def _look(self) -> None:
        """Look into the files as they are to be read."""
        self._pause.stop()
        self._pending = None
        self.found = None
        self.preview.hide()
        self._enable()
        if sentence := self.reading.open_question:
            self.summary.setText(sentence)
        elif self._sources:
            self.summary.setText("Looking…")
            self._ask(LookTask(self._sources, self.reading.options()))

    def _show_question(self, question: Question) -> None:
        if question.topic == "raw":
            self.reading.ask_layout(*question.found)
        elif question.topic == "array":
            self.reading.show_arrays(question.found, None)
        else:
            self.refused.emit(question.sentence)
        self.summary.setText(self.reading.open_question)

    def _show_found(self, found: Found) -> None:
        self.found = found
        self.summary.setText(found.summary)
        self.reading.show_arrays(found.arrays, found.array)
        self.reading.show_axes(found.axes_from)
        if found.voxel_nm is None and found.edges_without_unit:
            self.voxel.show_without_unit(found.edges_without_unit)
        else:
            self.voxel.show_values(found.voxel_nm)
        self.cathode.blockSignals(True)
        self.cathode.clear()
        self.cathode.addItem("as the file says" if found.oriented else "please choose", None)
        for title, face in CATHODES:
            self.cathode.addItem(title, face)
        self.cathode.blockSignals(False)
        self.segmentation.show_found(found)
        self.pieces.show_found(found)
        self._enable()
        self._show_layer()

    def _let_drag(self) -> None:
        """What was asked before must not put the line back that the user holds."""
        self._pause.stop()
        self._pending = None

    def _show_layer_soon(self) -> None:
        self._pending = None
        self._pause.start()

    def _show_layer(self) -> None:
        if self.found is not None:
            self._ask(PreviewTask(self.found.first, self.plan()))

    def _refuse(self, task: Task, sentence: str) -> None:
        if task is self._pending:
            if isinstance(task, LookTask):
                self.summary.setText("")
            self.refused.emit(sentence)

    def _start(self) -> None:
        path = datasets_folder() / f"{self.name.text().strip()}.h5"
        if not self.name.text().strip() or "/" in self.name.text() or path.exists():
            self.refused.emit(f"There is a data set called {self.name.text()} already, or it has no name; change it.")
        elif self.voxel.given == "no unit":
            self.refused.emit("The files give voxel edges without a unit; choose the unit.")
        elif self.found is not None and not self.found.oriented and self.cathode.currentData() is None:
            self.refused.emit("These files do not say which side is the cathode's; choose it.")
        else:
            self.started.emit(path)
            workers = os.cpu_count() or 1
            self._task.start("microdesigner.app.workers.importing:import_volumes", path, self.plan(), workers)

    def _enable(self) -> None:
        for widget in (self._answers, self.begin):
            widget.setVisible(self.found is not None)

    def _choose_files(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(self, "Choose volumes", "")
        if names:
            self.choose(tuple(names))

    def _choose_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Choose a folder of volumes or slices")
        if name:
            self.choose((name,))

    def _choose_table(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Choose a table of recipes", "", "Tables (*.csv *.tsv *.txt)")
        if name:
            self.recipes.setText(name)

    def _lay_out(self) -> None:
        self.files = named(QPushButton("Files…"), "Choose files", "One or more files of volumes.")
        folder = named(QPushButton("Folder…"), "Choose a folder", "A folder of volumes or of numbered slices.")
        table = named(QPushButton("Browse…"), "Browse for recipes", "Choose the table.")
        for button, action in (
            (self.files, self._choose_files),
            (folder, self._choose_folder),
            (table, self._choose_table),
        ):
            button.clicked.connect(lambda _=False, action=action: action())
        self._answers = QWidget()
        form = QFormLayout(self._answers)
        form.setContentsMargins(0, 0, 0, 0)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.FieldsStayAtSizeHint)
        form.addRow("Name", self.name)
        form.addRow("Voxel size", self.voxel)
        form.addRow("Cathode at", self.cathode)
        form.addRow("Phases", self.segmentation)
        form.addRow(self.preview)
        form.addRow("Pieces", self.pieces)
        form.addRow("Lateral faces", self.lateral)
        folded = QWidget()
        advanced = QFormLayout(folded)
        advanced.setContentsMargins(0, 0, 0, 0)
        advanced.addRow("Recipes", _row(self.recipes, table))
        form.addRow(CollapsibleSection("Processing parameters", folded, "A table of recipes by file name."))
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 4, 0, 4)
        column.addWidget(_row(QLabel("Volumes"), self.files, folder))
        column.addWidget(self.summary)
        column.addWidget(self.reading)
        column.addWidget(self._answers)
        column.addWidget(self.begin, alignment=Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)

    def restyle(self) -> None:
        """Take over a changed light or dark look."""
        self.preview.restyle()

    def close_tasks(self) -> None:
        """End what looks into files."""
        self._pause.stop()
        self._compute.close()


def _row(*widgets: QWidget) -> QWidget:
    whole = QWidget()
    row = QHBoxLayout(whole)
    row.setContentsMargins(0, 0, 0, 0)
    for widget in widgets:
        row.addWidget(widget)
    row.addStretch(1)
    return whole
