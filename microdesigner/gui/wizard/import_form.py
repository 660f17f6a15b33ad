"""Own volumes as a data set: what files do not say is asked, and a layer shows what becomes of it."""

import os
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
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

from microdesigner.app.dataset_work import Found, Preview
from microdesigner.app.training_runs import datasets_folder
from microdesigner.gui.task import Task
from microdesigner.gui.widgets.basics import Fold, named, quiet
from microdesigner.gui.wizard.edges import Edges, WholeEdges
from microdesigner.gui.wizard.layer import LayerPreview
from microdesigner.gui.wizard.segmentation_form import SegmentationForm

CATHODES = (("z = 0", "z-"), ("the last z layer", "z+"), ("x = 0", "x-"), ("the last x layer", "x+"),
            ("y = 0", "y-"), ("the last y layer", "y+"))  # fmt: skip
SMALLEST = (64, 64, 64)


class ImportForm(QWidget):
    """Looks into files as soon as they are chosen, asks, previews, imports in the background."""

    started = Signal(Path)
    refused = Signal(str)

    def __init__(self, task: Task) -> None:
        super().__init__()
        self._task = task
        self._look = Task(self)
        self._sources: tuple[str, ...] = ()
        self.found: Found | None = None
        self.summary = quiet("HDF5 files with a volume per entry, folders of volumes or of slices, or one tomogram.")
        self.name = named(QLineEdit("imported"), "Name of the imported data set", "It is kept under this name.")
        self.voxel = Edges("Voxel edge along", "nm", 0.0)
        self.cathode = named(QComboBox(), "Cathode side", "Which face of the volumes lies at the cathode.")
        self.segmentation = SegmentationForm()
        self.cut = named(QCheckBox("Cut into overlapping cubes over the whole thickness, stride 4"), "Cut into cubes",
            "Makes many volumes of a large one; pieces that share voxels stay on one side of the split.")  # fmt: skip
        self.resize_to = WholeEdges("Voxels along", SMALLEST)
        self.resized = named(QCheckBox("Resize to"), "Resize", "Training needs edges that are multiples of 32 voxels.")
        self.recipes = named(QLineEdit(), "Recipes", "CSV table: file names first, then columns of numbers.")
        self.preview = LayerPreview()
        self.begin = named(QPushButton("Import"), "Import the volumes", "Measure every volume and make a data set.")
        self._lay_out()
        self._connect()
        self._enable()

    def choose(self, sources: tuple[str, ...]) -> None:
        """Look into files or folders."""
        self._sources = sources
        self.summary.setText("Looking…")
        self._look.start("microdesigner.app.dataset_work:look_for_volumes", sources)

    def plan(self) -> dict[str, Any]:
        """The answers, as the fields of an ImportPlan."""
        return {
            "sources": self._sources,
            "voxel_nm": self.voxel.values() or None,
            "cathode": self.cathode.currentData(),
            **self.segmentation.answers(),
            "cut": {"stride": 4} if self.cut.isChecked() else None,
            "resize": self.resize_to.values() if self.resized.isChecked() else None,
            "recipes": Path(self.recipes.text()) if self.recipes.text() else None,
        }

    def _connect(self) -> None:
        self._look.result.connect(lambda event: self._take(event))
        self._look.failed.connect(lambda sentence, _: self._refuse(sentence))
        self.segmentation.preview_wanted.connect(self._show_layer)
        self.begin.clicked.connect(lambda: self._start())

    def _take(self, event: Found | Preview) -> None:
        if isinstance(event, Preview):
            self.preview.show_layer(event)
            return
        self.found = event
        self.summary.setText(event.summary)
        self.voxel.show_values(event.voxel_nm)
        self.cathode.clear()
        if event.oriented:
            self.cathode.addItem("as the file says", None)
        else:
            self.cathode.addItem("please choose", None)
        for title, face in CATHODES:
            self.cathode.addItem(title, face)
        self.segmentation.show_found(event)
        large = any(edge % 32 for edge in event.shape)
        self.resized.setChecked(large)
        self._enable()

    def _show_layer(self) -> None:
        if self.found is not None:
            self._look.start("microdesigner.app.dataset_work:preview_import", self.plan())

    def _refuse(self, sentence: str) -> None:
        if self.summary.text() == "Looking…":
            self.summary.setText("")
        self.refused.emit(sentence)

    def _start(self) -> None:
        path = datasets_folder() / f"{self.name.text().strip()}.h5"
        if not self.name.text().strip() or "/" in self.name.text() or path.exists():
            self.refused.emit(f"There is a data set called {self.name.text()} already, or it has no name; change it.")
        elif self.found is not None and not self.found.oriented and self.cathode.currentData() is None:
            self.refused.emit("These files do not say which side is the cathode's; choose it.")
        else:
            self.started.emit(path)
            workers = os.cpu_count() or 1
            self._task.start("microdesigner.app.dataset_work:import_volumes", path, self.plan(), workers)

    def _enable(self) -> None:
        for widget in (self._answers, self.begin):
            widget.setVisible(self.found is not None)

    def _files(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(self, "Choose volumes", "")
        if names:
            self.choose(tuple(names))

    def _folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Choose a folder of volumes or slices")
        if name:
            self.choose((name,))

    def _table(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Choose a table of recipes", "", "Tables (*.csv *.tsv *.txt)")
        if name:
            self.recipes.setText(name)

    def _lay_out(self) -> None:
        files = named(QPushButton("Files…"), "Choose files", "One or more files of volumes.")
        folder = named(QPushButton("Folder…"), "Choose a folder", "A folder of volumes or of numbered slices.")
        table = named(QPushButton("Browse…"), "Browse for recipes", "Choose the table.")
        for button, action in ((files, self._files), (folder, self._folder), (table, self._table)):
            button.clicked.connect(lambda _=False, action=action: action())
        self._answers = QWidget()
        form = QFormLayout(self._answers)
        form.setContentsMargins(0, 0, 0, 0)
        form.addRow("Name", self.name)
        form.addRow("Voxel size", self.voxel)
        form.addRow("Cathode at", self.cathode)
        form.addRow("Phases", self.segmentation)
        form.addRow("", self.preview)
        form.addRow("", self.cut)
        form.addRow("", _row(self.resized, self.resize_to))
        folded = QWidget()
        advanced = QFormLayout(folded)
        advanced.setContentsMargins(0, 0, 0, 0)
        advanced.addRow("Recipes", _row(self.recipes, table))
        form.addRow(Fold("Processing parameters", folded, "A table of recipes by file name."))
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 4, 0, 4)
        column.addWidget(_row(QLabel("Volumes"), files, folder))
        column.addWidget(self.summary)
        column.addWidget(self._answers)
        column.addWidget(self.begin, alignment=Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)

    def close_tasks(self) -> None:
        """End what looks into files."""
        self._look.close()


def _row(*widgets: QWidget) -> QWidget:
    whole = QWidget()
    row = QHBoxLayout(whole)
    row.setContentsMargins(0, 0, 0, 0)
    for widget in widgets:
        row.addWidget(widget)
    row.addStretch(1)
    return whole
