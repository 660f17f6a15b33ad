"""A short tour of the window, step by step."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtWidgets import QScrollArea, QWidget

from microdesigner.gui.help.tour_card import Frame, TourCard


@dataclass(frozen=True)
class Step:
    """What a widget is for."""

    widget: QWidget
    title: str
    text: str


class Tour(QObject):
    """Shows a card beside one widget after the other, until the user has seen all or skips the rest."""

    ended = Signal()

    def __init__(self, window: QWidget, steps: list[Step], reveal: Callable[[QWidget], bool]) -> None:
        super().__init__(window)
        self._window, self._reveal = window, reveal
        self.steps = steps
        self.number = 0
        self._frame = Frame(window)
        self.card = TourCard(window)
        self.card.next.clicked.connect(lambda: self._go(self.number + 1))
        self.card.back.clicked.connect(lambda: self._go(self.number - 1))
        self.card.skipped.connect(self.end)
        window.installEventFilter(self)
        self._go(0)

    @property
    def running(self) -> bool:
        """Whether a step is shown."""
        return self.number < len(self.steps)

    def end(self) -> None:
        """Put everything away."""
        self.number = len(self.steps)
        self._window.removeEventFilter(self)
        self._frame.hide()
        self.card.hide()
        for part in (self._frame, self.card, self):
            part.deleteLater()
        self.ended.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Follow the window's size."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def _go(self, number: int) -> None:
        self.number = number
        if not self.running:
            self.end()
            return
        step = self.steps[number]
        self._reveal(step.widget)
        _scroll_to(step.widget)
        self.card.show_step(step.title, step.text, number, len(self.steps))
        self._place()

    def _place(self) -> None:
        if self.running:
            area = self._frame.surround(self.steps[self.number].widget)
            self.card.place_beside(area)


def _scroll_to(widget: QWidget) -> None:
    above = widget.parentWidget()
    while above is not None:
        if isinstance(above, QScrollArea):
            above.ensureWidgetVisible(widget)
        above = above.parentWidget()
