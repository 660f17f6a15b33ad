"""Version, licences and citation."""

from html import escape

from PySide6.QtCore import QSize
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPushButton, QTextBrowser, QVBoxLayout, QWidget

from microdesigner import __version__
from microdesigner.app.about import CITATION, LICENCE, libraries
from microdesigner.gui.background_task import BackgroundTask
from microdesigner.gui.widgets.basics import SPACING, fit_screen, heading, named, quiet

ASKING = "Asking for newer versions…"
START_SIZE = QSize(620, 560)


class AboutDialog(QDialog):
    """What this program is, what it is made of, and how to cite it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("About microdesigner")
        self.version = QLabel(f"<b>microdesigner {__version__}</b><br>Released under the {LICENCE} licence.")
        self.citation = QLabel(CITATION)
        self.citation.setWordWrap(True)
        self.citation.setTextInteractionFlags(self.citation.textInteractionFlags().TextSelectableByMouse)
        self.libraries = named(QTextBrowser(), "Libraries and their licences", "")
        self.libraries.setHtml(_table(libraries()))
        self.update_words = quiet()
        self.update_words.hide()
        self.check = QPushButton("Check for updates")
        self._asking = BackgroundTask(self)
        self._asking.result.connect(self._show_update_words)
        self._asking.failed.connect(self._show_update_words)
        self._asking.finished.connect(lambda: self.check.setEnabled(True))
        self.finished.connect(self._asking.close)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.addButton(self.check, QDialogButtonBox.ButtonRole.ActionRole)
        self.check.clicked.connect(self.check_for_updates)
        self.copy = buttons.addButton("Copy citation", QDialogButtonBox.ButtonRole.ActionRole)
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(CITATION))
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 12)
        column.setSpacing(SPACING)
        for widget in (self.version, self.update_words, heading("How to cite"), self.citation, heading("Libraries")):
            column.addWidget(widget)
        column.addWidget(self.libraries, 1)
        column.addWidget(buttons)
        fit_screen(self, START_SIZE)

    def check_for_updates(self) -> None:
        """Ask whether there is a newer version, and tell the answer under this one's."""
        self.check.setEnabled(False)
        self._show_update_words(ASKING)
        self._asking.start("microdesigner.app.updates:check")

    def _show_update_words(self, sentence: str, details: str = "") -> None:
        self.update_words.setText(sentence)
        self.update_words.show()
        self.check.setEnabled(sentence != ASKING)


def _table(rows: list[tuple[str, str, str]]) -> str:
    cells = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f'<table cellspacing="0" cellpadding="3">{cells}</table>'
