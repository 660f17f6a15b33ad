"""Undoing changes of the targets."""

from collections.abc import Callable

from PySide6.QtGui import QUndoCommand

from microdesigner.app.session import TargetState

_MERGING_ID = 1


class TargetChange(QUndoCommand):
    """From one set of targets to another; changes with the same `merge_key` in a row become one."""

    def __init__(
        self, apply: Callable[[TargetState], None], before: TargetState, after: TargetState, title: str, merge_key: str
    ) -> None:
        super().__init__(title)
        self._apply, self._before, self.after, self.merge_key = apply, before, after, merge_key

    def redo(self) -> None:
        """Go to the later targets."""
        self._apply(self.after)

    def undo(self) -> None:
        """Go back to the earlier targets."""
        self._apply(self._before)

    def id(self) -> int:
        """Changes that may merge share a number."""
        return _MERGING_ID if self.merge_key else -1

    def mergeWith(self, other: QUndoCommand) -> bool:  # noqa: N802
        """Swallow the next change when it moves the same slider."""
        if not isinstance(other, TargetChange) or other.merge_key != self.merge_key:
            return False
        self.after = other.after
        return True
