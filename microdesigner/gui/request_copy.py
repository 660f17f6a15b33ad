"""The request as it stands, copied into the clipboard as a command or as Python."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from microdesigner.app.request_export import FILE, as_command, as_python, saved
from microdesigner.app.request_model import RequestModel
from microdesigner.core.request import Request
from microdesigner.gui.command import Command

NOT_SAVED = "The request could not be saved for the command ({reason}); see that the disk is not full."


class RequestCopy(QObject):
    """What a request keeps of films does not fit into a command and goes into a file, which the message names."""

    message = Signal(str)
    failed = Signal(str)

    def __init__(self, model: RequestModel, parent: QObject) -> None:
        super().__init__(parent)
        self._model = model

    def commands(self) -> list[Command]:
        """Both ways."""
        return [
            Command(
                "Edit", "Copy request as command line", partial(self._copy, as_command), ("Ctrl+Shift+C",), section=1
            ),
            Command("Edit", "Copy request as Python", partial(self._copy, as_python), section=1),
        ]

    def _copy(self, words: Callable[[Request, Path], str]) -> None:
        request = self._model.request()
        if request is None:
            self.message.emit(self._model.impossible())
            return
        try:
            file = saved(request) if request.given else FILE
        except OSError as error:
            self.failed.emit(NOT_SAVED.format(reason=error.strerror))
            return
        QGuiApplication.clipboard().setText(words(request, file))
        held = f"; what is kept of films is in {file}" if request.given else ""
        self.message.emit(f"The request is in the clipboard{held}.")
