"""Drafts that follow the sliders: same seed, newest targets only; in full quality once they rest."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from microdesigner.app.request_model import Design, RequestModel
from microdesigner.core.request import Request
from microdesigner.core.result import Sample
from microdesigner.gui.engine_client import EngineClient

LOOK_AGAIN_MS, REST_MS = 10, 900


class LiveDraft(QObject):
    """While the options say so, each move of a target is drafted; jobs of the queue go first.

    The next draft begins when the last is drawn (`drawing` is false) and a move never delays it, so that they keep
    coming while a slider is dragged. When no target has moved for `REST_MS` the same request is served in full.
    """

    began = Signal()
    made = Signal(object, object)  # Request, Sample that followed its draft, in full

    def __init__(
        self, model: RequestModel, generation: EngineClient, drawing: Callable[[], bool], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._model, self._generation = model, generation
        self._drawing = drawing
        self._last = model.state
        self._own: Request | None = None
        self._next = QTimer(self)
        self._next.setSingleShot(True)
        self._next.timeout.connect(self._draft)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._finish)
        model.changed.connect(self._changed)
        generation.sampled.connect(self._take)

    def stop(self) -> None:
        """Forget a draft that is about to start or under way, and what would follow it."""
        self._next.stop()
        self._rest.stop()
        if self._own_runs():
            self._generation.cancel()

    def _own_runs(self) -> bool:
        return self._own is not None and self._generation.request is self._own

    def _changed(self, design: Design) -> None:
        before, self._last = self._last, design
        moved = _drafted(before) != _drafted(design)
        if moved and design.options.live and self._generation.started_up:
            self._rest.start()
            if not self._next.isActive():
                self._next.start(0)

    def _draft(self) -> None:
        """Draft the targets as they stand now, once the last draft is drawn; its volume in the making gives way."""
        free = not self._generation.running or (self._own_runs() and not self._generation.drafting)
        if not free or self._drawing():
            self._next.start(LOOK_AGAIN_MS)
        elif (request := self._single_sample_request()) is not None:
            self._own = request
            self.began.emit()
            self._generation.draft(request)

    def _finish(self) -> None:
        if self._generation.running or self._next.isActive():
            self._rest.start()
        elif (request := self._single_sample_request()) is not None:
            self._own = request
            self.began.emit()
            self._generation.generate(request)

    def _take(self, _: int, sample: Sample) -> None:
        if self._own is not None and self._own_runs():
            self.made.emit(self._own, sample)

    def _single_sample_request(self) -> Request | None:
        """One volume as the options say, but never of the thousand steps that nobody waits for."""
        quality = self._model.state.options.quality
        return self._model.request(count=1, candidates=1, quality="standard" if quality == "paper" else quality)


def _drafted(design: Design) -> tuple[object, ...]:
    """What a draft follows."""
    return design.model, design.targets, design.options.kept
