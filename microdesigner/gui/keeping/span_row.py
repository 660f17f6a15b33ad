"""A span of voxels along one axis: a slider with two handles between the numbers of the first and the last voxel."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from microdesigner.app.kept_region import Span
from microdesigner.core.regions import AXES
from microdesigner.gui.widgets.basics import named
from microdesigner.gui.widgets.number_field import IntegerField
from microdesigner.gui.widgets.range_slider import RangeSlider


class SpanRow(QWidget):
    """Shows and edits a span along `axis`; `changed` has the first voxel and the one after the last."""

    changed = Signal(object)

    def __init__(self, axis: int) -> None:
        super().__init__()
        name = AXES[axis]
        self.first = named(IntegerField(), f"Kept from {name}", f"First voxel along {name} that belongs to the region.")
        self.last = named(IntegerField(), f"Kept to {name}", f"Last voxel along {name} that belongs to the region.")
        self.slider = named(RangeSlider(), f"Kept span along {name}", f"Voxels along {name} that belong to the region.")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(QLabel(name))
        row.addWidget(self.first)
        row.addWidget(self.slider, 1)
        row.addWidget(self.last)
        for field in (self.first, self.last):
            field.setKeyboardTracking(False)
            field.setFixedWidth(62)
        self.first.valueChanged.connect(lambda first: self.changed.emit((first, max(first, self.last.value()) + 1)))
        self.last.valueChanged.connect(lambda last: self.changed.emit((min(last, self.first.value()), last + 1)))
        self.slider.valueChanged.connect(self._slide)

    def show_span(self, span: Span, edge: int) -> None:
        """Show a span in a film of `edge` voxels, without telling anyone."""
        for control in (self.first, self.last, self.slider):
            control.blockSignals(True)
        self.first.setRange(0, edge - 1)
        self.last.setRange(0, edge - 1)
        self.slider.setRange(0, edge)
        self.first.setValue(span[0])
        self.last.setValue(span[1] - 1)
        self.slider.setValue(span)
        for control in (self.first, self.last, self.slider):
            control.blockSignals(False)

    def stops(self) -> list[QWidget]:
        """Where Tab stops, in its order."""
        return [self.first, self.slider, self.last]

    def _slide(self, values: tuple[int, int]) -> None:
        low, high = int(values[0]), int(values[1])
        if low < high:  # between handles that meet there is no voxel
            self.changed.emit((low, high))
