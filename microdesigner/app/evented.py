"""State that widgets show and undo restores, without Qt."""

from typing import Generic, TypeVar

from psygnal import Signal

State = TypeVar("State")


class EventedModel(Generic[State]):
    """Holds one immutable value and announces each change of it."""

    changed = Signal(object)
    """The new state, after every change."""
    edited = Signal(object, object, str, str)
    """State before and after a change of the user's, its title, and a key: changes in a row with the same key that is
    not empty are one step of undo."""

    def __init__(self, state: State) -> None:
        self._state = state

    @property
    def state(self) -> State:
        """The value."""
        return self._state

    def restore(self, state: State) -> None:
        """Set the state without a step that undo could take back."""
        if state != self._state:
            self._set(state)

    def edit(self, state: State, title: str, merge_key: str = "") -> None:
        """Set the state as a step of the user's."""
        before = self._state
        if state != before:
            self._set(state)
            self.edited.emit(before, state, title, merge_key)

    def _set(self, state: State) -> None:
        self._state = state
        self.changed.emit(state)
