"""Where own volumes come from: buttons for files and folders, and a field for the table of their recipes."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QLineEdit, QPushButton, QWidget

from microdesigner.gui.widgets.basics import named


class SourceChoice(QWidget):
    """Asks for files, or for one folder."""

    chosen = Signal(object)  # tuple of paths

    def __init__(self) -> None:
        super().__init__()
        self.files = named(QPushButton("Files…"), "Choose files", "One or more files of volumes.")
        self.folder = named(QPushButton("Folder…"), "Choose a folder", "A folder of volumes or of numbered slices.")
        self.files.clicked.connect(lambda: self._choose_files())
        self.folder.clicked.connect(lambda: self._choose_folder())
        _lay_out(self, QLabel("Volumes"), self.files, self.folder)

    def _choose_files(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(self, "Choose volumes", "")
        if names:
            self.chosen.emit(tuple(names))

    def _choose_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Choose a folder of volumes or slices")
        if name:
            self.chosen.emit((name,))


class RecipeTable(QWidget):
    """The path of a table of recipes, written or chosen; `path` is None where there is none."""

    def __init__(self) -> None:
        super().__init__()
        self.field = named(QLineEdit(), "Recipes", "CSV table: file names first, then columns of numbers.")
        browse = named(QPushButton("Browse…"), "Browse for recipes", "Choose the table.")
        browse.clicked.connect(lambda: self._choose())
        _lay_out(self, self.field, browse)

    @property
    def path(self) -> Path | None:
        """Of the table."""
        return Path(self.field.text()) if self.field.text() else None

    def _choose(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Choose a table of recipes", "", "Tables (*.csv *.tsv *.txt)")
        if name:
            self.field.setText(name)


def _lay_out(whole: QWidget, *widgets: QWidget) -> None:
    row = QHBoxLayout(whole)
    row.setContentsMargins(0, 0, 0, 0)
    for widget in widgets:
        row.addWidget(widget)
    row.addStretch(1)
