"""Undo in the fields of a window of its own: a dialog or wizard whose values no model of the main window holds."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import shiboken6
from PySide6.QtCore import QObject
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QDoubleSpinBox, QSpinBox, QWidget

from microdesigner.gui.undo import UndoMerge


@dataclass
class _Step:
    field: QWidget
    before: Any
    after: Any
    merge_key: str


class FormUndo(QObject):
    """Records what the user changes in the number fields, choices and check boxes of `window`; Ctrl+Z takes back the
    newest change on the page on show. Lines of text have an undo of their own.

    A field is watched from when it first has the focus, which it has before the user can change it.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window, self._merge = window, UndoMerge()
        self._values: dict[QWidget, Any] = {}  # of the fields that are watched
        self._done: list[_Step] = []
        self._undone: list[_Step] = []
        self._applying = False
        self._focused: QWidget | None = None  # also while it loses the focus, when what was typed counts
        for key, act in ((QKeySequence.StandardKey.Undo, self.undo), (QKeySequence.StandardKey.Redo, self.redo)):
            QShortcut(key, window, act)
        QApplication.instance().focusChanged.connect(self._watch)  # type: ignore[union-attr]

    def undo(self) -> None:
        """Take back the newest change that can be seen."""
        if step := _newest_visible(self._done):
            self._undone.append(step)
            self._apply(step.field, step.before)

    def redo(self) -> None:
        """Make the change again that was taken back last."""
        if step := _newest_visible(self._undone):
            self._done.append(step)
            self._apply(step.field, step.after)

    def _watch(self, _: QWidget | None, field: QWidget | None) -> None:
        if field is None or not self._window.isAncestorOf(field):
            return
        self._focused = field
        if field in self._values:
            return
        if (access := _access(field)) is None:
            return
        value, changed = access
        self._values[field] = value()
        changed.connect(partial(self._note, field))
        field.destroyed.connect(partial(self._values.pop, field, None))

    def _note(self, field: QWidget, *_: object) -> None:
        access = _access(field)
        before, after = self._values.get(field), access[0]() if access else None
        self._values[field] = after
        if self._applying or before == after or field is not self._focused:
            return
        self._undone.clear()
        key = self._merge.key(str(id(field)))
        last = self._done[-1] if self._done else None
        if last is not None and last.merge_key == key:
            last.after = after
            if last.before == after:
                self._done.pop()
        else:
            self._done.append(_Step(field, before, after, key))

    def _apply(self, field: QWidget, value: Any) -> None:
        self._applying = True
        if isinstance(field, QComboBox):
            field.setCurrentText(value)
        elif isinstance(field, QAbstractButton):
            field.setChecked(value)
        elif isinstance(field, QSpinBox | QDoubleSpinBox):
            field.setValue(value)
        field.setFocus()
        self._applying = False


def _access(field: QWidget) -> tuple[Callable[[], Any], Any] | None:
    """How to ask for a field's value, and its signal of a change; None for what is no field."""
    if isinstance(field, QSpinBox | QDoubleSpinBox):
        return field.value, field.valueChanged
    if isinstance(field, QComboBox):
        return field.currentText, field.currentIndexChanged
    if isinstance(field, QAbstractButton) and field.isCheckable() and not field.autoExclusive():
        return field.isChecked, field.toggled
    return None


def _newest_visible(steps: list[_Step]) -> _Step | None:
    """Take the newest step whose field is there and on show."""
    for number in reversed(range(len(steps))):
        field = steps[number].field
        if not shiboken6.isValid(field):
            del steps[number]
        elif field.isVisible():
            return steps.pop(number)
    return None
