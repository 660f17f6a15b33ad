"""How the sample shown could be made: blend, interaction, annealing time, each with its uncertainty."""

from typing import Any

import numpy as np
from PySide6.QtWidgets import QApplication, QGridLayout, QLabel, QVBoxLayout, QWidget

from microdesigner.core.descriptor_spec import DescriptorSpec, spec_of
from microdesigner.core.result import Sample
from microdesigner.gui.density import density
from microdesigner.gui.widgets.basics import heading, named, quiet

PLOT_HEIGHT = 220
CLOUD_ALPHA = 190


class RecipePanel(QWidget):
    """Median and 5-95 % interval per processing parameter, and the density of χ against time."""

    def __init__(self) -> None:
        super().__init__()
        self.words = quiet("Predicted processing, with the interval that holds 90 % of the predictions.")
        self.values: dict[str, QLabel] = {}
        self._grid = QGridLayout()
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(0, 1)
        self._plot: Any = None
        self._points: Any = None
        self._cloud: Any = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(heading("Recipe"))
        self._column.addWidget(self.words)
        self._column.addLayout(self._grid)

    def prepare(self) -> None:
        """Load the plotting library; called once the window is up."""
        import pyqtgraph

        pyqtgraph.setConfigOptions(antialias=True)
        self._plot = named(
            pyqtgraph.PlotWidget(),
            "Interaction against time",
            "Draws of the predicted recipe: interaction against time.",
        )
        self._plot.setFixedHeight(PLOT_HEIGHT)
        self._plot.setMinimumWidth(200)
        self._plot.setMenuEnabled(False)
        self._plot.hideButtons()
        self._plot.getPlotItem().setMouseEnabled(False, False)
        for side, name in (("bottom", "log_time"), ("left", "chi")):
            self._plot.getAxis(side).enableAutoSIPrefix(False)
            self._plot.setLabel(side, _axis_title(spec_of(name)))
        self._cloud = pyqtgraph.ImageItem(axisOrder="col-major")
        self._points = pyqtgraph.ScatterPlotItem(size=4, pen=None)
        self._plot.addItem(self._cloud)
        self._plot.addItem(self._points)
        self._column.addWidget(self._plot)
        self._plot.hide()
        self.restyle()

    def restyle(self) -> None:
        """Take over a changed light or dark look."""
        if self._plot is None:
            return
        palette = QApplication.palette()
        self._plot.setBackground(palette.base().color())
        colour = palette.highlight().color()
        shades = np.tile(np.array([colour.red(), colour.green(), colour.blue(), 0], np.uint8), (256, 1))
        shades[:, 3] = np.linspace(0, CLOUD_ALPHA, 256)
        self._cloud.setLookupTable(shades)
        colour = palette.text().color()
        colour.setAlpha(120)
        self._points.setBrush(colour)
        for side in ("bottom", "left"):
            axis = self._plot.getAxis(side)
            axis.setPen(palette.mid().color())
            axis.setTextPen(palette.text().color())

    def show_sample(self, sample: Sample) -> None:
        """Show a sample's recipe; a model trained without processing parameters has none."""
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        self.values = {}
        for row, (name, spread) in enumerate(sample.process.items()):
            self._add_line(row, spec_of(name), spread)
        self.words.hide()
        self.setVisible(bool(sample.process))
        self._show_draws(sample.draws)

    def _add_line(self, row: int, spec: DescriptorSpec, spread: dict[str, float]) -> None:
        title = QLabel(f"{spec.title} {spec.symbol}")
        title.setToolTip(f"{spec.meaning} Source: {spec.source}.")
        middle, low, high = (spread.get(key, spread["mean"]) for key in ("q50", "q05", "q95"))
        value = QLabel(f"<b>{middle:.{spec.decimals}f}</b>")
        interval = QLabel(f"{low:.{spec.decimals}f} to {high:.{spec.decimals}f}")
        interval.setToolTip("90 % of the predictions lie in this interval (5 % to 95 %).")
        for column, label in enumerate((title, value, interval)):
            self._grid.addWidget(label, row, column)
        if spec.unit != "1":
            title.setText(f"{spec.title} {spec.symbol}<br><small>{_unit(spec)}</small>")
        self.values[spec.name] = value

    def _show_draws(self, draws: dict[str, list[float]]) -> None:
        if self._plot is None:
            return
        times, interactions = draws.get("log_time", []), draws.get("chi", [])
        self._plot.setVisible(bool(times and interactions))
        self._points.setData(times, interactions)
        cloud = density(np.asarray(times, np.float64), np.asarray(interactions, np.float64))
        self._cloud.setVisible(cloud is not None)
        if cloud is not None:
            self._cloud.setImage(cloud.values, levels=(0.0, 1.0))
            self._cloud.setRect(*cloud.place)


def _unit(spec: DescriptorSpec) -> str:
    return "t in dx²/M" if spec.unit == "log10(dx²/M)" else spec.unit


def _axis_title(spec: DescriptorSpec) -> str:
    unit = "" if spec.unit == "1" else f" ({_unit(spec)})"
    return f"{spec.title} {spec.symbol}{unit}"
