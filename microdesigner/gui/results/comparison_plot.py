"""One statistic of one phase of several films, their curves over each other."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from microdesigner.app.workers.measuring import CHORDS, CORRELATION, PROFILE, TORTUOSITY, Line, LinesTask
from microdesigner.core.microstructure import Microstructure
from microdesigner.gui.results.phase_plot import PhasePlot
from microdesigner.gui.results.plots import CHORD_PLOT, PLOTS
from microdesigner.gui.widgets.basics import named

HEIGHT = 240
NOTHING = np.empty(0)
COLOURS = ((0, 114, 178), (213, 94, 0), (0, 158, 115), (204, 121, 167), (230, 159, 0), (86, 180, 233))
"""Of the films, told apart by all eyes: M. Okabe and K. Ito, Color Universal Design (2008)."""
STATISTICS = {
    PROFILE: "Height profile", **{statistic: f"Chord lengths along {axis}" for statistic, axis in CHORDS.items()},
    TORTUOSITY: "Tortuosity", CORRELATION: "Correlation S₂",
}  # fmt: skip


def places(count: int) -> tuple[str, ...]:
    """What films that are compared are called in tables and legends: two stand beside each other, more have numbers."""
    return ("left", "right") if count == 2 else tuple(map(str, range(1, count + 1)))


class ComparisonPlot(QWidget):
    """Asks for the curves of one film after the other, while it is on the screen."""

    task_requested = Signal(object)  # LinesTask
    failed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._films: list[tuple[str, Microstructure]] = []
        self._lines: dict[tuple[int, str], list[Line]] = {}  # by place of the film and statistic
        self._pending: tuple[LinesTask, int] | None = None
        self._plots: dict[str, PhasePlot] = {}
        self.statistic = named(QComboBox(), "Statistic", "Quantity to plot.")
        for name, title in STATISTICS.items():
            self.statistic.addItem(title, name)
        self.phase = named(QComboBox(), "Phase", "Phase to plot.")
        self.legend = QLabel()
        self.statistic.currentIndexChanged.connect(lambda _: self._ask())
        self.phase.currentIndexChanged.connect(lambda _: self._draw())
        head = QHBoxLayout()
        for widget in (self.statistic, self.phase, self.legend):
            head.addWidget(widget)
        head.addStretch(1)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addLayout(head)
        self.hide()

    @property
    def plot(self) -> PhasePlot | None:
        """The plot of the chosen statistic, once it was made."""
        return self._plots.get(self._kind())

    def show_films(self, films: Sequence[tuple[str, Microstructure]]) -> None:
        """Compare these films, each with its title."""
        self._films, self._lines, self._pending = list(films), {}, None
        names = list(dict.fromkeys(name for _, film in films for name in film.phase_names))
        if names != [self.phase.itemText(index) for index in range(self.phase.count())]:
            self.phase.blockSignals(True)
            self.phase.clear()
            self.phase.addItems(names)
            self.phase.blockSignals(False)
        marks = places(len(films))
        self.legend.setText(
            "&nbsp;&nbsp;".join(
                f'<span style="color:rgb{colour}">■</span> {mark}' for mark, colour in zip(marks, COLOURS, strict=False)
            )
        )
        titles = (title for title, _ in films)
        self.legend.setToolTip("\n".join(f"{mark}: {title}" for mark, title in zip(marks, titles, strict=True)))
        self.setVisible(len(films) > 1)
        self._ask()

    def take(self, task: object, lines: list[Line]) -> None:
        """Take an answer, unless other films are compared by now."""
        if self._pending is not None and task is self._pending[0]:
            self._lines[self._pending[1], self._pending[0].statistic] = lines
            self._pending = None
            self._ask()

    def take_failure(self, task: object, message: str) -> None:
        """Leave out a film whose statistic cannot be computed."""
        if self._pending is not None and task is self._pending[0]:
            self.failed.emit(message)
            self.take(task, [])

    def restyle(self) -> None:
        """Take over a changed light or dark look."""
        for plot in self._plots.values():
            plot.recolour(COLOURS)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """Compute what is missing."""
        super().showEvent(event)
        self._ask()

    def _kind(self) -> str:
        statistic = self.statistic.currentData()
        return CHORD_PLOT if statistic in CHORDS else statistic

    def _ask(self) -> None:
        self._draw()
        if self._pending is not None or not self.isVisible():
            return
        statistic = self.statistic.currentData()
        for place, (_, film) in enumerate(self._films):
            if (place, statistic) not in self._lines:
                self._pending = LinesTask(film, statistic), place
                self.task_requested.emit(self._pending[0])
                return

    def _draw(self) -> None:
        if not self.isVisible():
            return
        kind, statistic, phase = self._kind(), self.statistic.currentData(), self.phase.currentText()
        if kind not in self._plots:
            self._plots[kind] = PhasePlot(*PLOTS[kind])
            self._plots[kind].setFixedHeight(HEIGHT)
            self._plots[kind].failed.connect(self.failed)
            self._column.addWidget(self._plots[kind])
        for name, plot in self._plots.items():
            plot.setVisible(name == kind)
        lines = [self._line(place, statistic, phase) for place in range(len(self._films))]
        self._plots[kind].show_lines(tuple(title for title, _ in self._films), lines, COLOURS)

    def _line(self, place: int, statistic: str, phase: str) -> Line:
        names, lines = self._films[place][1].phase_names, self._lines.get((place, statistic))
        if lines and phase in names:
            return lines[names.index(phase)]
        return Line(NOTHING, NOTHING)
