"""Where the training data come from: simulated, imported, or a data set that is there."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QRadioButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
    QWizardPage,
)

from microdesigner.app.training_runs import datasets_folder
from microdesigner.gui.background_task import BackgroundTask
from microdesigner.gui.training.simulate_form import SimulateForm
from microdesigner.gui.widgets.basics import SPACING, named, quiet
from microdesigner.gui.widgets.data_form import DataForm
from microdesigner.gui.widgets.messages import ErrorBar
from microdesigner.gui.widgets.task_bar import TaskBar

KINDS = (
    ("Simulate a new set", "Anneal films by the Cahn-Hilliard equation and learn from them.",
     "Press Simulate; Next becomes available when the data set is complete."),
    ("Import my volumes", "HDF5 files, folders of volumes, or a tomogram that is cut into pieces.",
     "Choose files, say what they hold and press Import; Next becomes available when the data set is complete."),
    ("Open a data set", "A file that was simulated or imported before.", "Choose a data set."),
)  # fmt: skip


class DataPage(QWizardPage):
    """Complete once a data set file is there."""

    def __init__(self, import_form: Callable[[BackgroundTask], DataForm]) -> None:
        super().__init__()
        self.setTitle("Data")
        self.setSubTitle("A model learns from volumes whose phase fractions and transport paths were measured.")
        self.dataset: Path | None = None
        self.task = BackgroundTask(self)
        self.error_bar = ErrorBar()
        self.error_bar.hide()
        self.simulate = SimulateForm(self.task)
        self.importing = import_form(self.task)
        self.open = _OpenForm()
        self.kinds = QButtonGroup(self)
        self.forms = QStackedWidget()
        self.ready = quiet()
        self._coming: Path | None = None
        self._lay_out()
        self._connect()
        self.kinds.buttons()[0].setChecked(True)

    def isComplete(self) -> bool:  # noqa: N802
        """Whether there is a data set to go on with."""
        return self.dataset is not None and not self.task.running

    def restyle(self) -> None:
        """Take over a changed light or dark look."""
        self.importing.restyle()

    def _connect(self) -> None:
        self.kinds.idToggled.connect(lambda number, on: self._choose(number) if on else None)
        for form in (self.simulate, self.importing):
            form.started.connect(self._begin)
            form.refused.connect(lambda sentence: self.error_bar.show_error(sentence))
        self.importing.settled.connect(self.error_bar.hide)
        self.open.chosen.currentIndexChanged.connect(lambda _: self._take(self.open.path))
        self.task.finished.connect(lambda: self._arrived())
        self.task.failed.connect(self._fail)
        self.task.cancelled.connect(lambda: self._end("Cancelled; what is finished is used when you start again."))

    def _begin(self, path: Path) -> None:
        self.error_bar.hide()
        self._coming = path
        self._take(None)
        self._lock(True)

    def _arrived(self) -> None:
        if self._coming is not None:
            path, self._coming = self._coming, None
            self._end("")
            self._take(path)

    def _fail(self, sentence: str, details: str) -> None:
        self._end("")
        self.error_bar.show_error(sentence, details)

    def _end(self, words: str) -> None:
        self._lock(False)
        self.ready.setText(words)
        self.completeChanged.emit()

    def _take(self, path: Path | None) -> None:
        self.dataset = path
        self.ready.setText(f"Ready: {path}" if path else "" if self.task.running else KINDS[self.kinds.checkedId()][2])
        self.completeChanged.emit()

    def _choose(self, number: int) -> None:
        self.forms.setCurrentIndex(number)
        self._take(self.open.path if number == len(KINDS) - 1 else None)

    def _lock(self, locked: bool) -> None:
        for button in self.kinds.buttons():
            button.setEnabled(not locked)
        self.forms.setEnabled(not locked)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.addWidget(self.error_bar)
        row = QHBoxLayout()
        row.setSpacing(2 * SPACING)
        for number, (title, tooltip, _) in enumerate(KINDS):
            button = named(QRadioButton(title), title, tooltip)
            self.kinds.addButton(button, number)
            row.addWidget(button)
        row.addStretch(1)
        column.addLayout(row)
        for form in (self.simulate, self.importing, self.open):
            self.forms.addWidget(_scrolled(form))
        column.addWidget(self.forms, 1)
        column.addWidget(TaskBar(self.task))
        column.addWidget(self.ready)


class _OpenForm(QWidget):
    """The user's data sets, or a file from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.chosen = named(QComboBox(), "Data set", "Data sets that were made here before.")
        self.chosen.addItem("Choose a data set", None)
        for path in sorted(datasets_folder().glob("*.h5")):
            self.chosen.addItem(path.stem, path)
        browse = named(QPushButton("Browse…"), "Browse for a data set", "Open a data set file from elsewhere.")
        browse.clicked.connect(lambda: self._browse())
        row = QHBoxLayout()
        row.addWidget(QLabel("Data set"))
        row.addWidget(self.chosen, 1)
        row.addWidget(browse)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 4, 0, 4)
        column.addLayout(row)
        column.addStretch(1)

    @property
    def path(self) -> Path | None:
        """The chosen file."""
        path: Path | None = self.chosen.currentData()
        return path

    def _browse(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Open a data set", "", "Data sets (*.h5 *.hdf5)")
        if name:
            self.chosen.addItem(name, Path(name))
            self.chosen.setCurrentIndex(self.chosen.count() - 1)


def _scrolled(content: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidget(content)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    return area
