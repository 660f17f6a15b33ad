"""The question on which terms films are shared."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QFormLayout, QLineEdit, QVBoxLayout, QWidget

from microdesigner.core.errors import InputError
from microdesigner.gui.widgets.basics import SPACING, named, quiet
from microdesigner.sharing import Terms

NOT_STATED = "not stated"
LICENCES = ("CC-BY-4.0", "CC0-1.0", "CC-BY-SA-4.0", "CC-BY-NC-4.0")
WORDS = (
    "An RO-Crate holds the film, the request that makes it again, what it measures, the model's card and hash and the "
    "versions of the software; no weights, and no folders or names of this computer."
)
WIDTH = 460


class ShareDialog(QDialog):
    """Asks; `ordered` tells the terms."""

    ordered = Signal(object)  # Terms

    def __init__(self, licence: str, authors: str, parent: QWidget) -> None:
        """`licence` and `authors` are what was answered last."""
        super().__init__(parent)
        self.licence = named(
            QComboBox(), "Licence", "What others may do: an identifier of the SPDX list or an address."
        )
        self.licence.setEditable(True)
        self.licence.addItems([NOT_STATED, *LICENCES])
        self.licence.setCurrentText(licence or NOT_STATED)
        self.authors = named(
            QLineEdit(authors), "Authors", "Names parted by semicolons, each with an ORCID after it or not."
        )
        self.authors.setPlaceholderText("Ada Lovelace 0000-0002-1825-0097; …")
        self.words = quiet(WORDS)
        self.problem = quiet()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.save = self.buttons.addButton("Save…", QDialogButtonBox.ButtonRole.AcceptRole)
        self._lay_out()
        self.licence.currentTextChanged.connect(self._show)
        self.authors.textChanged.connect(self._show)
        self.buttons.accepted.connect(self._order)
        self.buttons.rejected.connect(self.reject)
        self._show()

    def terms(self) -> Terms:
        """What is answered; raises InputError where it cannot be."""
        licence = self.licence.currentText().strip()
        authors = tuple(name.strip() for name in self.authors.text().split(";") if name.strip())
        return Terms("" if licence == NOT_STATED else licence, authors)

    def _show(self) -> None:
        """Say what cannot be."""
        try:
            self.terms()
        except InputError as error:
            self.problem.setText(str(error))
            self.save.setEnabled(False)
            return
        self.problem.setText("")
        self.save.setEnabled(True)

    def _order(self) -> None:
        self.accept()
        self.ordered.emit(self.terms())

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setSpacing(SPACING)
        form.addRow("Licence", self.licence)
        form.addRow("Authors", self.authors)
        column = QVBoxLayout(self)
        column.addWidget(self.words)
        column.addLayout(form)
        column.addWidget(self.problem)
        column.addWidget(self.buttons)
        self.setMinimumWidth(WIDTH)
