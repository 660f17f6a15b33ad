"""What a training looks like: curves, samples in 3-D, targets against measured values."""

from pathlib import Path

from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from microdesigner.app.training_progress import RunProgress
from microdesigner.gui.training.curves import Curves
from microdesigner.gui.training.sample_view import SampleView
from microdesigner.gui.training.scatter import Scatter


class TrainingPlots(QWidget):
    """Three stages above, the newest sample and the newest pairs below."""

    def __init__(self) -> None:
        super().__init__()
        self.curves, self.samples, self.scatter = Curves(), SampleView(), Scatter()
        below = QSplitter()
        below.addWidget(self.samples)
        below.addWidget(self.scatter)
        below.setSizes([500, 500])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.curves, 2)
        column.addWidget(below, 3)

    def show_progress(self, progress: RunProgress, folder: Path) -> None:
        """Draw what is known of the run in `folder`."""
        for name, stage in progress.stages.items():
            self.curves.show_stage(name, stage)
        drawn = [name for name, stage in progress.stages.items() if stage.pairs]
        if drawn:
            newest = progress.current if progress.current in drawn else drawn[-1]
            self.scatter.show_pairs(newest, progress.stages[newest].pairs)
        self.samples.show_files([folder / name for name in progress.samples])

    def restyle(self) -> None:
        """Take over a changed light or dark look."""
        for part in (self.curves, self.samples, self.scatter):
            part.restyle()
