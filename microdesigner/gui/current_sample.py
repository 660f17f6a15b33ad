"""What the views and the right column show: the generation under way, or what the user chose instead."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from microdesigner.app.catalogue import Catalogue
from microdesigner.core.microstructure import PhaseArray
from microdesigner.core.request import Request
from microdesigner.core.result import Sample
from microdesigner.gui.engine_client import EngineClient
from microdesigner.gui.results.panel import ResultsPanel
from microdesigner.gui.viewer.panel import ViewsPanel


class CurrentSampleController(QObject):
    """Follows the generation until the user picks a kept or opened volume.

    `sample` is on show; it was made for `request`, or comes from the file `source`.
    """

    changed = Signal(object, object)  # Request, Sample

    def __init__(
        self, views: ViewsPanel, outcome: ResultsPanel, generation: EngineClient, catalogue: Catalogue, parent: QObject
    ) -> None:
        super().__init__(parent)
        self.sample: Sample | None = None
        self.request: Request | None = None
        self.source: Path | None = None
        self._views, self._outcome, self._catalogue = views, outcome, catalogue
        self._running: Request | None = None
        self._draft: Request | None = None  # whose draft is on show
        self._following = True
        generation.started.connect(self._started)
        generation.previewed.connect(self._preview)
        generation.drafted.connect(self._show_draft)
        generation.sampled.connect(self._sampled)
        generation.ended.connect(self._ended)
        outcome.chosen.connect(self._show)

    def follow(self) -> None:
        """Show what the generation makes from now on."""
        self._following = True

    def alone(self) -> Request | None:
        """The request that makes the sample on show alone; None for one that was opened from a file."""
        if self.request is None or self.sample is None or self.source is not None:
            return None
        return replace(self.request, seed=self.sample.seed, count=1)

    def keep_to(self, request: Request, sample: Sample, source: Path | None = None) -> None:
        """Show one sample that exists already as the result of `request`, whatever is being generated."""
        self._following = False
        self.source = source
        self._outcome.add(request, 0, sample)

    def _started(self, request: Request) -> None:
        self._running = request

    def _preview(self, phases: PhaseArray) -> None:
        if self._running is not None and self._running != self._draft:  # a draft shows more than a preview of the same
            self._look(self._running, phases)

    def _show_draft(self, request: Request, phases: PhaseArray) -> None:
        self._draft = request
        self._look(request, phases)

    def _look(self, request: Request, phases: PhaseArray) -> None:
        card = self._catalogue.card(request.model)
        if self._following and card is not None:
            self._views.show_preview(phases, request.size or card.shape, card)

    def _sampled(self, index: int, sample: Sample) -> None:
        if self._following and self._running is not None:
            self.source = None
            self._outcome.add(self._running, index, sample)

    def _show(self, request: Request, sample: Sample) -> None:
        self.request, self.sample, self._draft = request, sample, None
        self._views.show_volume(sample.microstructure)
        self._outcome.show_sample(request, sample)
        self.changed.emit(request, sample)

    def drop_draft(self) -> None:
        """Put the sample back on show where a draft is."""
        if self._draft is not None:
            self._draft = None
            self._ended()

    def _ended(self) -> None:
        if self.sample is not None and self._views.microstructure is not self.sample.microstructure:
            self._views.show_volume(self.sample.microstructure)
