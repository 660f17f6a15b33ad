"""Progress of a task with its words, time left and a cancel button."""

import time

from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from microdesigner.app.time_left import TimeLeft
from microdesigner.app.training_progress import duration
from microdesigner.core.events import Progress
from microdesigner.gui.background_task import BackgroundTask
from microdesigner.gui.widgets.basics import named

WORDS = {
    "simulate": "Simulating series",
    "label": "Measuring series",
    "measure": "Importing and measuring volumes",
    "check": "Checking the data set",
    "export": "Exporting films",
    "share": "Packing films",
    "smooth": "Smoothing interfaces",
    "remesh": "Making tetrahedra",
    "finish": "Finishing the mesh",
    "mesh": "Making hexahedra",
    "write": "Writing the mesh",
    "reconstruct": "Reconstructing the film",
    "trial": "Trying a few steps of each stage",
}


class TaskBar(QWidget):
    """Shown while `task` runs."""

    def __init__(self, task: BackgroundTask) -> None:
        super().__init__()
        self.words = QLabel()
        self.bar = named(QProgressBar(), "Progress", "How much of the work is done.")
        self.cancel = named(QPushButton("Cancel"), "Cancel the work", "Stop; what is finished is kept and used again.")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.words)
        row.addWidget(self.bar, 1)
        row.addWidget(self.cancel)
        self._time_left = TimeLeft()
        self.cancel.clicked.connect(lambda: task.cancel())
        task.progressed.connect(self._show)
        for end in (task.finished, task.failed, task.cancelled):
            end.connect(self.hide)
        self.hide()

    def _show(self, progress: Progress) -> None:
        if self.isHidden():
            self._time_left.begin()
        seconds = self._time_left.seconds(progress.stage, progress.done, progress.total, time.monotonic())
        self.bar.setRange(0, progress.total if progress.total > 1 else 0)
        self.bar.setValue(progress.done)
        left = "" if seconds is None else f", about {duration(seconds)} left"
        self.words.setText(WORDS.get(progress.stage, progress.stage) + left)
        self.show()
