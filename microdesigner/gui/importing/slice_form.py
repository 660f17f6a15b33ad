"""Whether a picture, or a volume of one layer, is a film of its own or a slice that a film is built around."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QHBoxLayout, QLabel, QWidget

from microdesigner.app.kept_part import IN_PLANE, default_plane
from microdesigner.app.volume_open import SlicePlace
from microdesigner.core.regions import AXES
from microdesigner.gui.importing.reading_form import row_label
from microdesigner.gui.widgets.basics import named, quiet
from microdesigner.gui.widgets.number_field import IntegerField

Shape = tuple[int, int, int]
USES = ("A film of its own", "A slice to build a film around")
PLANES = ("yz", "xz", "xy")


class SliceForm(QWidget):
    """Asks for plane and layer in a film of so many voxels; hidden for volumes of several layers."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._own: Shape = (1, 1, 1)
        self._film: Shape = (1, 1, 1)
        self.use = named(QComboBox(), "Use as", "Whether the layer is shown as it is, or kept in a film that is "
                         "generated around it.")  # fmt: skip
        self.use.addItems(USES)
        self.plane = named(QComboBox(), "Plane of the slice", "The plane of the film in which the slice lies.")
        for axis, plane in enumerate(PLANES):
            self.plane.addItem(f"in the plane {plane}", axis)
        self.layer = named(IntegerField(), "Layer of the slice", "The layer of the film where the slice lies.")
        self.words = quiet()
        self._letter = QLabel()
        self._place = QWidget()
        row = QHBoxLayout(self._place)
        row.setContentsMargins(0, 0, 0, 0)
        for widget in (self.plane, self._letter, self.layer):
            row.addWidget(widget)
        row.addStretch(1)
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.addRow(row_label("Use as"), self.use)
        form.addRow("", self._place)
        form.addRow("", self.words)
        self.use.currentIndexChanged.connect(lambda _: self._follow())
        self.plane.currentIndexChanged.connect(lambda _: self._centre())
        self.layer.valueChanged.connect(lambda _: self.changed.emit())
        self._follow()

    def show_layer(self, own: Shape, film: Shape, upright: bool, place: SlicePlace | None) -> None:
        """Ask about a layer of so many voxels, for a film of so many; `upright`: it is a picture."""
        if (own, film) == (self._own, self._film):
            return
        self._own, self._film = own, film
        self.plane.setCurrentIndex(place.axis if place else default_plane(own, upright))
        self._centre()
        if place is not None:
            self.layer.setValue(place.layer)
            self.use.setCurrentIndex(1)

    def place(self) -> SlicePlace | None:
        """Where the slice lies; None for a film of its own."""
        return SlicePlace(self.plane.currentData(), self.layer.value()) if self.use.currentIndex() else None

    def _centre(self) -> None:
        axis = self.plane.currentIndex()
        self._letter.setText(f"at {AXES[axis]} =")
        self.layer.setRange(0, self._film[axis] - 1)
        self.layer.setValue(self._film[axis] // 2)
        self._follow()

    def _follow(self) -> None:
        wanted = bool(self.use.currentIndex())
        self._place.setVisible(wanted)
        self.words.setVisible(wanted)
        own = " × ".join(str(edge) for edge in self._own if edge > 1)
        across, up = (self._film[axis] for axis in IN_PLANE[self.plane.currentIndex()])
        self.words.setText(f"Its {own} pixels are scaled to {across} × {up} voxels, the nearest pixel for each; the "
                           "size asked for decides.")  # fmt: skip
        self.changed.emit()
