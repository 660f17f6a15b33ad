"""A window about one model, with what may be done to the user's own."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPushButton, QTextBrowser, QVBoxLayout, QWidget

from microdesigner.app.catalogue import InstalledModel
from microdesigner.app.model_page import is_own, page
from microdesigner.gui.widgets.basics import fit_screen, named

START_SIZE = QSize(720, 600)
SHIPPED = "This model is part of the program and stays as it is."


class ModelPage(QDialog):
    """Shows a card and tells what the user wants of the model."""

    rename_requested = Signal()
    export_requested = Signal()
    delete_requested = Signal()

    def __init__(self, model: InstalledModel, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"Model {model.card.name}")
        self.text = named(
            QTextBrowser(), "About the model", "What the model makes, how well, and what it learned from."
        )
        self.text.setHtml(page(model))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.rename = _button(buttons, "Rename…", "Give the model another name.")
        self.export = _button(buttons, "Export…", "Write the model as one file, for others or another machine.")
        self.delete = _button(buttons, "Delete…", "Remove the model for good, after a question.")
        own = is_own(model)
        for button in (self.rename, self.delete):
            button.setEnabled(own)
            if not own:
                button.setToolTip(SHIPPED)
        for button, signal in (
            (self.rename, self.rename_requested), (self.export, self.export_requested),
            (self.delete, self.delete_requested),
        ):  # fmt: skip
            button.clicked.connect(signal)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(self.text, 1)
        column.addWidget(buttons)
        fit_screen(self, START_SIZE)


def _button(buttons: QDialogButtonBox, text: str, tip: str) -> QPushButton:
    button = buttons.addButton(text, QDialogButtonBox.ButtonRole.ActionRole)
    button.setToolTip(tip)
    return button
