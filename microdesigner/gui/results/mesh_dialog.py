"""Which mesh of a film is made, for which solver, and how large it will be."""

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QFormLayout, QVBoxLayout, QWidget

from microdesigner.app.training_progress import duration
from microdesigner.app.workers.mesh_export import MeshChoice
from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.quantity import size_words
from microdesigner.gui.widgets.basics import SPACING, named, quiet
from microdesigner.gui.widgets.number_field import IntegerField, NumberField
from microdesigner.meshing.formats import MESH_FORMATS
from microdesigner.meshing.making import check_size, estimate, usual_coarsening

KINDS = {
    "tetrahedra": "Tetrahedra along smooth interfaces",
    "hexahedra": "Hexahedra, one per voxel or cell",
}
UNITS = {"nm": "nanometres", "m": "metres"}
LONGEST_EDGE_NM = 1e6


class MeshDialog(QDialog):
    """Asks; `ordered` tells the film, with voxel edges if they were unknown, and the choice."""

    ordered = Signal(object, object)  # Microstructure, MeshChoice

    def __init__(self, film: Microstructure, choice: MeshChoice, parent: QWidget) -> None:
        super().__init__(parent)
        self._film = film
        self.kind = named(QComboBox(), "Elements", "Tetrahedra share the nodes of interfaces; MMG makes them.")
        self.format = named(QComboBox(), "Format", "The file, by the program that reads it; see the manual on meshes.")
        self.coarsen = named(
            IntegerField(), "Voxels per cell", "Voxels along each axis that become one cell: fewer elements, coarser."
        )
        self.unit = named(QComboBox(), "Lengths", "Unit of the coordinates; a DAMASK grid is in metres always.")
        self.edge = named(NumberField(), "Voxel edge", "The file does not say how long a voxel is; a solver must know.")
        self.words = quiet()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.save = self.buttons.addButton("Save…", QDialogButtonBox.ButtonRole.AcceptRole)
        self._fill(choice)
        self._lay_out()
        self.kind.currentIndexChanged.connect(self._change_kind)
        for changed in (self.coarsen.valueChanged, self.edge.valueChanged):
            changed.connect(self._show)
        self.buttons.accepted.connect(self._order)
        self.buttons.rejected.connect(self.reject)
        self._show()

    def choice(self) -> MeshChoice:
        """What is chosen."""
        return MeshChoice(
            self.kind.currentData(), self.coarsen.value(), self.format.currentData(), self.unit.currentData()
        )

    def film(self) -> Microstructure:
        """The film; where nobody knew its voxel edges, with the one that is written here, if any."""
        edge = self.edge.value()
        known = self._film.voxel_nm is not None or not edge
        return self._film if known else replace(self._film, voxel_nm=(edge, edge, edge))

    def _fill(self, choice: MeshChoice) -> None:
        for name, title in KINDS.items():
            self.kind.addItem(title, name)
        self.kind.setCurrentIndex(self.kind.findData(choice.kind))
        for unit, title in UNITS.items():
            self.unit.addItem(title, unit)
        self.unit.setCurrentIndex(self.unit.findData(choice.unit))
        self.coarsen.setRange(1, max(self._film.shape))
        self.coarsen.setValue(usual_coarsening(self._film, choice.kind))
        self.edge.setRange(0, LONGEST_EDGE_NM)  # 0: unknown
        self.edge.setDecimals(3)
        self.edge.setSuffix(" nm")
        self.edge.setSpecialValueText("unknown")
        self._offer_formats(choice.format)

    def _offer_formats(self, chosen: str) -> None:
        """Those that hold such cells."""
        self.format.clear()
        for name, entry in MESH_FORMATS.items():
            if self.kind.currentData() in entry.kinds:
                self.format.addItem(f"{entry.title} ({entry.extensions[0]})", name)
        self.format.setCurrentIndex(max(0, self.format.findData(chosen)))

    def _change_kind(self) -> None:
        self._offer_formats(self.format.currentData())
        self.coarsen.setValue(usual_coarsening(self._film, self.kind.currentData()))
        self._show()

    def _show(self) -> None:
        """How large the mesh will be, or why there can be none."""
        kind, coarsen, film = self.kind.currentData(), self.coarsen.value(), self.film()
        try:
            check_size(film, kind, coarsen)
        except InputError as error:
            self.words.setText(str(error))
            self.save.setEnabled(False)
            return
        self.save.setEnabled(film.voxel_nm is not None)
        found = estimate(film, kind, coarsen)
        cells = size_words(found.counts)
        sentence = f"About {found.elements:,} {kind} from {cells} cells; takes {duration(found.seconds)} or so."
        faces = " Opposite lateral faces match node by node." if film.periodic else ""
        self.words.setText(sentence + faces if film.voxel_nm else f"{sentence} Say how long a voxel is.")

    def _order(self) -> None:
        self.accept()
        self.ordered.emit(self.film(), self.choice())

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setSpacing(SPACING)
        form.addRow("Elements", self.kind)
        form.addRow("Voxels per cell", self.coarsen)
        form.addRow("Format", self.format)
        form.addRow("Lengths", self.unit)
        if self._film.voxel_nm is None:
            form.addRow("Voxel edge", self.edge)
        self.edge.setVisible(self._film.voxel_nm is None)
        column = QVBoxLayout(self)
        column.addLayout(form)
        column.addWidget(self.words)
        column.addWidget(self.buttons)
