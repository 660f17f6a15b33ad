"""A draft that follows the sliders: same seed, few steps, newest request only."""

from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal

from microdesigner.core.request import Request
from microdesigner.gui.generation import Generation
from microdesigner.gui.panels.targets import TargetsPanel

PAUSE_MS = 150


class LiveDraft(QObject):
    """Generates a draft shortly after a target moved, while the panel's box is checked; jobs of the queue go first."""

    began = Signal()

    def __init__(self, targets: TargetsPanel, generation: Generation, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._targets = targets
        self._generation = generation
        self._newest: Request | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self._generate)
        targets.targets_changed.connect(self._changed)

    @property
    def drafting(self) -> bool:
        """Whether a draft is being generated."""
        return self._newest is not None and self._generation.request is self._newest

    def stop(self) -> None:
        """Forget a draft that is about to start or under way."""
        self._timer.stop()
        if self.drafting:
            self._generation.cancel()

    def _changed(self) -> None:
        if self._targets.options.live.isChecked() and self._generation.started_up:
            self._timer.start()

    def _generate(self) -> None:
        if self._generation.running and not self.drafting:
            self._timer.start()
            return
        targets = self._targets.targets
        if targets is not None:
            options = self._targets.options.options()
            self._newest = targets.request(replace(options, quality="draft", count=1, candidates=1))
            self.began.emit()
            self._generation.generate(self._newest)
