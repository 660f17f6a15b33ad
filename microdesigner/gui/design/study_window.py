"""The window of a study: goals at the left, the front that grows at the right, the best films below."""

import time
from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from microdesigner.app.design_studies import Study, StudyOrder, known_studies
from microdesigner.app.time_left import TimeLeft
from microdesigner.app.training_progress import duration
from microdesigner.core.card import ModelCard
from microdesigner.core.errors import InputError
from microdesigner.core.result import RESULT_FILE
from microdesigner.design.goals import quantities_of
from microdesigner.design.trials import Trial, front, nearest
from microdesigner.gui.design.best_films import NUMBER, BestFilms
from microdesigner.gui.design.front_plot import FrontPlot
from microdesigner.gui.design.goal_rows import GoalRows, proposed_goals
from microdesigner.gui.widgets.basics import SPACING, fit_screen, heading, named, quiet, section
from microdesigner.gui.widgets.number_field import IntegerField

POLL_MS = 500
BUDGET, LEAST, MOST = 40, 4, 1000
WIDTH, HEIGHT, GOALS_WIDTH = 1180, 720, 500
NEW = "New study"
EMPTY = "Each film becomes a point at the right; a click on it shows the film in the main window."


class StudyWindow(QDialog):
    """Begins studies, follows the one that is chosen, and names the films to show."""

    film_requested = Signal(object)  # Path
    share_requested = Signal(object)  # Path of the study's folder

    def __init__(self, card: Callable[[], ModelCard | None], parent: QWidget) -> None:
        """`card` is that of the model that is chosen in the window."""
        super().__init__(parent)
        self.setWindowTitle("Design by objective")
        self._card = card
        self.study: Study | None = None
        self._trials: list[Trial] = []
        self._was_alive = False
        self._time_left = TimeLeft()
        self.studies = named(QComboBox(), "Study", "An earlier study, or a new one.")
        self.goals = GoalRows()
        self.budget = named(IntegerField(), "Films to make", "How many films are made in all; more can be added later.")
        self.budget.setRange(LEAST, MOST)
        self.budget.setValue(BUDGET)
        self.words = quiet()
        self.start = named(QPushButton("Start"), "Start the study", "Make films towards the goals, in the background.")
        self.stop = named(QPushButton("Stop"), "Stop the study", "The films that are made stay; Resume goes on.")
        self.share = named(
            QPushButton("Share…"), "Share the study", "Pack all its films with what makes them again, for others."
        )
        self.bar = named(QProgressBar(), "Progress", "Films made.")
        self.plot = FrontPlot()
        self.table = named(BestFilms(), "Best films", "Films on the front; double click shows one.")
        self._poll = QTimer(self)
        self._poll.setInterval(POLL_MS)
        self._poll.timeout.connect(self.follow)
        self._lay_out()
        self._connect()
        self._list()
        self._choose(1 if self.studies.count() > 1 else 0)

    def follow(self) -> None:
        """Show what the study has made since."""
        if self.study is None:
            return
        alive = self.study.alive  # asked first: what ended has written all its films
        trials = self.study.trials()
        if len(trials) != len(self._trials) or alive != self._was_alive:
            self._trials, self._was_alive = trials, alive
            self._show_films()
        self._show_state(alive)

    def release(self) -> None:
        """Stop what the window follows, and the study that it began: its films stay, and it can be resumed."""
        self._poll.stop()
        if self.study is not None:
            self.study.stop()
            self.study.wait()

    def restyle(self) -> None:
        """Take over a changed light or dark look."""
        self.plot.restyle()

    def _begin(self) -> None:
        """Start what is asked for, or go on with the study on show."""
        card = self._card()
        try:
            if self.study is None and card is not None:
                order = StudyOrder(tuple(goal.text for goal in self.goals.goals), card.name, self.budget.value())
                self.study = Study.new(order, quantities_of(card))
                self._list()
                self.studies.blockSignals(True)
                self.studies.setCurrentIndex(1)
                self.studies.blockSignals(False)
        except InputError as error:
            self.words.setText(str(error))
            return
        if self.study is not None:
            self._time_left.begin()
            self.study.start(self.budget.value())
            self._poll.start()
            self.follow()

    def _halt(self) -> None:
        if self.study is not None:
            self.study.stop()
            self.follow()

    def _list(self) -> None:
        self._known = known_studies()
        if self.study is not None:  # whose process is known here
            self._known = [self.study if each.folder == self.study.folder else each for each in self._known]
        self.studies.blockSignals(True)
        self.studies.clear()
        self.studies.addItem(NEW)
        for study in self._known:
            self.studies.addItem(f"{study.folder.name}: {', '.join(study.order.goals)}")
        self.studies.blockSignals(False)

    def _choose(self, index: int) -> None:
        """Show a study, or the goals of a new one."""
        self.study = self._known[index - 1] if index > 0 else None
        self._trials, self._was_alive = [], False
        self._time_left.begin()
        self.studies.blockSignals(True)
        self.studies.setCurrentIndex(index)
        self.studies.blockSignals(False)
        card = self._card()
        if self.study is not None:
            names = [goal.name for goal in self.study.goals]
            self.goals.show_goals(names, self.study.goals)
            self.budget.setValue(self.study.order.budget)
            self._poll.start()
        elif card is not None:
            self.goals.show_goals(quantities_of(card), proposed_goals(card))
            self.words.setText(EMPTY)
        self._show_films()
        self.follow()
        if self.study is None:
            self._show_state(alive=False)

    def _show_state(self, alive: bool) -> None:
        made, wanted = len(self._trials), self.budget.value()
        done = self.study is not None and made >= wanted
        self.start.setEnabled(not alive and not done and self._card() is not None)
        self.start.setText("Start" if self.study is None else "Resume")
        self.stop.setEnabled(alive)
        self.share.setEnabled(not alive and self.study is not None and (self.study.folder / RESULT_FILE).exists())
        self.budget.setEnabled(not alive)
        self.goals.setEnabled(self.study is None)
        self.bar.setRange(0, wanted)
        self.bar.setValue(min(made, wanted))
        self.bar.setFormat(f"{made} of {wanted} films")
        if self.study is None:
            return
        if not alive:
            self._poll.stop()
            self.words.setText(self.study.problem or ("All films are made." if done else "Stopped; Resume goes on."))
            return
        seconds = self._time_left.seconds("films", made, wanted, time.monotonic())
        left = "" if seconds is None else f", about {duration(seconds)} left"
        self.words.setText(f"Making film {made + 1} of {wanted}{left}.")

    def _show_films(self) -> None:
        goals = self.study.goals if self.study else self.goals.goals
        self.plot.show_study(goals, self._trials)
        best = front(self._trials, goals)
        closest = None if best or not self._trials else nearest(self._trials, goals)
        self.table.show_films([closest] if closest else best, goals)
        self.best_title.setText("Nearest to the bounds, which no film meets" if closest else "Best films")

    def _show_film(self, number: int) -> None:
        if self.study is not None:
            self.film_requested.emit(self.study.film(number))

    def _share(self) -> None:
        if self.study is not None:
            self.share_requested.emit(self.study.folder)

    def _connect(self) -> None:
        self.start.clicked.connect(lambda: self._begin())
        self.stop.clicked.connect(lambda: self._halt())
        self.share.clicked.connect(lambda: self._share())
        self.studies.currentIndexChanged.connect(self._choose)
        self.plot.film_chosen.connect(self._show_film)
        self.goals.changed.connect(lambda: self._show_films() if self.study is None else None)
        self.budget.valueChanged.connect(lambda _: self._show_state(self._was_alive))
        self.table.itemActivated.connect(lambda item: self._show_film(item.data(NUMBER)))

    def _lay_out(self) -> None:
        left, right = QWidget(), QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, SPACING, 0)
        column.addWidget(heading("Goals"))
        column.addWidget(quiet("What the films are to do: up to four quantities to maximise or minimise, and bounds on "
                               "others. Each film is measured, and what is learned chooses the next."))  # fmt: skip
        column.addWidget(self.goals)
        form = QFormLayout()
        form.addRow("Films to make", self.budget)
        column.addLayout(form)
        buttons = QHBoxLayout()
        buttons.addWidget(self.start)
        buttons.addWidget(self.stop)
        buttons.addStretch(1)
        column.addLayout(buttons)
        column.addWidget(self.bar)
        column.addWidget(self.words)
        column.addStretch(1)
        self.best_title = section("Best films")
        other = QVBoxLayout(right)
        other.setContentsMargins(SPACING, 0, 0, 0)
        other.addWidget(self.plot, 3)
        other.addWidget(self.best_title)
        other.addWidget(self.table, 2)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.addWidget(left)
        splitter.addWidget(right)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([GOALS_WIDTH, WIDTH - GOALS_WIDTH])
        splitter.setChildrenCollapsible(False)
        head = QHBoxLayout()
        head.addWidget(QLabel("Study"))
        head.addWidget(self.studies, 1)
        head.addWidget(self.share)
        whole = QVBoxLayout(self)
        whole.addLayout(head)
        whole.addWidget(splitter, 1)
        fit_screen(self, QSize(WIDTH, HEIGHT))
