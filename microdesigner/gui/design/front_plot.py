"""The films of a study as points, two of their quantities across and up, the front marked."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from microdesigner.core.descriptor_spec import spec_of
from microdesigner.design.goals import Goal
from microdesigner.design.trials import Trial, front
from microdesigner.gui.widgets import plotting
from microdesigner.gui.widgets.basics import axis_html, named

FILM = "Film"
"""In the place of a quantity: the order in which films were made."""
SIZE, LARGE = 8, 12
LEAST_HEIGHT, LEAST_LETTERS = 220, 16


class FrontPlot(QWidget):
    """Points in three looks: outside the bounds, surpassed, best. A click on one chooses its film."""

    film_chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._goals: tuple[Goal, ...] = ()
        self._trials: Sequence[Trial] = ()
        self.counts = (0, 0, 0)
        self.across = named(QComboBox(), "Across", "Quantity of the horizontal axis.")
        self.up = named(QComboBox(), "Up", "Quantity of the vertical axis.")
        self.plot = plotting.make_plot("Films of the study", "One point for each film; click one to see it.")
        self.plot.setMinimumHeight(LEAST_HEIGHT)
        self._series = [self.plot.plot([], [], pen=None, symbol="o", symbolSize=size) for size in (SIZE, SIZE, LARGE)]
        for series in self._series:
            series.sigPointsClicked.connect(self._clicked)
        self.legend = QLabel()
        head = QHBoxLayout()
        for title, box in (("Across", self.across), ("up", self.up)):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(LEAST_LETTERS)
            head.addWidget(QLabel(title))
            head.addWidget(box, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(head)
        column.addWidget(self.legend)
        column.addWidget(self.plot, 1)
        self.across.currentIndexChanged.connect(lambda _: self._draw())
        self.up.currentIndexChanged.connect(lambda _: self._draw())
        self.restyle()

    def show_study(self, goals: Sequence[Goal], trials: Sequence[Trial]) -> None:
        """Show films; other goals choose the axes anew: the two objectives, or the films in their order and the one."""
        if tuple(goals) != self._goals:
            self._goals = tuple(goals)
            self._offer()
        self._trials = trials
        self._draw()

    def restyle(self) -> None:
        """Take over a changed light or dark look."""
        plotting.style_plot(self.plot)
        grey, colour = self.palette().placeholderText().color(), plotting.accent()
        for series, brush, pen in zip(self._series, (None, grey, colour), (grey, None, None), strict=True):
            series.setSymbolBrush(brush)
            series.setSymbolPen(pen)
        self.legend.setText(
            f'<span style="color:{grey.name()}">○</span>&nbsp;outside the bounds&nbsp; '
            f'<span style="color:{grey.name()}">●</span>&nbsp;surpassed&nbsp; '
            f'<span style="color:{colour.name()}">●</span>&nbsp;best'
        )

    def _offer(self) -> None:
        objectives = [goal.name for goal in self._goals if goal.is_objective]
        names = list(dict.fromkeys([*objectives, *(goal.name for goal in self._goals)]))
        for box, chosen in ((self.across, (FILM, *objectives)[-2 if len(objectives) == 1 else 1]),
                            (self.up, objectives[-1] if len(objectives) < 3 else objectives[1])):  # fmt: skip
            box.blockSignals(True)
            box.clear()
            for name in (FILM, *names):
                box.addItem(name if name == FILM else spec_of(name).title, name)
            box.setCurrentIndex(box.findData(chosen))
            box.blockSignals(False)

    def _draw(self) -> None:
        best = {trial.number for trial in front(self._trials, self._goals)}
        groups: tuple[list[Trial], ...] = ([], [], [])
        for trial in self._trials:
            groups[2 if trial.number in best else int(trial.short_by(self._goals) == 0)].append(trial)
        names = self.across.currentData(), self.up.currentData()
        if None in names:
            return
        for series, trials in zip(self._series, groups, strict=True):
            known = [(*(_value(trial, name) for name in names), trial.number) for trial in trials]
            shown = [point for point in known if None not in point]
            series.setData([x for x, *_ in shown], [y for _, y, _ in shown], data=[number for *_, number in shown])
        self.counts = (len(groups[0]), len(groups[1]), len(groups[2]))
        for side, name in zip(("bottom", "left"), names, strict=True):
            self.plot.setLabel(side, FILM if name == FILM else axis_html(spec_of(name)))

    def _clicked(self, _: Any, points: Sequence[Any], *__: Any) -> None:
        if len(points):
            self.film_chosen.emit(int(points[0].data()))


def _value(trial: Trial, name: str) -> float | None:
    return trial.number if name == FILM else trial.values.get(name)
