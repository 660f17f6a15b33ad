"""Target and measured value on one line."""

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget


class ErrorBar(QWidget):
    """A bar up to the measured value with a mark at the target."""

    def __init__(self) -> None:
        super().__init__()
        self._target: float | None = None
        self._measured: float | None = None
        self._span = (0.0, 1.0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:  # noqa: N802
        """A thin line of any width."""
        return QSize(80, 12)

    def show_values(self, target: float | None, measured: float | None, span: tuple[float, float]) -> None:
        """Show values within `span`; None leaves one out."""
        self._target, self._measured, self._span = target, measured, span
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw groove, bar and mark."""
        painter = QPainter(self)
        height = self.height()
        groove = QRectF(0, height / 2 - 3, self.width(), 6)
        painter.fillRect(groove, self.palette().midlight())
        if self._measured is not None:
            groove.setWidth(self._x(self._measured))
            painter.fillRect(groove, self.palette().highlight())
        if self._target is not None:
            painter.setPen(QPen(self.palette().windowText(), 2))
            x = min(self.width() - 1.0, max(1.0, self._x(self._target)))
            painter.drawLine(round(x), 0, round(x), height)
        painter.end()

    def _x(self, value: float) -> float:
        low, high = self._span
        return self.width() * min(1.0, max(0.0, (value - low) / (high - low)))
