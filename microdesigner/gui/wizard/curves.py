"""Training and validation curves of the three stages on log axes."""

from typing import Any

import numpy as np
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from microdesigner.app.training_progress import LIKELIHOOD_STAGES, STAGE_TITLES, StageProgress
from microdesigner.gui.wizard import plots

ONE_DECADE, MINOR_TICKS = 10, 2
LIKELIHOOD, LOSS = "inverse likelihood", "loss"


class Curves(QWidget):
    """A plot per stage; a line for training, points for validation."""

    def __init__(self) -> None:
        super().__init__()
        self.plots: dict[str, Any] = {}
        self.lines: dict[str, tuple[Any, Any]] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for stage, title in STAGE_TITLES.items():
            self.plots[stage] = self._plot(stage, title)
            self.plots[stage].setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
            row.addWidget(self.plots[stage], 1)
        self.restyle()

    def show_stage(self, stage: str, progress: StageProgress) -> None:
        """Draw what is known of a stage."""
        exponential = stage in LIKELIHOOD_STAGES
        points = [curve.positive(exponential) for curve in (progress.training, progress.validation)]
        for line, (steps, values) in zip(self.lines[stage], points, strict=True):
            line.setData(steps, values)
        values = np.concatenate([values for _, values in points])
        several_decades = len(values) > 0 and values.max() > ONE_DECADE * values.min()
        self.plots[stage].getAxis("left").setStyle(maxTextLevel=0 if several_decades else MINOR_TICKS)

    def restyle(self) -> None:
        """Take over a changed light or dark look."""
        for stage, widget in self.plots.items():
            plots.restyle(widget)
            training, validation = self.lines[stage]
            training.setPen(plots.neutral(130))
            validation.setPen(plots.accent())
            validation.setSymbolBrush(plots.accent())
            widget.setTitle(STAGE_TITLES[stage], size="9pt", color=plots.neutral())

    def _plot(self, stage: str, title: str) -> Any:
        meaning = LIKELIHOOD if stage in LIKELIHOOD_STAGES else LOSS
        widget = plots.plot(f"Curves of the {title.lower()}", f"The {meaning} over the steps: grey on training "
                            "batches, coloured on volumes kept for validation; lower is better.")  # fmt: skip
        widget.setLogMode(False, True)
        widget.setLabel("left", meaning)
        widget.setLabel("bottom", "step")
        training = widget.plot([], [])
        validation = widget.plot([], [], symbol="o", symbolSize=4, symbolPen=None)
        self.lines[stage] = (training, validation)
        return widget
