"""Plots in the colours of the window's look."""

from typing import Any

from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from microdesigner.gui.widgets.basics import named


def plot(name: str, tooltip: str) -> Any:
    """An empty plot that the mouse does not move, with axes without SI prefixes."""
    import pyqtgraph

    pyqtgraph.setConfigOptions(antialias=True)
    widget = named(pyqtgraph.PlotWidget(enableMenu=False), name, tooltip)
    widget.hideButtons()
    widget.getPlotItem().setMouseEnabled(False, False)
    for side in ("bottom", "left"):
        widget.getAxis(side).enableAutoSIPrefix(False)
    restyle(widget)
    return widget


def restyle(widget: Any) -> None:
    """Take over a changed light or dark look."""
    palette = QApplication.palette()
    widget.setBackground(palette.base().color())
    for side in ("bottom", "left"):
        axis = widget.getAxis(side)
        axis.setPen(palette.mid().color())
        axis.setTextPen(palette.text().color())


def accent(alpha: int = 255) -> QColor:
    """The colour of what matters."""
    return _with(QApplication.palette().highlight().color(), alpha)


def neutral(alpha: int = 255) -> QColor:
    """The colour of what it is compared with."""
    return _with(QApplication.palette().text().color(), alpha)


def _with(colour: QColor, alpha: int) -> QColor:
    colour = QColor(colour)
    colour.setAlpha(alpha)
    return colour
