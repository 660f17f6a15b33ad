"""What forms that make a training's data set have in common."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

LATERAL_FACES = (("the film goes on periodically", "periodic"), ("the film ends there", "no-flux"))
"""Title and name of what a film may do at its lateral faces."""


class DataForm(QWidget):
    """A form that begins work of its own, which makes the file announced by `started`."""

    started = Signal(Path)  # the data set that will be there
    refused = Signal(str)  # sentence
    settled = Signal()  # what was refused is corrected

    def restyle(self) -> None:
        """Take over a changed light or dark look."""

    def close_tasks(self) -> None:
        """End what runs for the form alone."""
