"""The stored results as the window lists them: the entries, and what the user changes about them."""

from dataclasses import replace

from psygnal import Signal

from microdesigner.app.history import MAX_UNSTARRED, Entry


class HistoryModel:
    """The entries, the newest first; stars and notes can be taken back."""

    changed = Signal(object)
    """All entries."""
    updated = Signal(object)
    """One whose star or note is another now, to be stored."""
    removed = Signal(object)
    """One to be deleted."""
    edited = Signal(object, object, str, str)
    """Entry before and after a change of the user's, title of the step, merge key."""

    def __init__(self) -> None:
        self.entries: tuple[Entry, ...] = ()

    def load(self, entries: list[Entry]) -> None:
        """List these entries."""
        self._set(tuple(entries))

    def add(self, entry: Entry) -> None:
        """Put a new entry in front; one that had to make room for it leaves."""
        entries = (entry, *self.entries)
        crowded = [known.number for known in entries if not known.starred][MAX_UNSTARRED:]
        self._set(tuple(known for known in entries if known.number not in crowded))

    def set_star(self, entry: Entry, starred: bool) -> None:
        """Star an entry or take its star away."""
        self._edit(entry, replace(entry, starred=starred), "Star a result" if starred else "Remove a star")

    def set_note(self, entry: Entry, note: str) -> None:
        """Write a note to an entry."""
        self._edit(entry, replace(entry, note=note), "Change a note")

    def remove(self, entry: Entry) -> None:
        """Delete an entry."""
        self._set(tuple(known for known in self.entries if known.number != entry.number))
        self.removed.emit(entry)

    def restore(self, entry: Entry) -> None:
        """Set an entry without a step of undo; one that was deleted meanwhile stays so."""
        before = next((known for known in self.entries if known.number == entry.number), entry)
        if before != entry:
            self._set(tuple(entry if known.number == entry.number else known for known in self.entries))
            self.updated.emit(entry)

    def _edit(self, before: Entry, after: Entry, title: str) -> None:
        if before != after:
            self.restore(after)
            self.edited.emit(before, after, title, "")

    def _set(self, entries: tuple[Entry, ...]) -> None:
        self.entries = entries
        self.changed.emit(entries)
