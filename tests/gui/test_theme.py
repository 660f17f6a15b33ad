"""What can be ticked is seen in either look."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPalette
from PySide6.QtWidgets import QApplication, QCheckBox, QListWidget, QListWidgetItem, QRadioButton, QWidget

from microdesigner.gui import theme

LEAST_CONTRAST = 3.0  # of what a control is known by, WCAG 2.1, 1.4.11


def _ticked_list() -> QListWidget:
    box = QListWidget()
    item = QListWidgetItem(" ")
    item.setCheckState(Qt.CheckState.Unchecked)
    box.addItem(item)
    return box


def _luminance(pixels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Relative luminance of colours in 0..1, by WCAG 2.1."""
    linear = np.where(pixels <= 0.04045, pixels / 12.92, ((pixels + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ np.array([0.2126, 0.7152, 0.0722]))


def _contrast(widget: QWidget, background: QColor) -> float:
    """Greatest contrast of any pixel of the left part of `widget`, without its frame, against `background`."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGBA8888)
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)[2:-2, 2:20, :3] / 255
    here, there = _luminance(pixels), _luminance(np.array(background.getRgbF()[:3]))
    return float(np.max((np.maximum(here, there) + 0.05) / (np.minimum(here, there) + 0.05)))


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(
    ("make", "role"),
    [(QCheckBox, QPalette.ColorRole.Window), (QRadioButton, QPalette.ColorRole.Window),
     (_ticked_list, QPalette.ColorRole.Base)],
)  # fmt: skip
def test_what_is_not_ticked_is_seen(
    qapp: QApplication, make: type[QWidget], role: QPalette.ColorRole, dark: bool
) -> None:
    theme.apply(qapp, dark)
    widget = make()
    widget.resize(60, 24)
    widget.show()
    qapp.processEvents()
    assert _contrast(widget, qapp.palette().color(role)) > LEAST_CONTRAST
    widget.close()
    widget.deleteLater()
    theme.apply(qapp, False)
