"""A longer text to read, copy or save: details of an error, a report."""

from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from microdesigner.core.paths import write_text_atomic
from microdesigner.gui.widgets.basics import fit_screen, named
from microdesigner.gui.widgets.replacing import ask_where

START_SIZE = QSize(760, 480)


class DetailsDialog(QDialog):
    """A sentence above the text."""

    def __init__(self, title: str, sentence: str, text: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.words = QLabel(sentence)
        self.words.setWordWrap(True)
        self.text = named(QPlainTextEdit(text), title, "The text can be marked and copied.")
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        copy = buttons.addButton("Copy", QDialogButtonBox.ButtonRole.ActionRole)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text.toPlainText()))
        save = buttons.addButton("Save…", QDialogButtonBox.ButtonRole.ActionRole)
        save.clicked.connect(self._ask)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(self.words)
        column.addWidget(self.text, 1)
        column.addWidget(buttons)
        fit_screen(self, START_SIZE)

    def save(self, path: Path) -> None:
        """Write the text to a file."""
        try:
            write_text_atomic(path, self.text.toPlainText() + "\n")
        except OSError as error:
            self.words.setText(f"The file could not be written ({error}); choose another folder.")
        else:
            self.words.setText(f"Written: {path}")

    def _ask(self) -> None:
        ask_where(self, "Save", Path.home() / "microdesigner-report.txt", "Text", ".txt", self.save)
