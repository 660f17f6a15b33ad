"""How the ticked conditions hang together: who goes with whom, and how many of them are free."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget

from microdesigner.core.descriptor_spec import spec_of
from microdesigner.gui.widgets import plotting

HEIGHT, SHADES, LIGHT = 190, 256, 0.6
MOST_WORDS, MOST_FIGURES = 10, 8  # more rows than that leave no room for them
AGAINST, TOGETHER = "#c8453b", "#2f6db5"
MATRIX_WORDS = (
    "How the conditions move together in the training volumes: 1 always up together (blue), -1 one up as the other "
    "goes down (red), 0 independently."
)
SHARES_WORDS = (
    "Share of the variance of the ticked conditions that each principal component holds. Where the first few hold "
    "nearly all, there are fewer free choices than conditions: then leave some out. Components are not learned in "
    "place of descriptors: training hides conditions at random, so any few of them can be asked for alone, and a "
    "slider for a component would have no meaning."
)


class Correlations(QWidget):
    """Made when first shown something; hidden for fewer than two conditions."""

    def __init__(self) -> None:
        super().__init__()
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self.setFixedHeight(HEIGHT)
        self.matrix: Any = None
        self.shares: Any = None
        self._image: Any = None
        self._bars: Any = None
        self._figures: list[tuple[Any, float]] = []
        self.hide()

    def show_conditions(
        self, names: Sequence[str], correlations: NDArray[np.float64], shares: NDArray[np.float64]
    ) -> None:
        """Show the square of `correlations` and the `shares` of the principal components."""
        self.setVisible(len(names) > 1)
        if len(names) < 2:
            return
        if self.matrix is None:
            self._make_plots()
        self._image.setImage(correlations[:, ::-1], levels=(-1, 1))
        count = len(names)
        titles = [f"{spec_of(name).title}  {number + 1}" for number, name in enumerate(names)]
        self.matrix.getAxis("left").setTicks(
            [[(count - row - 0.5, title if count <= MOST_WORDS else str(row + 1)) for row, title in enumerate(titles)]]
        )
        self.matrix.getAxis("bottom").setTicks([[(column + 0.5, str(column + 1)) for column in range(count)]])
        self.matrix.setRange(xRange=(0, count), yRange=(0, count), padding=0)
        self._show_figures(correlations)
        numbers = np.arange(1, len(shares) + 1)
        self._bars.setOpts(x=numbers, height=100 * shares)
        self.shares.getAxis("bottom").setTicks([[(int(number), str(number)) for number in numbers]])
        self.shares.setRange(xRange=(0.4, len(shares) + 0.6), yRange=(0, 105), padding=0)

    def restyle(self) -> None:
        """Take over a changed light or dark look."""
        if self.matrix is None:
            return
        for widget in (self.matrix, self.shares):
            plotting.style_plot(widget)
        shades = _shades()
        self._image.setLookupTable(shades)
        self._bars.setOpts(brush=plotting.accent(150), pen=None)
        for figure, value in self._figures:
            figure.setColor(_figure_colour(value, shades))

    def _show_figures(self, correlations: NDArray[np.float64]) -> None:
        import pyqtgraph

        for figure, _ in self._figures:
            self.matrix.removeItem(figure)
        self._figures = []
        count, shades = len(correlations), _shades()
        for row, column in np.ndindex(correlations.shape if count <= MOST_FIGURES else (0, 0)):
            value = float(correlations[row, column])
            figure = pyqtgraph.TextItem(f"{value:.2f}", _figure_colour(value, shades), anchor=(0.5, 0.5))
            figure.setPos(row + 0.5, count - column - 0.5)
            self.matrix.addItem(figure)
            self._figures.append((figure, value))

    def _make_plots(self) -> None:
        import pyqtgraph

        self.matrix = plotting.make_plot("Correlations of the conditions", MATRIX_WORDS)
        self._image = pyqtgraph.ImageItem(axisOrder="col-major")
        self.matrix.addItem(self._image)
        self.shares = plotting.make_plot(
            "Principal components of the conditions", SHARES_WORDS, across="principal component", up="variance (%)"
        )
        self._bars = pyqtgraph.BarGraphItem(x=[], height=[], width=0.7)
        self.shares.addItem(self._bars)
        self._row.addWidget(self.matrix, 3)
        self._row.addWidget(self.shares, 2)
        self.restyle()


def _figure_colour(value: float, shades: NDArray[np.uint8]) -> QColor:
    """What can be read on the shade of `value`."""
    red, green, blue = (int(part) for part in shades[round((value + 1) / 2 * (SHADES - 1))][:3])
    return QColor("white") if QColor(red, green, blue).lightnessF() < LIGHT else plotting.neutral()


def _shades() -> NDArray[np.uint8]:
    """Colours from -1 over 0, which is the plot's ground, to 1."""
    ground = QApplication.palette().base().color()
    colours = (QColor(AGAINST), ground, QColor(TOGETHER))
    stops = np.array([(colour.red(), colour.green(), colour.blue()) for colour in colours], np.float64)
    at = np.linspace(-1, 1, SHADES)
    return np.stack([np.interp(at, (-1, 0, 1), stops[:, band]) for band in range(3)], axis=1).astype(np.uint8)
