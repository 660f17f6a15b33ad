"""Targets from the picture on show: its statistics, estimated beside the window."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from microdesigner.app.request_model import RequestModel
from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.picture_targets import picture_targets
from microdesigner.gui.background_task import BackgroundTask
from microdesigner.gui.command import Command

TITLE = "Targets from the picture on show"
ESTIMATE = "microdesigner.app.workers.section:estimate"
FOUND = "Targets from {name}: {words}"


class PictureTargets(QObject):
    """Sets the targets of `model`; `picture` gives the one on show and its file, None where no film of one layer is."""

    message = Signal(str)
    failed = Signal(str, str)  # sentence, details
    found = Signal()

    def __init__(
        self, model: RequestModel, picture: Callable[[], tuple[Microstructure, Path] | None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._model, self._picture = model, picture
        self._asked: tuple[Microstructure, Path] | None = None
        self.task = BackgroundTask(self)
        self.task.result.connect(self._take)
        self.task.failed.connect(self.failed)

    def commands(self) -> list[Command]:
        """The command."""
        return [Command("Generate", TITLE, self.ask, section=2, enabled=lambda: self._picture() is not None)]

    def ask(self) -> None:
        """Estimate, then ask for what was found."""
        self._asked = self._picture()
        if self._asked is not None:
            self.task.start(ESTIMATE, *self._asked)

    def close(self) -> None:
        """End the work."""
        self.task.close()

    def _take(self, estimates: Any) -> None:
        targets = self._model.targets
        if targets is None or self._asked is None:
            return
        picture, path = self._asked
        try:
            found = picture_targets(targets.card, estimates, picture.phase_names)
        except InputError as error:
            self.failed.emit(str(error), "")
            return
        self._model.ask_for(found.targets, TITLE)
        self.message.emit(FOUND.format(name=path.name, words=found.words))
        self.found.emit()
