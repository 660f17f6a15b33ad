"""Which phases are shown, and how opaque."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QSlider, QToolButton, QWidget

from microdesigner.core.quantity import titled
from microdesigner.gui.widgets.basics import named, tool_button

Colour = tuple[float, float, float]


class PhaseBar(QWidget):
    """A colour, a box and an opacity slider per phase."""

    changed = Signal()
    colour_requested = Signal(int)  # label

    def __init__(self) -> None:
        super().__init__()
        self.swatches: list[QToolButton] = []
        self.boxes: list[QCheckBox] = []
        self.sliders: list[QSlider] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(6)

    def show_phases(self, names: tuple[str, ...], colours: list[Colour]) -> None:
        """Offer these phases; the same names keep what is set."""
        if [box.text() for box in self.boxes] != [titled(name) for name in names]:
            self._remake(names)
        for swatch, colour in zip(self.swatches, colours, strict=True):
            swatch.setIcon(_swatch(colour))

    def visible(self) -> list[bool]:
        """Which phases are shown."""
        return [box.isChecked() for box in self.boxes]

    def opacity(self) -> list[float]:
        """Opacity of each phase in 0..1."""
        return [slider.value() / 100 for slider in self.sliders]

    def percents(self) -> tuple[int, ...]:
        """Opacity of each phase as its slider stands."""
        return tuple(slider.value() for slider in self.sliders)

    def restore(self, visible: Sequence[bool], percents: Sequence[int]) -> None:
        """Show phases and opacities as they were; for other phases nothing changes."""
        if len(visible) == len(percents) == len(self.boxes):
            for box, slider, shown, percent in zip(self.boxes, self.sliders, visible, percents, strict=True):
                box.setChecked(shown)
                slider.setValue(percent)

    def _remake(self, names: tuple[str, ...]) -> None:
        while (item := self._row.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        self.swatches, self.boxes, self.sliders = [], [], []
        for label, name in enumerate(names):
            choose_colour = partial(self.colour_requested.emit, label)
            swatch = tool_button("", f"Colour of {name}", f"Choose another colour for the {name} phase.", choose_colour)
            swatch.setAutoRaise(True)
            box = named(QCheckBox(titled(name)), f"Show {name}", f"Show or hide the {name} phase.")
            box.setChecked(True)
            slider = named(QSlider(Qt.Orientation.Horizontal), f"Opacity of {name}", f"Opacity of the {name} phase.")
            slider.setRange(5, 100)
            slider.setValue(100)
            slider.setMinimumWidth(50)
            slider.setMaximumWidth(110)
            box.toggled.connect(lambda _: self.changed.emit())
            slider.valueChanged.connect(lambda _: self.changed.emit())
            self._row.addWidget(swatch)
            self._row.addWidget(box)
            self._row.addWidget(slider)
            self._row.addSpacing(10)
            self.swatches.append(swatch)
            self.boxes.append(box)
            self.sliders.append(slider)
        self._row.addStretch(1)


def _swatch(colour: Colour) -> QIcon:
    pixmap = QPixmap(12, 12)
    pixmap.fill(QColor.fromRgbF(*colour))
    return QIcon(pixmap)
