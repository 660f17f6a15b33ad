"""What the views and the right column show: the generation under way, or what the user chose instead."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from microdesigner.app.catalogue import Catalogue
from microdesigner.core.microstructure import Microstructure, PhaseArray
from microdesigner.core.request import Request
from microdesigner.core.result import Sample
from microdesigner.gui.engine_client import EngineClient


class CurrentSampleController(QObject):
    """Follows the generation until the user picks a stored or opened volume.

    `sample` is on show; it was made for `request`, or comes from the file `source`.
    """

    changed = Signal(object, object)  # Request, Sample
    counted = Signal(int, int)  # how many samples the result has so far, place of the one on show from 1
    volume_requested = Signal(object)  # Microstructure to be shown
    outdated = Signal(bool)  # whether the sample's values are older than what is on show or under way
    preview_requested = Signal(object, object, object, object)  # coarse labels, voxels of the whole, their edges, names
    coarse_requested = Signal(object, object)  # Microstructure, shape of the whole

    def __init__(self, generation: EngineClient, catalogue: Catalogue, parent: QObject) -> None:
        super().__init__(parent)
        self.sample: Sample | None = None
        self.request: Request | None = None
        self.source: Path | None = None
        self._catalogue = catalogue
        self._samples: dict[int, Sample] = {}  # of the request whose samples can be chosen
        self._collected: Request | None = None
        self._on_show: Microstructure | None = None  # None: a preview or a draft
        self._running: Request | None = None
        self._draft: Request | None = None  # whose draft is on show
        self._following = True
        self._looking = False  # a first look at a file is on show
        generation.started.connect(self._started)
        generation.previewed.connect(self._preview)
        generation.drafted.connect(self._show_draft)
        generation.sampled.connect(self._sampled)
        generation.ended.connect(self._ended)

    def follow(self) -> None:
        """Show what the generation makes from now on."""
        self._following = True

    @property
    def on_show(self) -> Microstructure | None:
        """The volume on show; None for a preview, a draft or a first look."""
        return self._on_show

    def alone(self) -> Request | None:
        """The request that makes the sample on show alone; None for one that was opened from a file."""
        if self.request is None or self.sample is None or self.source is not None:
            return None
        return replace(self.request, seed=self.sample.seed, count=1)

    def keep_to(self, request: Request, sample: Sample, source: Path | None = None) -> None:
        """Show one sample that exists already as the result of `request`, whatever is being generated."""
        self._following = False
        self.source = source
        self._add(request, 0, sample)

    def take_analysis(self, volume: Microstructure, seen: Sample) -> None:
        """Add what a model sees in a volume to the sample on show, where that is still this volume's."""
        self._complete(
            volume, predicted=seen.predicted, process=seen.process, draws=seen.draws, support=seen.support,
            verdict=seen.verdict,
        )  # fmt: skip

    def take_values(self, volume: Microstructure, measured: dict[str, float | None], reasons: dict[str, str]) -> None:
        """Add what was measured of an opened volume to the sample on show, where that is still this volume's."""
        self._complete(volume, measured=measured, reasons=reasons)

    def choose(self, place: int) -> None:
        """Show one of the samples of the result, counted from 1."""
        if self._collected is not None and 1 <= place <= len(self._samples):
            self.request, self.sample = self._collected, self._samples[sorted(self._samples)[place - 1]]
            self._draft, self._looking = None, False
            self.show_volume(self.sample.microstructure)
            self.changed.emit(self.request, self.sample)
            self.outdated.emit(False)

    def show_volume(self, volume: Microstructure) -> None:
        """Show the volume of the sample, or the one simulated in its place, unless it is on show: meshes take long."""
        if volume is not self._on_show:
            self._on_show = volume
            self.volume_requested.emit(volume)

    def drop_draft(self) -> None:
        """Put the sample back on show where a draft is."""
        if self._draft is not None:
            self._draft = None
            self._ended()

    def show_look(self, volume: Microstructure, size: tuple[int, int, int]) -> None:
        """Show a first look at a file of so many voxels, until its volume comes or `drop_look`."""
        self._on_show, self._looking = None, True
        self.outdated.emit(True)
        self.coarse_requested.emit(volume, size)

    def drop_look(self) -> None:
        """Put the sample back on show where a first look at a file is."""
        if self._looking:
            self._looking = False
            self._ended()

    def _add(self, request: Request, index: int, sample: Sample) -> None:
        """Take a new sample; the first of a request is shown at once."""
        first = request is not self._collected
        if first:
            self._collected, self._samples = request, {}
        self._samples[index] = sample
        place = 1 if first or self.sample is None else self._place()
        self.counted.emit(len(self._samples), place)
        if first:
            self.choose(1)

    def _complete(self, volume: Microstructure, **entries: Any) -> None:
        """Add to the sample of `volume` what was found out about it, whatever the views show by now."""
        if self.request is not None and self.sample is not None and self.sample.microstructure is volume:
            self.sample = replace(self.sample, **entries)
            self._samples = {0: self.sample}
            self.changed.emit(self.request, self.sample)

    def _place(self) -> int:
        keys = sorted(self._samples)
        return next((place for place, key in enumerate(keys, 1) if self._samples[key] is self.sample), 1)

    def _started(self, request: Request) -> None:
        self._running = request
        self.outdated.emit(self._following)

    def _preview(self, phases: PhaseArray) -> None:
        if self._running is not None and self._running != self._draft:  # a draft shows more than a preview of the same
            self._look(self._running, phases)

    def _show_draft(self, request: Request, phases: PhaseArray) -> None:
        self._draft = request
        self._look(request, phases)

    def _look(self, request: Request, phases: PhaseArray) -> None:
        card = self._catalogue.card(request.model)
        if self._following and card is not None:
            self._on_show = None
            self.outdated.emit(True)
            edges = request.voxel_nm or card.voxel_nm
            self.preview_requested.emit(phases, request.size or card.shape, edges, card.phase_names)

    def _sampled(self, index: int, sample: Sample) -> None:
        if self._following and self._running is not None:
            self.source = None
            self._add(self._running, index, sample)

    def _ended(self) -> None:
        self.outdated.emit(False)
        if self.sample is not None and self._on_show is not self.sample.microstructure:
            self.show_volume(self.sample.microstructure)
