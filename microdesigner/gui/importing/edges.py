"""Three lengths along x, y and z in a row."""

from PySide6.QtWidgets import QAbstractSpinBox, QHBoxLayout, QWidget

from microdesigner.gui.widgets.basics import named
from microdesigner.gui.widgets.number_field import IntegerField, NumberField

AXES = "xyz"
LONGEST_NM, MOST_VOXELS, MULTIPLE = 1e6, 4096, 32
BOX_HEIGHT = 24  # without buttons a box is too low for the tail of a y


class Edges(QWidget):
    """Lengths that may not be known: the lowest value stands for that."""

    def __init__(self, words: str, unit: str, value: float) -> None:
        super().__init__()
        self.boxes = [named(NumberField(), f"{words} {axis}", f"{words} {axis}.") for axis in AXES]
        for axis, box in zip(AXES, self.boxes, strict=True):
            box.setPrefix(f"{axis}  ")
            box.setRange(0, LONGEST_NM)
            box.setDecimals(3)
            box.setSuffix(f" {unit}")
            box.setSpecialValueText("not known")
            box.setValue(value)
        _lay_out(self, self.boxes)

    def values(self) -> tuple[float, float, float] | None:
        """The three lengths; None while one is not known."""
        x, y, z = (box.value() for box in self.boxes)
        return (x, y, z) if min(x, y, z) > 0 else None

    def show_values(self, values: tuple[float, float, float] | None) -> None:
        """Show lengths, or that they are not known."""
        for box, value in zip(self.boxes, values or (0.0, 0.0, 0.0), strict=True):
            box.setValue(value)


class WholeEdges(QWidget):
    """Voxels along the axes, in multiples that a model can be trained on."""

    def __init__(self, words: str, values: tuple[int, int, int]) -> None:
        super().__init__()
        self.boxes = [named(IntegerField(), f"{words} {axis}", f"{words} {axis}.") for axis in AXES]
        for axis, box, value in zip(AXES, self.boxes, values, strict=True):
            box.setPrefix(f"{axis}  ")
            box.setRange(MULTIPLE, MOST_VOXELS)
            box.setSingleStep(MULTIPLE)
            box.setValue(value)
        _lay_out(self, self.boxes)

    def values(self) -> tuple[int, int, int]:
        """Voxels along x, y, z."""
        x, y, z = (box.value() for box in self.boxes)
        return x, y, z


def _lay_out(parent: QWidget, boxes: "list[NumberField] | list[IntegerField]") -> None:
    row = QHBoxLayout(parent)
    row.setContentsMargins(0, 0, 0, 0)
    for box in boxes:
        box.setMinimumHeight(BOX_HEIGHT)
        box.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.NoButtons)
        row.addWidget(box)
    row.addStretch(1)
