"""The stored results as the window lists them: the entries, and what the user changes about them."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from psygnal import Signal

from microdesigner.app.store.history_rows import Entry

Entries = tuple[Entry, ...]
MOST_COMPARED = 6  # results side by side


class HistoryModel:
    """The entries and the trash; stars, notes, tags and deletions can be taken back, each as one step."""

    changed = Signal(object)
    """All entries outside the trash, the newest first."""
    updated = Signal(object)
    """Those of which star, note, tags or place in the trash are others now, to be stored."""
    edited = Signal(object, object, str, str)
    """Entries before and after a change of the user's, title of the step, merge key."""

    def __init__(self) -> None:
        self.entries: Entries = ()
        self._known: dict[int, Entry] = {}

    @property
    def trash(self) -> Entries:
        """The entries in the trash, the newest first."""
        return tuple(entry for entry in reversed(self._known.values()) if entry.deleted)

    def get(self, number: int) -> Entry | None:
        """The entry of a number, in the trash or not; None where there is none."""
        return self._known.get(number)

    def load(self, entries: Iterable[Entry]) -> None:
        """List these entries; those in the trash can be restored."""
        self._set({entry.number: entry for entry in entries})

    def add(self, entry: Entry) -> None:
        """Take a new entry."""
        self._set(self._known | {entry.number: entry})

    def forget_trash(self) -> None:
        """Drop what was in the trash; steps of undo that speak of it do nothing from now on."""
        self._set({number: entry for number, entry in self._known.items() if not entry.deleted})

    def set_star(self, entries: Iterable[Entry], starred: bool) -> None:
        """Star entries or take their stars away."""
        self._edit(entries, "Star {}" if starred else "Remove the star of {}", lambda e: replace(e, starred=starred))

    def set_note(self, entry: Entry, note: str) -> None:
        """Write a note to an entry."""
        self._edit([entry], "Change a note", lambda e: replace(e, note=note))

    def set_tags(self, entries: Iterable[Entry], tags: Iterable[str]) -> None:
        """Give entries exactly these tags."""
        words = tuple(sorted({" ".join(tag.split()) for tag in tags} - {""}))
        self._edit(entries, "Tag {}", lambda e: replace(e, tags=words))

    def remove(self, entries: Iterable[Entry]) -> None:
        """Move entries to the trash."""
        self._edit(entries, "Delete {}", lambda e: replace(e, deleted=True))

    def beyond(self, most: int) -> Entries:
        """The oldest entries without a star that are more than `most`; none where that is 0."""
        return tuple(entry for entry in self.entries if not entry.starred)[most:] if most else ()

    def trim(self, most: int) -> Entries:
        """Move what is `beyond` to the trash, which is no step of the user's; returns it."""
        entries = self.beyond(most)
        self.restore(tuple(replace(entry, deleted=True) for entry in entries))
        return entries

    def bring_back(self, entries: Iterable[Entry]) -> None:
        """Take entries out of the trash."""
        self._edit(entries, "Restore {}", lambda e: replace(e, deleted=False))

    def restore(self, entries: Entries) -> None:
        """Set entries without a step of undo; those that were deleted come back to their places."""
        others = {entry.number: entry for entry in entries if self._known.get(entry.number, entry) != entry}
        if others:
            self._set(self._known | others)
            self.updated.emit(tuple(others.values()))

    def _edit(self, entries: Iterable[Entry], title: str, change: Callable[[Entry], Entry]) -> None:
        before = tuple(self._known[entry.number] for entry in entries if entry.number in self._known)
        before = tuple(entry for entry in before if change(entry) != entry)
        if before:
            after = tuple(map(change, before))
            self.restore(after)
            words = "a result" if len(after) == 1 else f"{len(after)} results"
            self.edited.emit(before, after, title.format(words), "")

    def _set(self, known: dict[int, Entry]) -> None:
        self._known = dict(sorted(known.items()))
        entries = tuple(entry for entry in reversed(self._known.values()) if not entry.deleted)
        self.entries = entries
        self.changed.emit(entries)
