"""A draft that follows the sliders: same seed, few steps, newest request only; in full quality once they rest."""

from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal

from microdesigner.app.session import Quality
from microdesigner.core.request import Request
from microdesigner.gui.generation import Generation
from microdesigner.gui.panels.targets import TargetsPanel

PAUSE_MS, REST_MS = 150, 900
DRAFT_STEPS = 5


class LiveDraft(QObject):
    """Generates a draft shortly after a target moved, while the panel's box is checked; jobs of the queue go first.

    Drafts are not steered, which costs as much as they do; when no target has moved for `REST_MS` the same seed is
    generated as the options say.
    """

    began = Signal()

    def __init__(self, targets: TargetsPanel, generation: Generation, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._targets = targets
        self._generation = generation
        self._newest: Request | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self._draft)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._finish)
        targets.targets_changed.connect(self._changed)

    @property
    def drafting(self) -> bool:
        """Whether a draft is being generated."""
        return self._newest is not None and self._generation.request is self._newest

    def stop(self) -> None:
        """Forget a draft that is about to start or under way."""
        self._timer.stop()
        self._rest.stop()
        if self.drafting:
            self._generation.cancel()

    def _changed(self) -> None:
        if self._targets.options.live.isChecked() and self._generation.started_up:
            self._timer.start()
            self._rest.start()

    def _draft(self) -> None:
        if self._generation.running and not self.drafting:
            self._timer.start()
        elif (request := self._wanted()) is not None:
            self._generate(replace(request, steps=DRAFT_STEPS, sampler="dpm-solver++", guidance=0.0, match="none"))

    def _finish(self) -> None:
        if self._generation.running:
            self._rest.start()
        elif (request := self._wanted()) is not None:
            self._generate(request)

    def _wanted(self) -> Request | None:
        """One volume as the options say, but never of the thousand steps that nobody waits for."""
        targets, options = self._targets.targets, self._targets.options.options()
        quality: Quality = "standard" if options.quality == "paper" else options.quality
        return targets.request(replace(options, count=1, candidates=1, quality=quality)) if targets else None

    def _generate(self, request: Request) -> None:
        self._newest = request
        self.began.emit()
        self._generation.generate(request)
