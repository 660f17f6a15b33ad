"""Where a section, such as a picture, lies in the film that is built around it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from microdesigner.app.kept_part import Piece
from microdesigner.app.kept_region import Shape
from microdesigner.core.regions import AXES
from microdesigner.gui.widgets.basics import named, quiet
from microdesigner.gui.widgets.number_field import IntegerField

PLANES = ("yz", "xz", "xy")


class SectionForm(QWidget):
    """Shows plane and layer of a section; `changed` has the entries of the piece that the user changed."""

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.plane = named(QComboBox(), "Plane of the section", "The plane of the film in which the section lies.")
        for axis, plane in enumerate(PLANES):
            self.plane.addItem(plane, axis)
        self.layer = named(IntegerField(), "Layer of the section", "The layer of the film where the section lies.")
        self.layer.setKeyboardTracking(False)
        self._letter = QLabel()
        self.lengths = quiet()
        row = QHBoxLayout()
        row.addWidget(QLabel("Plane"))
        row.addWidget(self.plane, 1)
        row.addWidget(self._letter)
        row.addWidget(self.layer, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row)
        column.addWidget(self.lengths)
        self._size: Shape = (1, 1, 1)
        self.plane.currentIndexChanged.connect(
            lambda axis: self.changed.emit({"axis": axis, "layer": self._size[axis] // 2})
        )
        self.layer.valueChanged.connect(lambda layer: self.changed.emit({"layer": layer}))

    def show_piece(self, piece: Piece, size: Shape, lengths: str) -> None:
        """Show where a section lies in a film of `size`, without telling anyone."""
        self._size = size
        for field in (self.plane, self.layer):
            field.blockSignals(True)
        self.plane.setCurrentIndex(piece.axis)
        self._letter.setText(f"at {AXES[piece.axis]} =")
        self.layer.setRange(0, max(piece.layer, size[piece.axis] - 1))
        self.layer.setValue(piece.layer)
        for field in (self.plane, self.layer):
            field.blockSignals(False)
        self.lengths.setText(lengths)

    def stops(self) -> list[QWidget]:
        """Where Tab stops, in its order."""
        return [self.plane, self.layer]
