"""The recipe and the verdict of a volume on show that no model of this program made."""

from PySide6.QtCore import QObject, Signal

from microdesigner.app.request_model import RequestModel
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.request import Request
from microdesigner.core.result import Sample
from microdesigner.gui.current_sample import CurrentSampleController
from microdesigner.gui.engine_client import EngineClient

NO_RECIPE = "No recipe for this volume: {sentence}"


class VolumeAnalysis(QObject):
    """Has the chosen model look at each opened volume once it is on show, and drops that when another one is."""

    message = Signal(str)

    def __init__(
        self, generation: EngineClient, model: RequestModel, shown: CurrentSampleController, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._generation, self._model, self._shown = generation, model, shown
        self._volume: Microstructure | None = None
        self._analysed_by = ""  # the model that analysed it
        shown.changed.connect(self._look_at)
        generation.ready.connect(self._look_again)
        generation.analysed.connect(shown.take_analysis)
        generation.not_analysed.connect(self._explain)

    def _look_at(self, request: Request, sample: Sample) -> None:
        if sample.microstructure is not self._volume:
            self._volume, self._analysed_by = sample.microstructure, ""
            self._generation.drop_analysis()
        card = self._model.targets.card if self._model.targets else None
        if card is None or not card.process or request.model or sample.process or card.name == self._analysed_by:
            return
        if self._generation.started_up:
            self._analysed_by = card.name
            self._generation.analyse(card.name, sample.microstructure)

    def _look_again(self) -> None:
        """Ask a model that is ready only now, or was chosen since."""
        if self._shown.request is not None and self._shown.sample is not None:
            self._look_at(self._shown.request, self._shown.sample)

    def _explain(self, volume: Microstructure, sentence: str) -> None:
        if volume is self._volume:
            self.message.emit(NO_RECIPE.format(sentence=sentence))
