"""Steps of undo: changes of the evented models, and which of them belong together."""

import time
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from psygnal import SignalInstance
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QUndoCommand, QUndoStack

_MERGING_ID = 1
PAUSE_S = 1.0
State = TypeVar("State")


class Undoable(Protocol):
    """A model whose changes can be taken back."""

    @property
    def edited(self) -> SignalInstance:
        """State before and after, title, merge key."""

    @property
    def restore(self) -> Callable[..., None]:
        """Sets a state without a step of undo."""


def record(model: Undoable, stack: QUndoStack) -> None:
    """Put each of the user's changes of a model on the stack."""

    def push(before: object, after: object, title: str, merge_key: str) -> None:
        stack.push(Change(model.restore, before, after, title, merge_key))

    model.edited.connect(push)


class Change(QUndoCommand, Generic[State]):
    """From one state to another; changes with the same `merge_key` in a row become one."""

    def __init__(
        self, apply: Callable[[State], None], before: State, after: State, title: str, merge_key: str = ""
    ) -> None:
        super().__init__(title)
        self._apply, self._before, self.after, self.merge_key = apply, before, after, merge_key

    def redo(self) -> None:
        """Go to the later state."""
        self._apply(self.after)

    def undo(self) -> None:
        """Go back to the earlier state."""
        self._apply(self._before)

    def id(self) -> int:
        """Changes that may merge share a number."""
        return _MERGING_ID if self.merge_key else -1

    def mergeWith(self, other: QUndoCommand) -> bool:  # noqa: N802
        """Swallow the next change when it belongs to the same gesture; one that ends where it began is no step."""
        if not isinstance(other, Change) or other.merge_key != self.merge_key:
            return False
        self.after = other.after
        self.setObsolete(bool(self.after == self._before))
        return True


class UndoMerge:
    """Tells which changes belong together: those made while a mouse button stays down or in quick succession."""

    def __init__(self) -> None:
        self._number = 0
        self._last = 0.0
        self._pressed = False

    def key(self, what: str) -> str:
        """The merge key of a change of `what` that happens now."""
        now, pressed = time.monotonic(), QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton
        if not (pressed and self._pressed) and now - self._last > PAUSE_S:
            self._number += 1
        self._last, self._pressed = now, pressed
        return f"{what} #{self._number}"
