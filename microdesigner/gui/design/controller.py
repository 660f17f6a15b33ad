"""Between the window and its studies: one window for them, which is made when it is first asked for."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from microdesigner.core.card import ModelCard
from microdesigner.gui.command import Command
from microdesigner.gui.design.study_window import StudyWindow


class DesignController(QObject):
    """Opens the window of studies; `card` is that of the chosen model, None where there is none."""

    film_requested = Signal(object)  # Path
    share_requested = Signal(object)  # Path of a study's folder

    def __init__(self, card: Callable[[], ModelCard | None], window: QWidget) -> None:
        super().__init__(window)
        self._card, self._window = card, window
        self.studies: StudyWindow | None = None

    def commands(self) -> list[Command]:
        """What can be done by objective."""
        return [Command("Generate", "Design by objective…", self.open, ("Ctrl+D",), section=1)]

    def open(self) -> None:
        """Show the window of studies, or bring it to the front."""
        if self.studies is None:
            self.studies = StudyWindow(self._card, self._window)
            self.studies.film_requested.connect(self.film_requested)
            self.studies.share_requested.connect(self.share_requested)
        self.studies.show()
        self.studies.raise_()

    def restyle(self) -> None:
        """Take over a changed light or dark look."""
        if self.studies is not None:
            self.studies.restyle()

    def close(self) -> None:
        """End the study that this window began; it can be resumed."""
        if self.studies is not None:
            self.studies.release()
            self.studies.deleteLater()
            self.studies = None
