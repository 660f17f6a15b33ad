"""A short tour of the window, step by step."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QScrollArea, QWidget

from microdesigner.gui.help.tour_card import Frame, TourCard

if TYPE_CHECKING:
    from microdesigner.gui.main_window import MainWindow


@dataclass(frozen=True)
class Step:
    """What a widget is for."""

    widget: QWidget
    title: str
    text: str


def steps_of(window: "MainWindow") -> list[Step]:
    """The way through the window: from the question to the answer."""
    row = next(iter(window.targets.rows.values()), window.targets.model)
    return [
        Step(row, "Say what you want", "Each slider is a target; the shading shows where training data lie. "
             "Leave a target free, and the model chooses."),
        Step(window.targets.badge, "Know before you ask", "The badge tells how well the training data support all "
             "targets together, and moves them to the nearest supported ones."),
        Step(window.targets.run_bar, "Generate", "Ctrl+Enter starts, Esc stops. While one runs, the next waits in "
             "the queue; a sweep varies one target."),
        Step(window.views.view, "Look", "Drag to turn, wheel to zoom, double click for one view. Keys 1 to 9 do it "
             "too. Everything can be undone."),
        Step(window.results_panel, "Read", "What the voxels measure beside what you asked for, and the recipe that "
             "would make such a film. Export writes it to a file."),
        Step(window.bottom_panels, "Find it again", "Every result is kept here with its targets, and so is the queue, "
             "also when the program ends suddenly."),
        Step(window.menuBar(), "All the rest", "Every command is in the menus and under Ctrl+Shift+P. "
             "The Help menu repeats this tour."),
    ]  # fmt: skip


class Tour(QObject):
    """Shows a card beside one widget after the other, until the user has seen all or skips the rest."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self.steps = [
            step for step in steps_of(window) if step.widget.isVisible() or window.compact_layout.page_of(step.widget)
        ]
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
        self._window.targets.run_bar.generate.setFocus()
        self._window.help.tour = None

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
        self._window.compact_layout.turn_to(step.widget)
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
