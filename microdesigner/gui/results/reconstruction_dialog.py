"""How large a film is made from a picture, and where it goes."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from microdesigner.app.export_files import with_suffix
from microdesigner.core.microstructure import DEFAULT_SIZE, Microstructure
from microdesigner.gui.widgets.basics import SPACING, named, quiet
from microdesigner.gui.widgets.messages import ErrorBar
from microdesigner.gui.widgets.number_field import IntegerField

TITLE = "Reconstruct a film"
SUFFIX = ".vti"  # keeps the phases' names and the voxels' edges
ASSUMED = "The material is taken to look alike from all sides; takes minutes."
LONGEST, LARGEST_SEED = 4096, (1 << 31) - 1
WIDTH = 520
Order = tuple[Microstructure, str, tuple[int, int, int], int]
"""A picture and its name, voxels along x, y and z, and the seed."""


class ReconstructionDialog(QDialog):
    """Asks, and shows `bar` while the film is made; `ordered` tells where it goes and what it is made of."""

    ordered = Signal(object, object)  # Path, Order

    def __init__(self, bar: QWidget, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(TITLE)
        self._folder, self._name = Path(), ""
        self._picture: Microstructure | None = None
        self.error_bar = ErrorBar()
        self.words = QLabel()
        self.edges = [
            named(IntegerField(), f"Voxels along {axis}", "Voxels of the film; they have the size of the pixels.")
            for axis in "xyz"
        ]
        self.seed = named(IntegerField(), "Seed", "Another seed gives another film of the same material.")
        self.file = named(QLineEdit(), "File", "Where the film is written (VTI).")
        self.browse = named(QPushButton("Browse…"), "Choose the file", "Choose where the film is written.")
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.start = self.buttons.addButton("Start", QDialogButtonBox.ButtonRole.AcceptRole)
        self._fill()
        self._lay_out(bar)
        self.browse.clicked.connect(lambda: self._browse())
        self.file.textChanged.connect(lambda _: self.lock(False))
        self.buttons.accepted.connect(self._order)
        self.buttons.rejected.connect(self.reject)

    def offer(self, picture: Microstructure, name: str, path: Path) -> None:
        """Ask about a film from `picture`, which `path` is proposed for."""
        self._picture, self._name, self._folder = picture, name, path.parent
        width, height = (edge for axis, edge in enumerate(picture.shape) if axis != picture.shape.index(1))
        self.words.setText(f"From {name}, {width} × {height} pixels of {', '.join(picture.phase_names)}.")
        self.file.setText(str(path))
        self.error_bar.hide()

    def path(self) -> Path:
        """The file; a name alone lies beside the picture."""
        return with_suffix(self._folder / self.file.text().strip(), SUFFIX)

    def lock(self, running: bool) -> None:
        """While the film is made nothing can be changed."""
        self.form.setEnabled(not running)
        self.start.setEnabled(not running and bool(self.file.text().strip()))

    def _order(self) -> None:
        self.error_bar.hide()
        x, y, z = (field.value() for field in self.edges)
        self.ordered.emit(self.path(), (self._picture, self._name, (x, y, z), self.seed.value()))

    def _browse(self) -> None:
        # what is there already is asked about at the start, whichever way its name came
        name, _ = QFileDialog.getSaveFileName(
            self, TITLE, str(self.path()), f"VTI (*{SUFFIX})", options=QFileDialog.Option.DontConfirmOverwrite
        )
        if name:
            self.file.setText(name)

    def _fill(self) -> None:
        for field, edge in zip(self.edges, DEFAULT_SIZE, strict=True):
            field.setRange(1, LONGEST)
            field.setValue(edge)
        self.seed.setRange(0, LARGEST_SEED)

    def _lay_out(self, bar: QWidget) -> None:
        self.form = QWidget()
        form = QFormLayout(self.form)
        form.setContentsMargins(0, 0, 0, 0)
        form.setSpacing(SPACING)
        size, file = QHBoxLayout(), QHBoxLayout()
        for field in self.edges:
            size.addWidget(field, 1)
        file.addWidget(self.file, 1)
        file.addWidget(self.browse)
        form.addRow("Voxels along x, y, z", size)
        form.addRow("Seed", self.seed)
        form.addRow("File", file)
        column = QVBoxLayout(self)
        column.addWidget(self.error_bar)
        self.words.setWordWrap(True)
        column.addWidget(self.words)
        column.addWidget(self.form)
        column.addWidget(quiet(ASSUMED))
        column.addWidget(bar)
        column.addWidget(self.buttons)
        self.setMinimumWidth(WIDTH)
