"""A dialog for the material constants that properties depend on, each with unit, meaning and source."""

from typing import Any

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from microdesigner.app.numbers import plain_number
from microdesigner.core.documents import convert_document
from microdesigner.core.errors import InputError
from microdesigner.core.material_constants import CONSTANTS, MaterialConstants
from microdesigner.gui.widgets.basics import SPACING, named, quiet

PHASES = {"D": "donor", "A": "acceptor", "M": "mixed"}
WORDS = "What properties depend on. Each field tells its meaning and where its first value is from."
REMEDY = "mend the field"
FIELD_WIDTH = 96


class ConstantsDialog(QDialog):
    """Edits the constants; they hold once the dialog is accepted."""

    chosen = Signal(object)  # MaterialConstants

    def __init__(self, constants: MaterialConstants, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Material constants")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.fields: dict[tuple[str, str], QLineEdit] = {}
        self.boxes: dict[str, QCheckBox] = {}
        self.problem = quiet()
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok
            | QDialogButtonBox.StandardButton.Cancel
            | QDialogButtonBox.StandardButton.RestoreDefaults
        )
        self._lay_out(msgspec.to_builtins(constants))
        self.show_constants(constants)
        self.buttons.accepted.connect(self._take)
        self.buttons.rejected.connect(self.reject)
        defaults = self.buttons.button(QDialogButtonBox.StandardButton.RestoreDefaults)
        defaults.clicked.connect(lambda: self.show_constants(MaterialConstants()))

    def show_constants(self, constants: MaterialConstants) -> None:
        """Fill the fields."""
        for name, value in msgspec.to_builtins(constants).items():
            if name in self.boxes:
                self.boxes[name].setChecked(value)
            else:
                for part, number in _parts(value).items():
                    self.fields[name, part].setText(f"{number:g}")

    def _take(self) -> None:
        try:
            constants = convert_document(self._document(), MaterialConstants, "this dialog", "a constant", REMEDY)
        except InputError as error:
            self.problem.setText(str(error))
            return
        self.chosen.emit(constants)
        self.accept()

    def _document(self) -> dict[str, Any]:
        document: dict[str, Any] = {name: box.isChecked() for name, box in self.boxes.items()}
        for (name, part), field in self.fields.items():
            number = _number(field.text())
            if part:
                document.setdefault(name, {})[part] = number
            else:
                document[name] = number
        return document

    def _lay_out(self, values: dict[str, Any]) -> None:
        form = QFormLayout()
        form.setSpacing(SPACING)
        for name, value in values.items():
            spec = CONSTANTS[name]
            tip = f"{spec.meaning}\n{spec.source}"
            unit = "" if spec.unit == "1" else spec.unit
            if isinstance(value, bool):
                self.boxes[name] = named(QCheckBox(), spec.title, tip)
                form.addRow(spec.title, self.boxes[name])
                continue
            row = QHBoxLayout()
            for part in _parts(value):
                field = named(QLineEdit(), f"{spec.title} {PHASES.get(part, '')}".strip(), tip)
                field.setFixedWidth(FIELD_WIDTH)
                self.fields[name, part] = field
                if part:
                    row.addWidget(QLabel(PHASES[part]))
                row.addWidget(field)
            row.addWidget(QLabel(unit))
            row.addStretch(1)
            form.addRow(spec.title, row)
        column = QVBoxLayout(self)
        column.addWidget(quiet(WORDS))
        column.addLayout(form)
        column.addWidget(self.problem)
        column.addWidget(self.buttons)


def _parts(value: Any) -> dict[str, float]:
    return value if isinstance(value, dict) else {"": value}


def _number(text: str) -> float | str:
    """The number that is written, or the text where it is none, which the document's check then names."""
    try:
        return float(plain_number(text))
    except ValueError:
        return text
