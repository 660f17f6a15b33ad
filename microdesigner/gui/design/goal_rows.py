"""The goals of a study as rows of a form: what, how, how much."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QCompleter, QGridLayout, QLabel, QVBoxLayout, QWidget

from microdesigner.core.card import ModelCard
from microdesigner.core.descriptor_spec import spec_of
from microdesigner.core.quantity import unit_words
from microdesigner.design.goals import Goal
from microdesigner.gui.widgets.basics import named, tool_button
from microdesigner.gui.widgets.number_field import NumberField

SENSES = ("maximise", "minimise", "at least", "at most")
LARGEST = 1e9
QUANTITY_LETTERS, BOUND_DIGITS = 18, 12  # that have room; its own hint has room for the largest bound


class GoalRow(QWidget):
    """One goal."""

    changed = Signal()
    removed = Signal(object)

    def __init__(self, names: Sequence[str], goal: Goal) -> None:
        super().__init__()
        self.sense = named(QComboBox(), "Wish", "What is wanted of the quantity.")
        for sense in SENSES:
            self.sense.addItem(sense.capitalize(), sense)
        self.quantity = named(QComboBox(), "Quantity", "What films measure, or a parameter of their recipe. Type to "
                              "search.")  # fmt: skip
        self.quantity.setEditable(True)
        self.quantity.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        for name in names:
            self.quantity.addItem(f"{spec_of(name).title} ({name})", name)
            self.quantity.setItemData(self.quantity.count() - 1, spec_of(name).meaning, Qt.ItemDataRole.ToolTipRole)
        completer = QCompleter(self.quantity.model(), self.quantity)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.quantity.setCompleter(completer)
        self.quantity.setMinimumContentsLength(QUANTITY_LETTERS)
        self.bound = named(NumberField(), "Bound", "The least or largest value that is allowed.")
        self.bound.setRange(-LARGEST, LARGEST)
        self.bound.setFixedWidth(BOUND_DIGITS * self.bound.fontMetrics().horizontalAdvance("0"))
        self.unit = QLabel()
        self.remove = tool_button("×", "Remove the goal", "Remove this goal.", lambda: self.removed.emit(self))
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        for column, widget in enumerate((self.sense, self.quantity, self.bound, self.unit, self.remove)):
            grid.addWidget(widget, 0, column)
        grid.setColumnStretch(1, 1)
        self._show(goal)
        self.sense.currentIndexChanged.connect(lambda _: self._follow())
        self.quantity.currentIndexChanged.connect(lambda _: self._follow())
        self.bound.valueChanged.connect(lambda _: self.changed.emit())

    @property
    def goal(self) -> Goal:
        """What is asked for."""
        sense = self.sense.currentData()
        bounded = sense in ("at least", "at most")
        return Goal(self.quantity.currentData(), sense, self.bound.value() if bounded else None)

    def _show(self, goal: Goal) -> None:
        self.sense.setCurrentIndex(self.sense.findData(goal.sense))
        self.quantity.setCurrentIndex(max(0, self.quantity.findData(goal.name)))
        self._fit()
        self.bound.setValue(goal.bound or 0.0)

    def _follow(self) -> None:
        self._fit()
        self.changed.emit()

    def _fit(self) -> None:
        """Decimals, unit and whether a bound is asked for."""
        spec, bounded = spec_of(self.quantity.currentData()), self.sense.currentData() in ("at least", "at most")
        self.bound.setDecimals(max(spec.decimals, 3))
        self.bound.setSingleStep(0.05 if spec.high <= 1 else 0.1)
        self.bound.setVisible(bounded)
        self.unit.setText(unit_words(spec.written_unit))
        self.unit.setVisible(bounded and bool(self.unit.text()))
        self.quantity.setToolTip(spec.meaning)
        line = self.quantity.lineEdit()
        if line is not None:
            line.setCursorPosition(0)  # a long title is read from its beginning


class GoalRows(QWidget):
    """All goals of a study, with a button for one more."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[GoalRow] = []
        self._names: Sequence[str] = ()
        self.add = tool_button("Add a goal", "Add a goal", "Maximise, minimise or bound another quantity.", self._more)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self.add)

    @property
    def goals(self) -> tuple[Goal, ...]:
        """What is asked for."""
        return tuple(row.goal for row in self.rows)

    def show_goals(self, names: Sequence[str], goals: Sequence[Goal]) -> None:
        """Offer the quantities `names`, and show goals."""
        self._names = names
        for row in list(self.rows):
            self._remove(row)
        for goal in goals:
            self._append(goal)
        self.changed.emit()

    def _more(self) -> None:
        taken = {goal.name for goal in self.goals}
        name = next((name for name in self._names if name not in taken), self._names[0])
        self._append(Goal(name, "at least", 0.0))
        self.rows[-1].quantity.setFocus()
        self.changed.emit()

    def _append(self, goal: Goal) -> None:
        row = GoalRow(self._names, goal)
        row.changed.connect(self.changed)
        row.removed.connect(self._drop)
        self._column.insertWidget(len(self.rows), row)
        self.rows.append(row)

    def _drop(self, row: GoalRow) -> None:
        self._remove(row)
        self.changed.emit()

    def _remove(self, row: GoalRow) -> None:
        self.rows.remove(row)
        self._column.removeWidget(row)
        row.hide()
        row.deleteLater()


def proposed_goals(card: ModelCard) -> tuple[Goal, ...]:
    """Goals to begin with: the most of the first straight paths, or of the first condition, that the model knows."""
    names = [each.name for each in card.conditions]
    straight = [name for name in names if spec_of(name).kind == "tortuosity"] or names
    if len(straight) < 2:
        return (Goal(straight[0], "maximise"),)
    return Goal(straight[0], "maximise"), Goal(straight[1], "at least", 0.4)
