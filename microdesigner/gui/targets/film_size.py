"""How large a film is generated: voxels along x, y and z, and the edge of one."""

from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QWidget

from microdesigner.app.request_model import Design, RequestModel
from microdesigner.core.quantity import lengths_words
from microdesigner.core.request import LARGEST_EDGE_NM, SMALLEST_EDGE_NM
from microdesigner.gui.undo import UndoMerge
from microdesigner.gui.widgets.basics import named, quiet, tool_button
from microdesigner.gui.widgets.number_field import IntegerField, NumberField

LARGEST_EDGE = 4096  # voxels
AXES = "xyz"


class FilmSizeForm(QWidget):
    """Shows the size of the request model, by default that of the films that the model was trained on, and edits it."""

    def __init__(self, model: RequestModel, merge: UndoMerge) -> None:
        super().__init__()
        self._model, self._merge = model, merge
        self.edges = [
            named(IntegerField(), f"Voxels along {axis}", f"Voxels of the film along {axis}; z is its thickness.")
            for axis in AXES
        ]
        self.voxel = named(
            NumberField(), "Voxel edge", "Edge of a voxel in nm. The model knows structures in voxels: another edge "
            "scales the whole film, domains and all.",
        )  # fmt: skip
        self.own = tool_button(
            "Model's own", "The model's own size", "Size and voxels of the films that the model was trained on.",
            model.use_own_size,
        )  # fmt: skip
        self.physical = quiet()
        self._lay_out()
        self.show_design(model.state)
        for field in (*self.edges, self.voxel):
            field.setKeyboardTracking(False)
        for field in self.edges:
            field.valueChanged.connect(lambda _: self._edit_size())
        self.voxel.valueChanged.connect(lambda edge: model.set_voxel_edge(edge, merge.key("option voxel")))
        model.changed.connect(self.show_design)

    def stops(self) -> list[QWidget]:
        """Where Tab stops, in its order."""
        return [*self.edges, self.voxel, self.own]

    def show_design(self, design: Design) -> None:
        """Show the size asked for, without telling anyone."""
        targets = self._model.targets
        self.setEnabled(targets is not None and not targets.card.fixed_size)
        if targets is None:
            return
        card, options = targets.card, design.options
        size, voxel = options.size or card.shape, options.voxel_nm or card.voxel_nm
        for field, edge in zip(self.edges, size, strict=True):
            field.blockSignals(True)
            field.setSingleStep(card.size_multiple)
            field.setValue(edge)
            field.blockSignals(False)
        self.voxel.blockSignals(True)
        self.voxel.setValue(voxel[0])
        self.voxel.blockSignals(False)
        self.own.setEnabled(options.size is not None or options.voxel_nm is not None)
        lengths = (edge * count for edge, count in zip(voxel, size, strict=True))
        self.physical.setText(lengths_words(lengths, sign=" × "))

    def _edit_size(self) -> None:
        x, y, z = (field.value() for field in self.edges)
        self._model.set_size((x, y, z), self._merge.key("option size"))

    def _lay_out(self) -> None:
        for field in self.edges:
            field.setRange(1, LARGEST_EDGE)
            field.setMinimumWidth(64)
        self.voxel.setDecimals(3)
        self.voxel.setSingleStep(0.1)
        self.voxel.setRange(SMALLEST_EDGE_NM, LARGEST_EDGE_NM)
        self.voxel.setSuffix(" nm")
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setColumnMinimumWidth(0, 80)
        grid.setColumnStretch(1, 1)
        row = QHBoxLayout()
        for field in self.edges:
            row.addWidget(field, 1)
        grid.addWidget(QLabel("Voxels"), 0, 0)
        grid.addLayout(row, 0, 1)
        grid.addWidget(QLabel("Voxel edge"), 1, 0)
        edge = QHBoxLayout()
        edge.addWidget(self.voxel, 1)
        edge.addWidget(self.own)
        grid.addLayout(edge, 1, 1)
        grid.addWidget(self.physical, 2, 1)
