"""A slider with two handles."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QPaintEvent
from superqt import QRangeSlider


class RangeSlider(QRangeSlider):  # type: ignore[misc]
    """Its bar has the colour of all sliders, also in a window without the focus, for which superqt has another."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Take over the look of the day first."""
        self._style.brush_active = self._style.brush_inactive = self.palette().highlight().color()
        super().paintEvent(event)
