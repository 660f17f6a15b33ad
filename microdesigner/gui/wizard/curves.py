"""Training and validation curves of the three stages on log axes."""

from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QWidget

from microdesigner.app.training_progress import LIKELIHOOD_STAGES, STAGE_TITLES, StageProgress
from microdesigner.gui.wizard import plots

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
            row.addWidget(self.plots[stage])
        self.restyle()

    def show_stage(self, stage: str, progress: StageProgress) -> None:
        """Draw what is known of a stage."""
        exponential = stage in LIKELIHOOD_STAGES
        for line, curve in zip(self.lines[stage], (progress.training, progress.validation), strict=True):
            line.setData(*curve.positive(exponential))

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
