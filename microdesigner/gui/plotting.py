"""Plots in the look of the window. pyqtgraph is imported when the first is made, after the window is up."""

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication

from microdesigner.gui.widgets.basics import named

TOP_MARGIN = 8


def make_plot(name: str, tooltip: str, across: str, up: str) -> Any:
    """An empty pyqtgraph PlotWidget without mouse, menu and buttons; `across` and `up` title its axes."""
    import pyqtgraph

    pyqtgraph.setConfigOptions(antialias=True)
    plot = named(pyqtgraph.PlotWidget(), name, tooltip)
    plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # nothing in it needs a key
    plot.setMenuEnabled(False)
    plot.hideButtons()
    plot.getPlotItem().setMouseEnabled(False, False)
    plot.getPlotItem().layout.setContentsMargins(0, TOP_MARGIN, 0, 0)  # half a tick's label stands above the axis
    for side, title in (("bottom", across), ("left", up)):
        plot.getAxis(side).enableAutoSIPrefix(False)
        plot.setLabel(side, title)
    return plot


def style_plot(plot: Any, palette: QPalette | None = None) -> None:
    """Give a plot the colours of a palette, by default the program's."""
    palette = palette or QApplication.palette()
    plot.setBackground(palette.base().color())
    for side in ("bottom", "left"):
        axis = plot.getAxis(side)
        axis.setPen(palette.mid().color())
        axis.setTextPen(palette.text().color())
