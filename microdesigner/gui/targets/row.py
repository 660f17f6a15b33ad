"""One condition: what it is, its value, whether it is free."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QWidget

from microdesigner.app.value_words import symbol_html
from microdesigner.core.card import ModelCard, Parameter
from microdesigner.core.descriptor_spec import spec_of
from microdesigner.core.parameter_notes import control_note, describe_parameter
from microdesigner.core.quantity import unit_words
from microdesigner.gui.targets.slider import HistogramSlider
from microdesigner.gui.widgets.basics import named, quiet
from microdesigner.gui.widgets.number_field import NumberField

FIELD_WIDTH, LONG_FIELD_WIDTH, MOST_DECIMALS = 84, 112, 5


class ConditionRow(QWidget):
    """Slider, number and "free" box of a condition, generated from its entry in the model card."""

    value_changed = Signal(str, float)
    fixed_changed = Signal(str, bool)

    def __init__(self, parameter: Parameter, limits: tuple[float, float], card: ModelCard | None = None) -> None:
        super().__init__()
        self.parameter = parameter
        spec, tooltip = spec_of(parameter.name), describe_parameter(parameter, card)
        unit = unit_words(spec.unit, " [{}]")
        label = QLabel(f"{spec.title}&nbsp; <i>{symbol_html(spec.symbol)}</i>{unit}")
        label.setToolTip(tooltip)
        label.setWordWrap(True)  # a long title takes two lines where a scroll bar stands beside it
        self.slider = named(HistogramSlider(parameter, limits), f"{spec.title} slider", tooltip)
        self.number = named(NumberField(), spec.title, tooltip)
        self.number.setDecimals(spec.decimals_up_to(limits[1]))
        self.number.setRange(*limits)
        self.number.setSingleStep((limits[1] - limits[0]) / 100)
        self.number.setKeyboardTracking(False)
        self.number.setFixedWidth(FIELD_WIDTH if self.number.decimals() <= MOST_DECIMALS else LONG_FIELD_WIDTH)
        self.free = named(QCheckBox("Free"), f"{spec.title} free", f"Leave the {spec.title.lower()} to the model.")
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 4)
        grid.setVerticalSpacing(2)
        grid.addWidget(label, 0, 0)
        grid.addWidget(self.free, 0, 1)
        grid.addWidget(self.slider, 1, 0)
        grid.addWidget(self.number, 1, 1)
        grid.setColumnStretch(0, 1)
        if card is not None and (note := control_note(card, parameter.name)):
            grid.addWidget(quiet(note), 2, 0, 1, 2)
        self.slider.value_changed.connect(self._emit_value)
        self.number.valueChanged.connect(self._emit_value)
        self.free.toggled.connect(lambda free: self.fixed_changed.emit(self.parameter.name, not free))

    def show_state(self, value: float, fixed: bool) -> None:
        """Show a value and whether it is asked for, without telling anyone."""
        for widget in (self.number, self.free):
            widget.blockSignals(True)
        self.number.setValue(value)
        self.free.setChecked(not fixed)
        for widget in (self.number, self.free):
            widget.blockSignals(False)
        self.slider.show_value(value)
        self.slider.setEnabled(fixed)
        self.number.setEnabled(fixed)

    def _emit_value(self, value: float) -> None:
        self.value_changed.emit(self.parameter.name, value)
