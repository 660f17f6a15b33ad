"""Own volumes as a data set: what the files do not say is asked by the dialog that Open asks with, and remembered."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from microdesigner.app.store.import_memory import ImportMemory
from microdesigner.app.training_runs import datasets_folder
from microdesigner.app.volume_open import Choices
from microdesigner.app.workers.importing import Found, LookTask, PiecesTask, Undecided
from microdesigner.app.workers.messages import Task
from microdesigner.gui.background_task import BackgroundTask
from microdesigner.gui.compute_client import ComputeClient
from microdesigner.gui.importing.answers import choices_in_words
from microdesigner.gui.importing.import_dialog import ImportDialog
from microdesigner.gui.importing.pieces_form import PiecesForm
from microdesigner.gui.importing.source_choice import RecipeTable, SourceChoice
from microdesigner.gui.widgets.basics import NAME_WIDTH, CollapsibleSection, named, quiet
from microdesigner.gui.widgets.data_form import LATERAL_FACES, DataForm
from microdesigner.io.options import AS_THE_FILE_SAYS, ImportOptions
from microdesigner.io.orientation import turned_edges

LATERAL = (("as the file says, else the film ends there", None), *LATERAL_FACES)


class ImportForm(DataForm):
    """Looks into files as soon as they are chosen, has the dialog ask, imports in the background."""

    def __init__(self, task: BackgroundTask) -> None:
        super().__init__()
        self._task = task
        self._compute = ComputeClient(self)
        self._memory = ImportMemory()
        self._asked: Task | None = None
        self._sources: tuple[str, ...] = ()
        self.sources = SourceChoice()
        self.found: Found | None = None
        self.choices: Choices | None = None
        self.dialog: ImportDialog | None = None
        self.summary = quiet("HDF5 files with a volume per entry, folders of volumes or of slices, or one tomogram.")
        self.name = named(QLineEdit("imported"), "Name of the imported data set", "Name of the data set.")
        self.answers = quiet()
        self.change = named(QPushButton("How the files are read…"), "How the files are read",
            "Voxel size, lower face, and which value is which phase, with a layer that shows it.")  # fmt: skip
        self.lateral = named(QComboBox(), "Lateral faces", "Whether paths leave at one side and return at the other; "
                             "pieces cut from a film always end at their faces.")  # fmt: skip
        for title, kind in LATERAL:
            self.lateral.addItem(title, kind)
        self.pieces = PiecesForm()
        self.recipes = RecipeTable()
        self.origin = named(QLineEdit(), "Origin of the volumes",
            "Where they come from, their licence and citation: cards of models trained on them say so.")  # fmt: skip
        self.origin.setPlaceholderText("source, licence, citation")
        self.origin.setMinimumWidth(NAME_WIDTH)
        self.begin = named(QPushButton("Import"), "Import the volumes", "Measure every volume and make a data set.")
        self.begin.setProperty("role", "primary")
        self.name.setMinimumWidth(NAME_WIDTH)
        self._lay_out()
        self._connect()
        self._show_state()

    def choose(self, sources: tuple[str, ...]) -> None:
        """Look into files or folders."""
        self._close_dialog()
        self._sources, self.choices = sources, None
        self._look(AS_THE_FILE_SAYS)

    def plan(self) -> dict[str, Any]:
        """The answers, as the fields of an ImportPlan."""
        options = self.choices.options if self.choices else AS_THE_FILE_SAYS
        reading = self._reading(options)
        return {
            "sources": self._sources,
            "voxel_nm": options.voxel_nm,
            "cathode": self.choices.cathode if self.choices else None,
            "lateral": self.lateral.currentData(),
            "array": reading.array, "axes": reading.axes, "raw": reading.raw,
            "segmentation": options.segmentation, "mapping": options.mapping, "names": options.names,
            **self.pieces.answers(),
            "recipes": self.recipes.path, "origin": self.origin.text().strip(),
        }  # fmt: skip

    def _reading(self, options: ImportOptions) -> ImportOptions:
        """What readers of all files must be told; where each array is a volume, none is chosen."""
        each = self.found is not None and self.found.first[1] is not None
        return ImportOptions(array=None if each else options.array, axes=options.axes, raw=options.raw)

    def _ask(self, task: Task) -> None:
        self._asked = task
        self._compute.ask(task)

    def _connect(self) -> None:
        self._compute.answered.connect(lambda task, value: self._take(task, value))
        self._compute.failed.connect(lambda task, sentence, _: self._refuse(task, sentence))
        self.sources.chosen.connect(self.choose)
        self.change.clicked.connect(lambda: self._open_dialog(self.found.first) if self.found else None)
        self.pieces.changed.connect(lambda: self._count_pieces())
        self.pieces.cut.toggled.connect(lambda cut: self.lateral.setEnabled(not cut))
        self.begin.clicked.connect(lambda: self._start())

    def _look(self, reading: ImportOptions) -> None:
        """Look into the files as they are to be read."""
        self.found = None
        self.summary.setText("Looking…")
        self._show_state()
        self._ask(LookTask(self._sources, reading))

    def _take(self, task: Task, value: Any) -> None:
        if task is not self._asked:
            return  # something newer was asked, or the dialog
        if isinstance(value, Undecided):
            self._remember_or_ask(value.first)
        elif isinstance(value, Found):
            self._take_found(value)
        else:
            self.settled.emit()
            self.pieces.show_pieces(value)

    def _take_found(self, found: Found) -> None:
        self.found = found
        if self._open_questions():
            self._remember_or_ask(found.first)
            return
        self.summary.setText(found.summary)
        cathode = self.choices.cathode if self.choices else "z-"
        self.pieces.show_film(turned_edges(found.shape, cathode), found.count)
        self._show_state()
        self._count_pieces()

    def _remember_or_ask(self, first: tuple[Path, str | None]) -> None:
        known = self._memory.find(first[0])
        if known is not None and self.choices is None:
            self._use(known)
        else:
            self._open_dialog(first)

    def _open_questions(self) -> bool:
        """Whether the files leave something open that the user has not said."""
        if self.found is None or self.found.complete:
            return False
        return self.choices is None or (self.choices.options.voxel_nm or self.found.voxel_nm) is None

    def _open_dialog(self, first: tuple[Path, str | None]) -> None:
        path, item = first
        before = self.choices or self._memory.find(path)
        if item is not None:
            known = before or Choices()
            before = replace(known, options=replace(known.options, array=item))
        self.summary.setText(f"{path.name} leaves questions open." if self.found is None else self.found.summary)
        dialog = ImportDialog(path, self._compute, before, None, self.window(), for_training=True)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.given.connect(lambda choices: self._take_answers(path, choices))
        dialog.finished.connect(lambda _: self._forget(dialog))
        self._asked, self.dialog = None, dialog
        dialog.open()

    def _take_answers(self, path: Path, choices: Choices) -> None:
        self._memory.store(path, choices)
        self._use(choices)

    def _use(self, choices: Choices) -> None:
        self.choices = choices
        self._look(self._reading(choices.options))

    def _forget(self, dialog: ImportDialog) -> None:
        if self.dialog is dialog:
            self.dialog = None

    def _close_dialog(self) -> None:
        if self.dialog is not None:
            self.dialog.reject()

    def _count_pieces(self) -> None:
        cut = self.pieces.answers()["cut"]
        if self.found is None or cut is None:
            self.pieces.show_pieces(None)
            return
        cathode = self.choices.cathode if self.choices else "z-"
        self._ask(PiecesTask(turned_edges(self.found.shape, cathode), cut))

    def _refuse(self, task: Task, sentence: str) -> None:
        if task is self._asked:
            if isinstance(task, LookTask):
                self.summary.setText("")
            self.refused.emit(sentence)

    def _start(self) -> None:
        path = datasets_folder() / f"{self.name.text().strip()}.h5"
        if not self.name.text().strip() or "/" in self.name.text() or path.exists():
            self.refused.emit(f"There is a data set called {self.name.text()} already, or it has no name; change it.")
        elif self._open_questions():
            self.refused.emit("The files leave questions open; press 'How the files are read…' and answer them.")
        else:
            self.started.emit(path)
            workers = os.cpu_count() or 1
            self._task.start("microdesigner.app.workers.importing:import_volumes", path, self.plan(), workers)

    def _show_state(self) -> None:
        for widget in (self.answers, self._answers, self.begin):
            widget.setVisible(self.found is not None)
        if self.found is not None:
            self.answers.setText(f"Read as: {choices_in_words(self.choices, self.found.voxel_nm)}.")

    def _lay_out(self) -> None:
        self._answers = QWidget()
        form = QFormLayout(self._answers)
        form.setContentsMargins(0, 0, 0, 0)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.FieldsStayAtSizeHint)
        form.addRow("Name", self.name)
        form.addRow("Questions", self.change)
        form.addRow("Pieces", self.pieces)
        form.addRow("Lateral faces", self.lateral)
        form.addRow("Origin", self.origin)
        folded = QWidget()
        advanced = QFormLayout(folded)
        advanced.setContentsMargins(0, 0, 0, 0)
        advanced.addRow("Recipes", self.recipes)
        form.addRow(CollapsibleSection("Processing parameters", folded, "A table of recipes by file name."))
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 4, 0, 4)
        column.addWidget(self.sources)
        column.addWidget(self.summary)
        column.addWidget(self.answers)
        column.addWidget(self._answers)
        column.addWidget(self.begin, alignment=Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)

    def restyle(self) -> None:
        """Take over a changed light or dark look."""
        if self.dialog is not None:
            self.dialog.restyle()

    def close_tasks(self) -> None:
        """End what looks into files."""
        self._close_dialog()
        self._compute.close()
