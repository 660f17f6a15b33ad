"""What part of the volume is drawn: threshold, clip box, slices."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QSlider, QWidget
from superqt import QRangeSlider

from microdesigner.app.view_state import DEFAULT_VIEW, SHARE_STEPS, THRESHOLD_STEPS
from microdesigner.gui.widgets.basics import named

AXES = ("x", "y", "z")
Span = tuple[float, float]


class CutPanel(QWidget):
    """Sliders in shares of the volume, whose lengths are shown in nm."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._size_nm = (1.0, 1.0, 1.0)
        self.clips = [self._clip_slider(axis) for axis in AXES]
        self.slices_on = named(QCheckBox("Slices"), "Slices", "Show three slices in place of the box of all phases.")
        self.positions = [self._slice_slider(axis) for axis in AXES]
        self.threshold = named(
            QSlider(Qt.Orientation.Horizontal), "Threshold",
            "Show only voxels whose phase fills at least this share of the 3×3×3 voxels around them.",
        )  # fmt: skip
        self.threshold.setRange(0, THRESHOLD_STEPS)
        self._values = [QLabel() for _ in range(7)]
        self._lay_out()
        for slider in (*self.clips, self.threshold, *self.positions):
            slider.valueChanged.connect(lambda _: self._tell())
        self.slices_on.toggled.connect(lambda _: self._tell())
        self.show_size((1.0, 1.0, 1.0))

    def show_size(self, size_nm: tuple[float, float, float]) -> None:
        """Tell lengths for a volume of this size."""
        self._size_nm = size_nm
        self._show_values()

    def values(self) -> dict[str, Any]:
        """What is set, as entries of a ViewState."""
        return {
            "clip": tuple((int(slider.value()[0]), int(slider.value()[1])) for slider in self.clips),
            "slices": self.slices_on.isChecked(),
            "positions": tuple(slider.value() for slider in self.positions),
            "threshold": self.threshold.value(),
        }

    def restore(self, clip: Sequence[tuple[int, int]], slices: bool, positions: Sequence[int], threshold: int) -> None:
        """Show entries of a ViewState."""
        for range_slider, span in zip(self.clips, clip, strict=False):
            range_slider.setValue(span)
        for slider, position in zip(self.positions, positions, strict=False):
            slider.setValue(position)
        self.threshold.setValue(threshold)
        self.slices_on.setChecked(slices)

    def _clip_slider(self, axis: str) -> QRangeSlider:
        slider = named(
            QRangeSlider(Qt.Orientation.Horizontal), f"Clip {axis}", f"Part of the volume shown along {axis}."
        )
        slider.setRange(0, SHARE_STEPS)
        slider.setValue((0, SHARE_STEPS))
        return slider

    def _slice_slider(self, axis: str) -> QSlider:
        slider = named(QSlider(Qt.Orientation.Horizontal), f"Slice {axis}", f"Where the slice across {axis} lies.")
        slider.setRange(0, SHARE_STEPS)
        slider.setValue(SHARE_STEPS // 2)
        return slider

    def _tell(self) -> None:
        self._show_values()
        self.changed.emit()

    def _show_values(self) -> None:
        state = replace(DEFAULT_VIEW, **self.values())
        spans = [(a * nm, b * nm) for (a, b), nm in zip(state.clip_box, self._size_nm, strict=True)]
        places = [low + share * (high - low) for (low, high), share in zip(spans, state.slice_positions, strict=True)]
        texts = [*(f"{low:.0f}–{high:.0f} nm" for low, high in spans), *(f"{place:.0f} nm" for place in places)]
        texts.append("off" if not self.threshold.value() else f"≥ {state.threshold_share:.2f}")
        for label, text in zip(self._values, texts, strict=True):
            label.setText(text)
        for slider in self.positions:
            slider.setEnabled(self.slices_on.isChecked())

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 4, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.addWidget(QLabel("Clip"), 0, 0)
        grid.addWidget(self.slices_on, 0, 4)
        for row, axis in enumerate(AXES):
            for column, slider in ((1, self.clips[row]), (5, self.positions[row])):
                grid.addWidget(QLabel(axis), row, column)
                grid.addWidget(slider, row, column + 1)
            grid.addWidget(self._values[row], row, 3)
            grid.addWidget(self._values[3 + row], row, 7)
        grid.addWidget(QLabel("Threshold"), 3, 0, 1, 2)
        grid.addWidget(self.threshold, 3, 2)
        grid.addWidget(self._values[6], 3, 3)
        for column in (2, 6):
            grid.setColumnStretch(column, 1)
        grid.setColumnMinimumWidth(3, 92)
        grid.setColumnMinimumWidth(7, 56)
