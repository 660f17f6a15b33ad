"""Generate, cancel, and how far it is."""

from PySide6.QtWidgets import QGridLayout, QLabel, QProgressBar, QPushButton, QWidget

from microdesigner.app.generation_progress import Outlook
from microdesigner.app.training_progress import duration
from microdesigner.gui.widgets.basics import named
from microdesigner.gui.widgets.icons import with_icon

STAGES = {
    "denoise": "Denoising",
    "refine": "Refining",
    "decode": "Decoding",
    "measure": "Measuring",
    "match": "Matching",
}
FINE = 1000
"""Steps of the bar."""


class RunBar(QWidget):
    """The two buttons of the main path with progress below; connecting them is the window's business."""

    def __init__(self) -> None:
        super().__init__()
        self.generate = named(
            QPushButton("Generate"),
            "Generate",
            "Generate volumes for these targets (Ctrl+Enter); while others run they wait for their turn.",
        )
        self.generate.setProperty("role", "primary")
        with_icon(self.generate, "play")
        self.cancel = named(QPushButton("Cancel"), "Cancel", "Stop the generation (Esc).")
        self.progress = named(QProgressBar(), "Progress", "Progress of the whole generation.")
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(6)
        self.words = QLabel()
        self.waiting = QLabel()
        self.waiting.setToolTip("Generations that wait for their turn; Queue under the views lists them.")
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.addWidget(self.generate, 0, 0)
        grid.addWidget(self.cancel, 0, 1)
        grid.addWidget(self.progress, 1, 0, 1, 2)
        grid.addWidget(self.words, 2, 0)
        grid.addWidget(self.waiting, 2, 1)
        grid.setColumnStretch(0, 1)
        self.show_idle(False)

    def show_idle(self, possible: bool, words: str = "") -> None:
        """Nothing runs; `possible` tells whether Generate has a model to use."""
        self.generate.setEnabled(possible)
        self.cancel.setEnabled(False)
        self.progress.setRange(0, 1)
        self.progress.setValue(0)
        self.words.setText(words)

    def show_running(self) -> None:
        """A generation began; its first step is still to come."""
        self.generate.setEnabled(True)
        self.cancel.setEnabled(True)
        self.progress.setRange(0, 0)
        self.words.setText("Starting…")

    def show_waiting(self, count: int) -> None:
        """`count` generations wait for their turn."""
        self.waiting.setText(f"{count} waiting" if count else "")

    def show_progress(self, outlook: Outlook) -> None:
        """How far the whole generation is."""
        self.progress.setRange(0, FINE)
        self.progress.setValue(round(FINE * outlook.share))
        films = f"Film {outlook.film} of {outlook.films}, " if outlook.films > 1 else ""
        stage = STAGES.get(outlook.stage, outlook.stage.capitalize())
        left = "" if outlook.seconds_left is None else f": {_left(outlook.seconds_left)} left"
        self.words.setText(f"{films}{stage.lower() if films else stage}{left}")


def _left(seconds: float) -> str:
    return "less than 1 s" if seconds < 0.95 else f"about {duration(seconds)}"
