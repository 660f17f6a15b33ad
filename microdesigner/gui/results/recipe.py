"""How the sample shown could be made: blend, interaction, annealing time, each with its uncertainty."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QApplication, QGridLayout, QLabel, QVBoxLayout, QWidget

from microdesigner.core.descriptor_spec import DescriptorSpec, spec_of
from microdesigner.core.quantity import unit_words
from microdesigner.core.result import Sample, parameter_note, recipe_value
from microdesigner.core.verification import Verification
from microdesigner.gui import theme
from microdesigner.gui.results.tolerance_colours import tolerance_colour
from microdesigner.gui.results.verification import largest_gap
from microdesigner.gui.widgets.basics import heading, quiet
from microdesigner.gui.widgets.plotting import make_plot, style_plot

PLOT_HEIGHT = 220
CLOUD_ALPHA = 190
ANSWER_SIZE, ANSWER_WIDTH, PROPOSAL_SIZE = 18, 3, 16


class RecipePanel(QWidget):
    """Value and 5-95 % interval per processing parameter, and the density of χ against time with the recipe told."""

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
        self._answer: Any = None
        self._proposal: Any = None
        self._verification: Verification | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(heading("Recipe"))
        self._column.addWidget(self.words)
        self._column.addLayout(self._grid)

    def prepare(self) -> None:
        """Load the plotting library; called once the window is up."""
        import pyqtgraph

        self._plot = make_plot(
            "Interaction against time",
            "Samples of the posterior of the recipe: interaction against time. A cross marks the recipe told above, a "
            "ring the one that was simulated to verify it: green where the simulated film meets the targets, yellow "
            "or red where not.",
            *(spec_of(name).axis_title for name in ("log_time", "chi")),
        )
        self._plot.setFixedHeight(PLOT_HEIGHT)
        self._plot.setMinimumWidth(200)
        self._cloud = pyqtgraph.ImageItem(axisOrder="col-major")
        self._points = pyqtgraph.ScatterPlotItem(size=4, pen=None)
        self._plot.addItem(self._cloud)
        self._plot.addItem(self._points)
        self._answer = pyqtgraph.ScatterPlotItem(size=ANSWER_SIZE, brush=None)
        self._proposal = pyqtgraph.ScatterPlotItem(size=PROPOSAL_SIZE, symbol="+")
        for mark in (self._proposal, self._answer):
            mark.setZValue(10)
            self._plot.addItem(mark)
        self._column.addWidget(self._plot)
        self._plot.hide()
        self.restyle()

    def restyle(self) -> None:
        """Take over a changed light or dark look."""
        if self._plot is None:
            return
        style_plot(self._plot)
        palette = QApplication.palette()
        colour = palette.highlight().color()
        shades = np.tile(np.array([colour.red(), colour.green(), colour.blue(), 0], np.uint8), (256, 1))
        shades[:, 3] = np.linspace(0, CLOUD_ALPHA, 256)
        self._cloud.setLookupTable(shades)
        colour = palette.text().color()
        colour.setAlpha(120)
        self._points.setBrush(colour)
        self._proposal.setPen(palette.base().color())
        self._proposal.setBrush(theme.status_colour(theme.BAD))
        self.show_answer(self._verification)

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
        self._show_proposal(sample.recipe)

    def show_answer(self, verification: Verification | None) -> None:
        """Mark the recipe that was simulated by how near the film came to what was asked; None removes the mark."""
        self._verification = verification
        if self._plot is None:
            return
        gap = largest_gap(verification) if verification is not None else None
        from pyqtgraph import mkPen

        if verification is None or gap is None:
            self._answer.setData([], [])
            return
        pen = mkPen(theme.status_colour(tolerance_colour(gap)), width=ANSWER_WIDTH * self.devicePixelRatioF())
        self._answer.setData([verification.recipe["log_time"]], [verification.recipe["chi"]], pen=pen)

    @property
    def plot_visible(self) -> bool:
        """Whether the density is shown."""
        return self._plot is not None and bool(self._plot.isVisibleTo(self))

    def answer_points(self) -> list[tuple[float, float]]:
        """Time and interaction of the recipe that was simulated."""
        return _places(self._answer)

    def proposal_points(self) -> list[tuple[float, float]]:
        """Time and interaction of the recipe that is told."""
        return _places(self._proposal)

    def _add_line(self, row: int, spec: DescriptorSpec, spread: dict[str, float]) -> None:
        title = QLabel(f"{spec.title} {spec.symbol}")
        title.setToolTip(f"{spec.meaning} Source: {spec.source}.")
        title.setWordWrap(True)
        low, high = (spread.get(key, spread["mean"]) for key in ("q05", "q95"))
        value = QLabel(f"<b>{spec.written(recipe_value(spread))}</b>")
        value.setToolTip("The likely recipe whose films come closest on average to the values of this film.")
        interval = QLabel(f"{spec.written(low)} to {spec.written(high)}")
        interval.setToolTip("90 % of the predictions lie in this interval (5 % to 95 %).")
        if note := parameter_note(spread):
            interval.setText(f"{interval.text()}<br><small>{note.split(':')[0]}</small>")
            interval.setToolTip(f"{note[0].upper()}{note[1:]}: films of very different values look alike.")
        for column, label in enumerate((title, value, interval)):
            self._grid.addWidget(label, row, column)
        if unit := unit_words(spec.written_unit, "<br><small>{}</small>"):
            title.setText(f"{spec.title} {spec.symbol}{unit}")
        self.values[spec.name] = value

    def _show_proposal(self, recipe: dict[str, float]) -> None:
        """Mark the recipe that is told among the likely ones."""
        if self._plot is not None:
            place = [[recipe[name]] if name in recipe else [] for name in ("log_time", "chi")]
            self._proposal.setData(*(place if all(place) else ([], [])))

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


def _places(marks: Any) -> list[tuple[float, float]]:
    times, interactions = marks.getData()
    return list(zip(times.tolist(), interactions.tolist(), strict=True))


BINS = 96
MARGIN = 0.25  # of the points' range, so that the cloud fades out inside the picture
Points = NDArray[np.float64]


@dataclass(frozen=True)
class Density:
    """`values` [x, y] in 0..1 over the rectangle left, bottom, width, height."""

    values: Points
    place: tuple[float, float, float, float]


def density(x: Points, y: Points) -> Density | None:
    """Density of the points with Scott's bandwidth; None where they do not spread in both directions."""
    if len(x) < 2 or np.ptp(x) <= 0 or np.ptp(y) <= 0:
        return None
    spans = [(v.min() - MARGIN * np.ptp(v), v.max() + MARGIN * np.ptp(v)) for v in (x, y)]
    counts, _, _ = np.histogram2d(x, y, bins=BINS, range=spans)
    for axis, (values, (low, high)) in enumerate(zip((x, y), spans, strict=True)):
        bandwidth = values.std() * len(values) ** (-1 / 6) / (high - low) * BINS
        counts = np.apply_along_axis(np.convolve, axis, counts, _kernel(bandwidth), mode="same")
    (left, right), (bottom, top) = spans
    return Density(counts / counts.max(), (left, bottom, right - left, top - bottom))


def _kernel(width: float) -> Points:
    reach = min(BINS // 2 - 1, max(1, round(3 * width)))
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / max(width, 1e-3)) ** 2)
    return np.asarray(weights / weights.sum())
