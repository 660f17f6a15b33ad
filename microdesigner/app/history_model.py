"""The stored results as the window lists them: the entries, and what the user changes about them."""

from dataclasses import replace

from psygnal import Signal

from microdesigner.app.store.history_rows import Entry


class HistoryModel:
    """The entries outside the trash, the newest first; stars, notes and deletions can be taken back."""

    changed = Signal(object)
    """All entries."""
    updated = Signal(object)
    """One of which star, note or place in the trash is another now, to be stored."""
    edited = Signal(object, object, str, str)
    """Entry before and after a change of the user's, title of the step, merge key."""

    def __init__(self) -> None:
        self.entries: tuple[Entry, ...] = ()

    def load(self, entries: list[Entry]) -> None:
        """List these entries."""
        self._set(tuple(entries))

    def add(self, entry: Entry) -> None:
        """Put a new entry in front."""
        self._set((entry, *self.entries))

    def set_star(self, entry: Entry, starred: bool) -> None:
        """Star an entry or take its star away."""
        self._edit(entry, replace(entry, starred=starred), "Star a result" if starred else "Remove a star")

    def set_note(self, entry: Entry, note: str) -> None:
        """Write a note to an entry."""
        self._edit(entry, replace(entry, note=note), "Change a note")

    def remove(self, entry: Entry) -> None:
        """Move an entry to the trash."""
        self._edit(entry, replace(entry, deleted=True), "Delete a result")

    def restore(self, entry: Entry) -> None:
        """Set an entry without a step of undo; one that was deleted comes back to its place."""
        others = [known for known in self.entries if known.number != entry.number]
        listed = others if entry.deleted else [*others, entry]
        entries = tuple(sorted(listed, key=lambda known: -known.number))
        if entries != self.entries:
            self._set(entries)
            self.updated.emit(entry)

    def _edit(self, before: Entry, after: Entry, title: str) -> None:
        if before != after:
            self.restore(after)
            self.edited.emit(before, after, title, "")

    def _set(self, entries: tuple[Entry, ...]) -> None:
        self.entries = entries
        self.changed.emit(entries)
