"""The question for the voxel size of a file that does not record it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QLabel, QVBoxLayout, QWidget

from microdesigner.gui.widgets.basics import named
from microdesigner.gui.widgets.number_field import NumberField

SMALLEST_NM, LARGEST_NM = 0.001, 1e6
Edges = tuple[float, float, float]


class VoxelDialog(QDialog):
    """Three edges in nm, with the last used ones proposed; `given` tells them when the user accepts."""

    given = Signal(object)  # Edges

    def __init__(self, name: str, shape: tuple[int, int, int], proposed: Edges, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Voxel size")
        self._shape = shape
        self.words = QLabel(f"{name} does not record how large its voxels are. Give the voxel edges in nm.")
        self.words.setWordWrap(True)
        self.edges = [self._box(axis, edge) for axis, edge in zip("xyz", proposed, strict=True)]
        self.size_words = QLabel()
        grid = QGridLayout()
        for column, (axis, box) in enumerate(zip("xyz", self.edges, strict=True)):
            grid.addWidget(QLabel(axis), 0, column)
            grid.addWidget(box, 1, column)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Open | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column_layout = QVBoxLayout(self)
        column_layout.addWidget(self.words)
        column_layout.addLayout(grid)
        column_layout.addWidget(self.size_words)
        column_layout.addWidget(buttons)
        self.accepted.connect(lambda: self.given.emit(self.values()))
        self._show_size()

    def values(self) -> Edges:
        """The edges as they stand."""
        x, y, z = (box.value() for box in self.edges)
        return x, y, z

    def _box(self, axis: str, edge: float) -> NumberField:
        box = named(NumberField(), f"Voxel edge along {axis}", f"Edge of a voxel along {axis} in nm.")
        box.setDecimals(3)
        box.setRange(SMALLEST_NM, LARGEST_NM)
        box.setValue(edge)
        box.setSuffix(" nm")
        box.valueChanged.connect(lambda _: self._show_size())
        return box

    def _show_size(self) -> None:
        sizes = (f"{count * edge:g}" for count, edge in zip(self._shape, self.values(), strict=True))
        self.size_words.setText(f"{'×'.join(map(str, self._shape))} voxels, {' × '.join(sizes)} nm")
