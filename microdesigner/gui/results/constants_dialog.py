"""A dialog for the material constants that properties depend on, each with unit, meaning and source."""

from collections.abc import Sequence
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
from microdesigner.core.material_constants import CONSTANTS, MaterialConstants, OwnConstants
from microdesigner.core.microstructure import PHASE_NAMES
from microdesigner.core.phases import Names, has_donor_and_acceptor, own_labels
from microdesigner.core.quantity import unit_words
from microdesigner.gui.widgets.basics import SPACING, named, quiet

PHASES = {"D": "donor", "A": "acceptor", "M": "mixed"}
OF_PHASES = tuple(OwnConstants.__struct_fields__)
WORDS = "What properties depend on. Each field tells its meaning and where its first value is from."
REMEDY = "mend the field"
FIELD_WIDTH = 96


class ConstantsDialog(QDialog):
    """Edits the constants of a film whose phases have these names; they hold once the dialog is accepted."""

    chosen = Signal(object)  # MaterialConstants

    def __init__(self, constants: MaterialConstants, parent: QWidget, phase_names: Names = PHASE_NAMES) -> None:
        super().__init__(parent)
        self.setWindowTitle("Material constants")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._before = constants
        self._own = tuple(phase_names[label] for label in own_labels(phase_names))
        self._of_graspi = has_donor_and_acceptor(phase_names)
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
        for name, box in self.boxes.items():
            box.setChecked(getattr(constants, name))
        for (name, part), field in self.fields.items():
            if part in self._own:
                number = getattr(constants.phases.get(part, OwnConstants()), name)
            else:
                number = getattr(getattr(constants, name), part) if part else getattr(constants, name)
            field.setText("" if number is None else f"{number:g}")

    def _take(self) -> None:
        try:
            constants = convert_document(self._document(), MaterialConstants, "this dialog", "a constant", REMEDY)
        except InputError as error:
            self.problem.setText(str(error))
            return
        self.chosen.emit(constants)
        self.accept()

    def _document(self) -> dict[str, Any]:
        document: dict[str, Any] = msgspec.to_builtins(self._before)
        document |= {name: box.isChecked() for name, box in self.boxes.items()}
        for (name, part), field in self.fields.items():
            if part in self._own:
                own = document["phases"].setdefault(part, {})
                own[name] = _number(field.text()) if field.text().strip() else None
            elif part:
                document[name][part] = _number(field.text())
            else:
                document[name] = _number(field.text())
        return document

    def _lay_out(self, values: dict[str, Any]) -> None:
        form = QFormLayout()
        form.setSpacing(SPACING)
        for name, value in values.items():
            parts = ([*_parts(value)] if self._of_graspi else []) + ([*self._own] if name in OF_PHASES else [])
            if name != "phases" and parts:
                self._add_row(form, name, parts, isinstance(value, bool))
        column = QVBoxLayout(self)
        column.addWidget(quiet(WORDS))
        column.addLayout(form)
        column.addWidget(self.problem)
        column.addWidget(self.buttons)

    def _add_row(self, form: QFormLayout, name: str, parts: Sequence[str], switch: bool) -> None:
        """A field for each of the `parts` of a constant, or a box."""
        spec = CONSTANTS[name]
        tip = spec.meaning if self._own else f"{spec.meaning}\n{spec.source}"
        if switch:
            self.boxes[name] = named(QCheckBox(), spec.title, tip)
            form.addRow(spec.title, self.boxes[name])
            return
        row = QHBoxLayout()
        for part in parts:
            words = PHASES.get(part, part)
            field = named(QLineEdit(), f"{spec.title} {words}".strip(), tip)
            field.setFixedWidth(FIELD_WIDTH)
            self.fields[name, part] = field
            if part:
                row.addWidget(QLabel(words))
            row.addWidget(field)
        row.addWidget(QLabel(unit_words(spec.unit)))
        row.addStretch(1)
        form.addRow(spec.title, row)


def _parts(value: Any) -> dict[str, float]:
    return value if isinstance(value, dict) else {"": value}


def _number(text: str) -> float | str:
    """The number that is written, or the text where it is none, which the document's check then names."""
    try:
        return float(plain_number(text))
    except ValueError:
        return text
