"""Three lengths along x, y and z in a row."""

from collections.abc import Sequence
from typing import Literal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QHBoxLayout, QWidget

from microdesigner.gui.widgets.basics import named
from microdesigner.gui.widgets.number_field import IntegerField, NumberField
from microdesigner.io.units import in_nm

AXES = "xyz"
LONGEST, MOST_VOXELS, MULTIPLE = 1e9, 4096, 32
DECIMALS = 9
BOX_HEIGHT = 24  # without buttons a box is too low for the tail of a y
BOX_WIDTH = 92
UNITS = ("nm", "pm", "Å", "µm", "mm", "cm", "m")
NO_UNIT = "which unit?"
Given = Literal["all", "none", "some", "no unit"]


class LengthField(NumberField):
    """A length with as many digits as it has: files give edges from 2e-06 mm on."""

    def textFromValue(self, value: float) -> str:  # noqa: N802
        """The number without zeros at its end."""
        return f"{value:.{DECIMALS}f}".rstrip("0").rstrip(".")


class Edges(QWidget):
    """Lengths with their unit that may not be known: the lowest value stands for that."""

    changed = Signal()

    def __init__(self, words: str) -> None:
        super().__init__()
        self.boxes = [named(LengthField(), f"{words} {axis}", f"{words} {axis}.") for axis in AXES]
        for axis, box in zip(AXES, self.boxes, strict=True):
            box.setPrefix(f"{axis}  ")
            box.setRange(0, LONGEST)
            box.setDecimals(DECIMALS)
            box.setSpecialValueText(f"{axis}  not known")
            box.setFixedWidth(BOX_WIDTH)
            box.valueChanged.connect(lambda _: self.changed.emit())
        self.unit = named(QComboBox(), f"Unit of {words.lower()}", "What the numbers beside it are in.")
        self._fill_units(choose_unit=False)
        self.unit.currentIndexChanged.connect(lambda _: self.changed.emit())
        _lay_out(self, [*self.boxes, self.unit])

    @property
    def given(self) -> Given:
        """What is known of the lengths."""
        known = [box.value() > 0 for box in self.boxes]
        if not any(known):
            return "none"
        if self.unit.currentData() is None:
            return "no unit"
        return "all" if all(known) else "some"

    def values(self) -> tuple[float, float, float] | None:
        """The three lengths in nm; None while one or their unit is not known."""
        unit = self.unit.currentData()
        x, y, z = (in_nm(box.value(), unit) if unit else None for box in self.boxes)
        return (x, y, z) if x and y and z else None

    def show_values(self, values: tuple[float, float, float] | None) -> None:
        """Show lengths in nm, or that they are not known."""
        self._show(values, choose_unit=False)

    def show_without_unit(self, values: tuple[float, float, float]) -> None:
        """Show numbers whose unit is to be chosen."""
        self._show(values, choose_unit=True)

    def _show(self, values: tuple[float, float, float] | None, choose_unit: bool) -> None:
        self.blockSignals(True)
        self._fill_units(choose_unit)
        for box, value in zip(self.boxes, values or (0.0, 0.0, 0.0), strict=True):
            box.setValue(value)
        self.blockSignals(False)
        self.changed.emit()

    def _fill_units(self, choose_unit: bool) -> None:
        self.unit.blockSignals(True)
        self.unit.clear()
        if choose_unit:
            self.unit.addItem(NO_UNIT, None)
        for unit in UNITS:
            self.unit.addItem(unit, unit)
        self.unit.blockSignals(False)


class WholeEdges(QWidget):
    """Voxels along the axes, by default in multiples that a model can be trained on."""

    changed = Signal()

    def __init__(
        self, words: str, values: tuple[int, int, int], least: int = MULTIPLE, most: int = MOST_VOXELS
    ) -> None:
        super().__init__()
        self.boxes = [named(IntegerField(), f"{words} {axis}", f"{words} {axis}.") for axis in AXES]
        for axis, box, value in zip(AXES, self.boxes, values, strict=True):
            box.setPrefix(f"{axis}  ")
            box.setRange(least, most)
            box.setSingleStep(least)
            box.setValue(value)
            box.valueChanged.connect(lambda _: self.changed.emit())
        _lay_out(self, self.boxes)

    def values(self) -> tuple[int, int, int]:
        """Voxels along x, y, z."""
        x, y, z = (box.value() for box in self.boxes)
        return x, y, z


def _lay_out(parent: QWidget, boxes: Sequence[QWidget]) -> None:
    row = QHBoxLayout(parent)
    row.setContentsMargins(0, 0, 0, 0)
    for box in boxes:
        if isinstance(box, QAbstractSpinBox):
            box.setMinimumHeight(BOX_HEIGHT)
            box.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.NoButtons)
        row.addWidget(box)
    row.addStretch(1)
