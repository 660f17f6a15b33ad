"""What part of the volume is drawn: threshold, clip box, slices."""

from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QSlider, QWidget

from microdesigner.app.view_state import DEFAULT_VIEW, THRESHOLD_STEPS, Vector, ViewState
from microdesigner.gui.widgets.basics import named
from microdesigner.gui.widgets.number_field import NumberField
from microdesigner.gui.widgets.range_slider import RangeSlider

AXES = ("x", "y", "z")


class CutPanel(QWidget):
    """Sliders that count voxels, each with fields of the same in lengths."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._spacing: Vector = (1.0, 1.0, 1.0)
        self._orthogonal = False
        self.clips = [self._clip_slider(axis) for axis in AXES]
        self.clip_fields = [(self._field(f"Clip {axis} from"), self._field(f"Clip {axis} to")) for axis in AXES]
        self.slices_on = named(
            QCheckBox("Slices in 3-D"), "Slices", "Show three slices in place of the box of all phases."
        )
        self.positions = [self._slice_slider(axis) for axis in AXES]
        self.position_fields = [self._field(f"Position of slice {axis}") for axis in AXES]
        self.threshold = named(
            QSlider(Qt.Orientation.Horizontal), "Threshold",
            "Show only voxels whose phase fills at least this share of the 3×3×3 voxels around them.",
        )  # fmt: skip
        self.threshold.setRange(0, THRESHOLD_STEPS)
        self._threshold_words = QLabel()
        self._lay_out()
        self._connect()
        self.show_state(DEFAULT_VIEW)

    def show_spacing(self, spacing: Vector, unit: str) -> None:
        """Give lengths in `unit`, for voxels with these edges."""
        self._spacing = spacing
        for (low, high), position, edge in zip(self.clip_fields, self.position_fields, spacing, strict=True):
            for field in (low, high, position):
                field.blockSignals(True)
                field.setSuffix(f" {unit}" if unit == "nm" else "")
                field.setDecimals(1 if edge >= 1 else 3)  # enough to tell voxels apart
                field.setSingleStep(edge)
                field.blockSignals(False)

    def values(self) -> dict[str, Any]:
        """What is set, as entries of a ViewState."""
        return {
            "clip": tuple((int(slider.value()[0]), int(slider.value()[1])) for slider in self.clips),
            "slices": self.slices_on.isChecked(),
            "positions": tuple(slider.value() for slider in self.positions),
            "threshold": self.threshold.value(),
        }

    def show_state(self, state: ViewState) -> None:
        """Show what a state leaves out."""
        inner = [*self.clips, *self.positions, self.slices_on, self.threshold]
        for control in inner:
            control.blockSignals(True)
        for range_slider, span, steps in zip(self.clips, state.clip, state.steps, strict=True):
            range_slider.setRange(0, steps)
            range_slider.setValue(span)
        for slider, position, steps in zip(self.positions, state.positions, state.steps, strict=True):
            slider.setRange(0, steps - 1)
            slider.setValue(position)
        self.threshold.setValue(state.threshold)
        self.slices_on.setChecked(state.slices)
        for control in inner:
            control.blockSignals(False)
        self._orthogonal = state.orthogonal
        self._show_numbers(state)

    def _clip_slider(self, axis: str) -> Any:
        return named(RangeSlider(), f"Clip {axis}", f"Part of the volume shown along {axis}.")

    def _slice_slider(self, axis: str) -> QSlider:
        return named(QSlider(Qt.Orientation.Horizontal), f"Slice {axis}", f"Where the slice across {axis} lies.")

    def _field(self, name: str) -> NumberField:
        field = named(NumberField(), name, f"{name}; the arrows move by one voxel.")
        field.setKeyboardTracking(False)
        field.setButtonSymbols(field.ButtonSymbols.NoButtons)
        field.setAlignment(Qt.AlignmentFlag.AlignRight)
        field.setFixedWidth(field.fontMetrics().horizontalAdvance("00000.0 nm") + 12)
        return field

    def _set_clip(self, axis: int) -> None:
        low, high = (round(field.value() / self._spacing[axis]) for field in self.clip_fields[axis])
        self.clips[axis].setValue((min(low, high), max(low, high)))
        self._emit_changed()

    def _set_position(self, axis: int) -> None:
        layer = int(self.position_fields[axis].value() / self._spacing[axis] + 1e-9)  # that holds this length
        self.positions[axis].setValue(layer)
        self._emit_changed()

    def _emit_changed(self) -> None:
        self._show_numbers(replace(DEFAULT_VIEW, **self.values(), orthogonal=self._orthogonal))
        self.changed.emit()

    def _show_numbers(self, state: ViewState) -> None:
        for axis, edge in enumerate(self._spacing):
            steps, (low, high) = self.clips[axis].maximum(), state.clip[axis]
            for field, layer in zip(self.clip_fields[axis], (low, high), strict=True):
                _show(field, layer * edge, steps * edge)
            _show(self.position_fields[axis], (state.positions[axis] + 0.5) * edge, steps * edge)
            for control in (self.positions[axis], self.position_fields[axis]):
                control.setEnabled(state.slices or state.orthogonal)
        share = f"≥ {state.threshold_share:.2f}"
        self._threshold_words.setText(share if state.threshold else "off")

    def _connect(self) -> None:
        for slider in (*self.clips, self.threshold, *self.positions):
            slider.valueChanged.connect(lambda _: self._emit_changed())
        self.slices_on.toggled.connect(lambda _: self._emit_changed())
        for axis in range(3):
            for field in self.clip_fields[axis]:
                field.valueChanged.connect(lambda _, axis=axis: self._set_clip(axis))
            self.position_fields[axis].valueChanged.connect(lambda _, axis=axis: self._set_position(axis))

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 4, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.addWidget(QLabel("Clip"), 0, 0)
        grid.addWidget(self.slices_on, 0, 5)
        for row, axis in enumerate(AXES):
            low, high = self.clip_fields[row]
            widgets = (QLabel(axis), low, self.clips[row], high)
            for column, widget in enumerate(widgets, 1):
                grid.addWidget(widget, row, column)
            for column, widget in enumerate((QLabel(axis), self.positions[row], self.position_fields[row]), 6):
                grid.addWidget(widget, row, column)
        grid.addWidget(QLabel("Threshold"), 3, 0, 1, 3)
        grid.addWidget(self.threshold, 3, 3)
        grid.addWidget(self._threshold_words, 3, 4)
        for column in (3, 7):
            grid.setColumnStretch(column, 1)


def _show(field: NumberField, length: float, most: float) -> None:
    field.blockSignals(True)
    field.setRange(0.0, most)
    field.setValue(length)
    field.blockSignals(False)
