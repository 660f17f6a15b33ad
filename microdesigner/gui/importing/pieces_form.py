"""How large volumes are cut and resized to what a model can be trained on."""

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from microdesigner.app.workers.importing import Shape
from microdesigner.core.quantity import size_words
from microdesigner.gui.importing.edges import MOST_VOXELS, MULTIPLE, WholeEdges
from microdesigner.gui.widgets.basics import named, quiet
from microdesigner.gui.widgets.number_field import IntegerField

NARROWEST, FEW_PIECES = 8, 100
PIECES_ACROSS = 4  # so many side by side leave enough of them on both sides of the split
STRIDE = 4


class PiecesForm(QWidget):
    """Begins with what suits the volumes found: a single film is cut, edges that do not suit are resized."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.cut = named(QCheckBox("Cut into overlapping pieces"), "Cut into pieces",
            "Makes many volumes of a large one; pieces that share voxels are all for training or all held "
            "out.")  # fmt: skip
        self.width_box = _voxels("Width of the pieces", "Edge of the pieces along x and y, in voxels of the file.",
                             NARROWEST)  # fmt: skip
        self.stride = _voxels(
            "Stride", "Distance from one piece to the next; a smaller one makes more pieces, which overlap more.", 1
        )
        self.stride.setValue(STRIDE)
        self.count = quiet()
        self.count.setWordWrap(False)
        self.isotropic = named(QCheckBox("The material has no direction"), "Material without direction",
            "Rock, foam, powder: x, y and z are alike. Pieces are cubes, cut along z too, and training turns and "
            "mirrors them in space, 48 ways. A film has a direction, from its lower to its upper face; its pieces are "
            "as high as it is.")  # fmt: skip
        self.resized = named(QCheckBox("Resize to"), "Resize",
            "Training needs edges that are multiples of 32 voxels, those along x and y equal.")  # fmt: skip
        self.voxels = WholeEdges("Voxels along", (64, 64, 64))
        self._film: Shape | None = None
        self._lay_out()
        self._connect()
        self._enable()

    def show_film(self, film: Shape, count: int) -> None:
        """Suggest what suits `count` films of this shape."""
        self._film = None  # one question at a time
        x, y, z = film
        self.width_box.setValue(max(NARROWEST, min(z, min(x, y) // PIECES_ACROSS)))
        self.cut.setChecked(count == 1)
        self._film = film
        self._suggest_size()

    def answers(self) -> dict[str, Any]:
        """The fields `cut`, `resize` and `isotropic` of an ImportPlan."""
        window = (self.width_box.value(),) * (3 if self.isotropic.isChecked() else 2)
        return {
            "cut": {"stride": self.stride.value(), "window": window} if self.cut.isChecked() else None,
            "resize": self.voxels.values() if self.resized.isChecked() else None,
            "isotropic": self.isotropic.isChecked(),
        }

    def show_pieces(self, pieces: tuple[Shape, int, int] | None) -> None:
        """Tell how many pieces come out: their shape, how many to learn from and for validation."""
        self.count.setVisible(pieces is not None)
        if pieces is None:
            return
        size, training, held_out = pieces
        words = f"Per film {training} pieces of {size_words(size)} voxels to learn from, {held_out} for validation."
        if training < FEW_PIECES:
            words += " Narrower pieces, or a smaller stride, make more."
        self.count.setText(words)

    def _suggest_size(self) -> None:
        if self._film is None:
            return
        x, y, z = self._film
        isotropic, width = self.isotropic.isChecked(), self.width_box.value()
        shape = (width, width, width if isotropic else z) if self.cut.isChecked() else (x, y, z)
        lateral = min(shape) if isotropic else min(shape[:2])
        edges = (lateral, lateral, lateral if isotropic else shape[2])
        self.resized.setChecked(shape != edges or any(edge % MULTIPLE for edge in shape))
        for box, edge in zip(self.voxels.boxes, edges, strict=True):
            box.setValue(max(1, round(edge / MULTIPLE)) * MULTIPLE)

    def _enable(self) -> None:
        for widget in (self.width_box, self.stride):
            widget.setEnabled(self.cut.isChecked())
        self.voxels.setEnabled(self.resized.isChecked())

    def _connect(self) -> None:
        for box in (self.cut, self.resized):
            box.toggled.connect(lambda _: self._enable())
        for box in (self.cut, self.isotropic):
            box.toggled.connect(lambda _: self._suggest_size())
        self.width_box.valueChanged.connect(lambda _: self._suggest_size())
        boxes = (self.cut.toggled, self.isotropic.toggled)
        for signal in (*boxes, self.width_box.valueChanged, self.stride.valueChanged):
            signal.connect(lambda _: self.changed.emit())

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.isotropic)
        column.addWidget(self.cut)
        column.addLayout(_row(QLabel("Width"), self.width_box, QLabel("stride"), self.stride, indent=22))
        column.addWidget(self.count)
        column.addLayout(_row(self.resized, self.voxels))
        self.count.setIndent(22)
        self.count.hide()


def _voxels(name: str, tooltip: str, low: int) -> IntegerField:
    box = named(IntegerField(), name, tooltip)
    box.setRange(low, MOST_VOXELS)
    box.setSuffix(" voxels")
    return box


def _row(*widgets: QWidget, indent: int = 0) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setContentsMargins(indent, 0, 0, 0)
    for widget in widgets:
        row.addWidget(widget)
    row.addStretch(1)
    return row
