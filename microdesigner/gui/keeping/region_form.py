"""Which region of a film is kept: its kind and its numbers in voxels, with the lengths that these are."""

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from microdesigner.app.kept_region import Kind, Region, Shape, Span
from microdesigner.core.regions import AXES
from microdesigner.gui.keeping.layers_field import LayersField
from microdesigner.gui.keeping.span_row import SpanRow
from microdesigner.gui.widgets.basics import named, quiet
from microdesigner.gui.widgets.number_field import IntegerField

KINDS: dict[Kind, str] = {
    "slab": "Half or slab", "box": "Box", "sphere": "Sphere", "layers": "Layers", "all": "All of it",
    "none": "Nothing of it",
}  # fmt: skip
MOST_VOXELS = 4096


class RegionForm(QWidget):
    """Shows a region and tells how the user changes it; `changed` has the region and what of it was moved."""

    changed = Signal(object, str)

    def __init__(self) -> None:
        super().__init__()
        self._region, self._shape = Region(), (1, 1, 1)
        self.kind = named(QComboBox(), "Kind of region", "The shape of the region that is kept.")
        for kind, title in KINDS.items():
            self.kind.addItem(title, kind)
        self.outside = named(QCheckBox("Outside of it"), "Outside of the region", "Keep all voxels but those in it.")
        self.axis = named(QComboBox(), "Axis of the slab", "The axis along which the slab is limited.")
        for axis in AXES:
            self.axis.addItem(f"across {axis}", AXES.index(axis))
        self.slab = [SpanRow(axis) for axis in range(3)]
        self.box = [SpanRow(axis) for axis in range(3)]
        self.centre = [_voxel(f"Centre along {axis}", f"Voxel along {axis} of the sphere's centre.") for axis in AXES]
        self.radius = _voxel("Radius", "Radius of the sphere in voxels.")
        self.radius.setMinimum(1)
        self.layers = [
            named(LayersField(), f"Layers across {axis}", f"Layers across {axis} that are kept, such as 10, 40.")
            for axis in AXES
        ]
        self.lengths = quiet()
        self._lay_out()
        self._connect()

    def show_region(self, region: Region, shape: Shape, lengths: str) -> None:
        """Show a region of a film of `shape`, and its `lengths` in words."""
        self._region, self._shape = region, shape
        fields = [self.kind, self.outside, self.axis, *self.centre, self.radius]
        for field in fields:
            field.blockSignals(True)
        self.kind.setCurrentIndex(self.kind.findData(region.kind))
        self.outside.setChecked(region.outside)
        self.axis.setCurrentIndex(region.axis)
        for field, edge, voxel in zip(self.centre, shape, region.centre, strict=True):
            field.setRange(0, edge - 1)
            field.setValue(voxel)
        self.radius.setRange(1, max(shape))
        self.radius.setValue(region.radius)
        for field in fields:
            field.blockSignals(False)
        for rows in (self.slab, self.box):
            for row, span, edge in zip(rows, region.spans, shape, strict=True):
                row.show_span(span, edge)
        for layers_field, layers in zip(self.layers, region.layers, strict=True):
            layers_field.show_layers(layers)
        for axis, row in enumerate(self.slab):
            row.setVisible(axis == region.axis)
        self._turn_to(region.kind)
        self.lengths.setText(lengths)
        self.lengths.setVisible(bool(lengths))

    def stops(self) -> list[QWidget]:
        """Where Tab stops, in its order."""
        rows = [stop for row in (*self.slab, *self.box) for stop in row.stops()]
        return [self.kind, self.outside, self.axis, *rows, *self.centre, self.radius, *self.layers]

    def _turn_to(self, kind: Kind) -> None:
        for own, page in self._page_of.items():
            page.setVisible(own == kind)
        self.outside.setVisible(kind in ("slab", "box", "sphere"))

    def _edit(self, what: str, **entries: object) -> None:
        self._region = replace(self._region, **entries)  # type: ignore[arg-type]
        self.changed.emit(self._region, what)

    def _set_span(self, axis: int, span: Span) -> None:
        spans = list(self._region.spans)
        spans[axis] = span
        self._edit(f"span {axis}", spans=tuple(spans))

    def _set_layers(self, axis: int, layers: tuple[int, ...]) -> None:
        every = list(self._region.layers)
        every[axis] = layers
        self._edit(f"layers {axis}", layers=tuple(every))

    def _set_kind(self) -> None:
        kind = self.kind.currentData()
        outside = self._region.outside and kind in ("slab", "box", "sphere")
        self._edit("kind", kind=kind, outside=outside)

    def _connect(self) -> None:
        self.kind.currentIndexChanged.connect(lambda _: self._set_kind())
        self.outside.toggled.connect(lambda on: self._edit("outside", outside=on))
        self.axis.currentIndexChanged.connect(lambda axis: self._edit("axis", axis=axis))
        for rows in (self.slab, self.box):
            for axis, row in enumerate(rows):
                row.changed.connect(lambda span, axis=axis: self._set_span(axis, span))
        for field in self.centre:
            field.valueChanged.connect(
                lambda _: self._edit("centre", centre=tuple(each.value() for each in self.centre))
            )
        self.radius.valueChanged.connect(lambda radius: self._edit("radius", radius=radius))
        for axis, layers_field in enumerate(self.layers):
            layers_field.changed.connect(lambda layers, axis=axis: self._set_layers(axis, layers))

    def _lay_out(self) -> None:
        self._page_of: dict[Kind, QWidget] = {
            "slab": _column(self.axis, *self.slab), "box": _column(*self.box), "sphere": self._sphere(),
            "layers": self._layers(), "all": QWidget(), "none": QWidget(),
        }  # fmt: skip
        head = QHBoxLayout()
        head.addWidget(self.kind, 1)
        head.addWidget(self.outside)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(head)
        for page in self._page_of.values():
            column.addWidget(page)
        column.addWidget(self.lengths)

    def _sphere(self) -> QWidget:
        page = QWidget()
        grid = QGridLayout(page)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.addWidget(QLabel("Centre"), 0, 0)
        for column, field in enumerate(self.centre, 1):
            grid.addWidget(field, 0, column)
            grid.setColumnStretch(column, 1)
        grid.addWidget(QLabel("Radius"), 1, 0)
        grid.addWidget(self.radius, 1, 1)
        return page

    def _layers(self) -> QWidget:
        page = QWidget()
        grid = QGridLayout(page)
        grid.setContentsMargins(0, 0, 0, 0)
        for row, (axis, field) in enumerate(zip(AXES, self.layers, strict=True)):
            grid.addWidget(QLabel(f"across {axis}"), row, 0)
            grid.addWidget(field, row, 1)
        grid.setColumnStretch(1, 1)
        return page


def _voxel(name: str, tooltip: str) -> IntegerField:
    field = named(IntegerField(), name, tooltip)
    field.setRange(0, MOST_VOXELS)
    field.setKeyboardTracking(False)
    return field


def _column(*widgets: QWidget) -> QWidget:
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    for widget in widgets:
        column.addWidget(widget)
    return page
