"""The table of a study's best films: what was asked for, and the recipe of each."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from microdesigner.core.descriptor_spec import spec_of
from microdesigner.core.quantity import unit_words
from microdesigner.design.goals import Goal
from microdesigner.design.trials import Trial

NUMBER = Qt.ItemDataRole.UserRole
"""Role of a cell under which it holds the number of its film."""


class BestFilms(QTableWidget):
    """A row per film; a double click or Enter activates it."""

    def __init__(self) -> None:
        super().__init__()
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.verticalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)

    def show_films(self, trials: Sequence[Trial], goals: Sequence[Goal]) -> None:
        """Show these films by the quantities of the goals, then by their recipes."""
        names = list(dict.fromkeys(goal.name for goal in goals))
        recipe = [name for name in (trials[0].recipe if trials else ()) if name not in names]
        columns = [*names, *recipe]
        self.setColumnCount(1 + len(columns))
        self.setRowCount(len(trials))
        self.setHorizontalHeaderLabels(["Film", *(spec_of(name).title + _unit(name) for name in columns)])
        for row, trial in enumerate(trials):
            values = {**trial.recipe, **trial.values}
            cells = [str(trial.number), *(_shown(values.get(name), name) for name in columns)]
            for column, text in enumerate(cells):
                item = QTableWidgetItem(text)
                item.setData(NUMBER, trial.number)
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self.setItem(row, column, item)


def _unit(name: str) -> str:
    return unit_words(spec_of(name).written_unit, " [{}]")


def _shown(value: float | None, name: str) -> str:
    return "–" if value is None else spec_of(name).written(value)
