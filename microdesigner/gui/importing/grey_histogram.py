"""How often each grey value occurs, in the colours of the phases, with the limits between them to be dragged."""

from typing import Any

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from microdesigner.app.workers.importing import Preview
from microdesigner.gui.widgets import plotting

SHOWN_SHARE = 0.9995  # of all voxels; a few stray values would press the rest into one bar
TALLEST = 2.0  # of the height that nearly all bars have; clipped grey values pile up at the ends
HEIGHT, LEAST_WIDTH, LINE_WIDTH = 170, 130, 2


class GreyHistogram(QWidget):
    """Bars and lines of the preview shown last; only the mouse makes its signals."""

    dragged = Signal(tuple)  # limits, while the mouse holds one
    released = Signal(tuple)

    def __init__(self) -> None:
        super().__init__()
        self.plot: Any = None
        self.lines: list[Any] = []
        self._bars: Any = None
        self._preview: Preview | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self.setFixedHeight(HEIGHT)
        self.setMinimumWidth(LEAST_WIDTH)

    @property
    def limits(self) -> tuple[float, ...]:
        """Where the lines stand, rising."""
        return tuple(sorted(float(line.value()) for line in self.lines))

    def show_preview(self, preview: Preview) -> None:
        """Draw the histogram and its limits."""
        if self.plot is None:
            self._make_plot()
        if self._preview is None or self._preview.counts is not preview.counts:
            self._show_range(preview)
        self._preview = preview
        if len(self.lines) != len(preview.limits):
            self._make_lines(len(preview.limits))
        for line, limit in zip(self.lines, preview.limits, strict=True):
            line.setValue(limit)
        self._paint(preview)

    def restyle(self) -> None:
        """Take over a changed light or dark look."""
        if self.plot is None:
            return
        plotting.style_plot(self.plot)
        for line in self.lines:
            _style(line)

    def _make_plot(self) -> None:
        import pyqtgraph

        self.plot = plotting.make_plot(
            "Grey values", "How many voxels have each grey value, in the colour of the phase that they become. Drag a "
            "line to set the limit between two phases yourself.", across="grey value",
        )  # fmt: skip
        self.plot.getAxis("left").hide()
        self._bars = pyqtgraph.BarGraphItem(x0=[], x1=[], height=[])
        self.plot.addItem(self._bars)
        self._column.addWidget(self.plot)

    def _make_lines(self, count: int) -> None:
        import pyqtgraph

        for line in self.lines:
            self.plot.removeItem(line)
        self.lines = [pyqtgraph.InfiniteLine(angle=90, movable=True, label="{value:.4g}",
                                             labelOpts={"position": 0.92}) for _ in range(count)]  # fmt: skip
        for line in self.lines:
            line.setZValue(10)
            line.sigDragged.connect(lambda _: self._drag())
            line.sigPositionChangeFinished.connect(lambda _: self.released.emit(self.limits))
            self.plot.addItem(line)
            _style(line)

    def _show_range(self, preview: Preview) -> None:
        share = np.cumsum(preview.counts) / preview.counts.sum()
        low, high = np.searchsorted(share, [1 - SHOWN_SHARE, SHOWN_SHARE])
        left, right = preview.edges[low], preview.edges[min(high + 1, len(preview.edges) - 1)]
        self.plot.setXRange(min(left, *preview.limits), max(right, *preview.limits), padding=0.03)
        usual = np.quantile(preview.counts[preview.counts > 0], 0.95)
        self.plot.setYRange(0, min(preview.counts.max(), TALLEST * usual), padding=0.02)

    def _drag(self) -> None:
        if self._preview is not None:
            self.dragged.emit(self.limits)

    def _paint(self, preview: Preview) -> None:
        from microdesigner.view3d.palettes import PALETTES, text_of

        taken = preview.counts > 0  # stretched grey values leave gaps between bars: each reaches half of the way over
        middles = ((preview.edges[1:] + preview.edges[:-1]) / 2)[taken]
        between = (middles[1:] + middles[:-1]) / 2
        edges = np.concatenate([[preview.edges[0]], between, [preview.edges[-1]]])
        colours = [text_of(PALETTES["paper"].colour(phase)) for phase in preview.bands]
        brushes = [colours[band] for band in np.digitize(middles, preview.limits, right=True)]
        self._bars.setOpts(x0=edges[:-1], x1=edges[1:], height=preview.counts[taken], brushes=brushes, pens=brushes)


def _style(line: Any) -> None:
    import pyqtgraph

    line.setPen(pyqtgraph.mkPen(plotting.neutral(), width=LINE_WIDTH))
    line.setHoverPen(pyqtgraph.mkPen(plotting.accent(), width=2 * LINE_WIDTH))
    line.label.setColor(plotting.neutral())
