"""A slider that shows behind its handle where the training data lie."""

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QWheelEvent
from PySide6.QtWidgets import QSlider, QStyle, QStyleOptionSlider, QWidget

from microdesigner.core.card import Parameter

STEPS = 1000


class HistogramSlider(QSlider):
    """A horizontal slider over `limits` with `parameter`'s trained range and histogram as shading."""

    value_changed = Signal(float)

    def __init__(self, parameter: Parameter, limits: tuple[float, float], parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._parameter = parameter
        self._low, self._high = limits
        self.setRange(0, STEPS)
        self.setPageStep(STEPS // 20)
        self.setMinimumHeight(30)
        self.valueChanged.connect(lambda step: self.value_changed.emit(self._value_at(step)))

    def show_value(self, value: float) -> None:
        """Move the handle without telling anyone."""
        self.blockSignals(True)
        self.setValue(round((value - self._low) / (self._high - self._low) * STEPS))
        self.blockSignals(False)
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Leave the wheel to the panel's scrolling: a target must not change by accident."""
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw the shading, then the slider over it."""
        painter = QPainter(self)
        self._paint_shading(painter)
        painter.end()
        super().paintEvent(event)

    def _value_at(self, step: int) -> float:
        return round(self._low + (self._high - self._low) * step / STEPS, 4)

    def _paint_shading(self, painter: QPainter) -> None:
        colour = QColor(self.palette().color(QPalette.ColorRole.Highlight))
        if not self.isEnabled():
            colour = QColor(self.palette().color(QPalette.ColorRole.Mid))
        left, right = self._x(self._parameter.low), self._x(self._parameter.high)
        colour.setAlphaF(0.10)
        painter.fillRect(QRectF(left, 1, right - left, self.height() - 2), colour)
        counts = self._parameter.histogram
        if not counts:
            return
        colour.setAlphaF(0.32)
        width, tallest = (right - left) / len(counts), max(counts)
        for index, count in enumerate(counts):
            height = (self.height() - 2) * count / tallest
            painter.fillRect(QRectF(left + index * width, self.height() - 1 - height, width, height), colour)

    def _x(self, value: float) -> float:
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        handle = self.style().pixelMetric(QStyle.PixelMetric.PM_SliderLength, option, self)
        share = (value - self._low) / (self._high - self._low)
        return handle / 2 + share * (self.width() - handle)
