"""Training and validation curves of the three stages on log axes."""

import math
from typing import Any

import numpy as np
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from microdesigner.app.training_progress import STAGE_TITLES, StageProgress
from microdesigner.gui.widgets import plotting

MOST_TICKS = 5  # which stay apart in the least height
LEAST_HEIGHT = 150
MANTISSAS = ((1, 1.5, 2, 3, 5, 7), (1, 2, 5), (1,))
LIKELIHOOD, LOSS, TO_COME = "1 / likelihood", "loss", "still to come"


class Curves(QWidget):
    """A plot per stage; a line for training, points for validation."""

    def __init__(self) -> None:
        super().__init__()
        self.plots: dict[str, Any] = {}
        self.lines: dict[str, tuple[Any, Any]] = {}
        self._titles = {stage: f"{title}: {TO_COME}" for stage, title in STAGE_TITLES.items()}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for stage, title in STAGE_TITLES.items():
            self.plots[stage] = self._plot(stage, title)
            self.plots[stage].setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
            self.plots[stage].setMinimumHeight(LEAST_HEIGHT)
            row.addWidget(self.plots[stage], 1)
        self.restyle()

    def show_stage(self, stage: str, progress: StageProgress) -> None:
        """Draw what is known of a stage."""
        points = [curve.positive(progress.likelihood) for curve in (progress.training, progress.validation)]
        for line, (steps, values) in zip(self.lines[stage], points, strict=True):
            line.setData(steps, values)
        training = self.lines[stage][0]
        training.setSymbol("o" if len(points[0][0]) == 1 else None)  # one point makes no line
        values = np.concatenate([values for _, values in points])
        if len(values):
            self._titles[stage] = STAGE_TITLES[stage]
            self.plots[stage].setLabel("left", LIKELIHOOD if progress.likelihood else LOSS)
            self._show_title(stage)
            self.plots[stage].getAxis("bottom").setTicks(None)
            self.plots[stage].getAxis("left").setTicks([_ticks(float(values.min()), float(values.max()))])

    def restyle(self) -> None:
        """Take over a changed light or dark look."""
        for stage, widget in self.plots.items():
            plotting.style_plot(widget)
            training, validation = self.lines[stage]
            training.setPen(plotting.neutral(130))
            training.setSymbolBrush(plotting.neutral(130))
            validation.setPen(plotting.accent())
            validation.setSymbolBrush(plotting.accent())
            self._show_title(stage)

    def _show_title(self, stage: str) -> None:
        self.plots[stage].setTitle(self._titles[stage], size="9pt", color=plotting.neutral())

    def _plot(self, stage: str, title: str) -> Any:
        words = "Loss over steps: grey on training batches, coloured on volumes kept for validation. Lower is better."
        widget = plotting.make_plot(f"Curves of the {title.lower()}", words, across="step", up=LOSS)
        widget.setLogMode(False, True)
        for side in ("left", "bottom"):
            widget.getAxis(side).setTicks([[]])  # until there is something to read on it
        training = widget.plot([], [], symbolSize=4, symbolPen=None)
        validation = widget.plot([], [], symbol="o", symbolSize=4, symbolPen=None)
        self.lines[stage] = (training, validation)
        return widget


def _ticks(low: float, high: float) -> list[tuple[float, str]]:
    """Places (log₁₀) and words of ticks between `low` and `high`, few enough to stay apart."""
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for mantissas in MANTISSAS:
        values = [mantissa * 10.0**decade for decade in decades for mantissa in mantissas]
        shown = [value for value in values if 0.9 * low <= value <= 1.1 * high]
        if len(shown) <= MOST_TICKS:
            break
    return [(math.log10(value), f"{value:g}") for value in shown]
