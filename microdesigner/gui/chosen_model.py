"""The model that is asked, as the user chooses it and as models are installed, renamed and deleted."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from microdesigner.app.catalogue import Catalogue
from microdesigner.app.request_model import Design, RequestModel
from microdesigner.app.store.settings import Settings
from microdesigner.core.request import Request
from microdesigner.gui.targets.panel import TargetsPanel


class ChosenModel(QObject):
    """Keeps catalogue, request and the panel of targets in agreement; the choice is remembered for the next start."""

    message = Signal(str)

    def __init__(
        self, catalogue: Catalogue, model: RequestModel, targets: TargetsPanel, undo: QUndoStack, settings: Settings,
        parent: QObject,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._catalogue, self._model, self._targets = catalogue, model, targets
        self._undo, self._settings = undo, settings
        model.changed.connect(self._remember)

    def start(self) -> None:
        """Choose the model of the last time."""
        self._model.start(self._settings.model or Request.model)

    def choose(self, name: str) -> None:
        """Ask this model from now on."""
        self._model.choose_model(name)
        self.message.emit(f"The model {name} is chosen.")

    def offer_installed(self) -> None:
        """A model is there that was not."""
        self._catalogue.reload()
        if self._model.targets is None:
            self.start()
        self._targets.refresh()

    def follow(self, name: str) -> None:
        """A model has another name, `name`, or is gone."""
        self._catalogue.reload()
        if self._catalogue.card(name) is not None:
            self._model.choose_model(name)
        elif self._catalogue.models:
            self._model.choose_model(self._catalogue.models[0].card.name)
        self._undo.clear()  # of steps that lead to a model that is not there
        self._targets.refresh()

    def _remember(self, design: Design) -> None:
        self._settings.model = design.model or self._settings.model
        self._settings.quality = design.options.quality
