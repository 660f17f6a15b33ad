"""Plots in the look of the window. pyqtgraph is imported when the first is made, after the window is up."""

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from microdesigner.gui.widgets.basics import named

MARGINS = 2, 8, 0, 4
"""Left, top, right, bottom: half a tick's label stands above its axis, titles stand out of theirs by a few pixels."""


def make_plot(name: str, tooltip: str, across: str = "", up: str = "") -> Any:
    """An empty pyqtgraph PlotWidget in the program's colours without mouse, menu, buttons and SI prefixes; `across` and
    `up` title its axes."""
    import pyqtgraph

    pyqtgraph.setConfigOptions(antialias=True)
    plot = named(pyqtgraph.PlotWidget(), name, tooltip)
    plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # nothing in it needs a key
    plot.setMenuEnabled(False)
    plot.hideButtons()
    plot.getPlotItem().setMouseEnabled(False, False)
    plot.getPlotItem().layout.setContentsMargins(*MARGINS)
    for side, title in (("bottom", across), ("left", up)):
        plot.getAxis(side).enableAutoSIPrefix(False)
        if title:
            plot.setLabel(side, title)
    style_plot(plot)
    return plot


def style_plot(plot: Any, palette: QPalette | None = None) -> None:
    """Give a plot the colours of a palette, by default the program's."""
    palette = palette or QApplication.palette()
    plot.setBackground(palette.base().color())
    for side in ("bottom", "left"):
        axis = plot.getAxis(side)
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
