"""Keeps and fetches samples of the history beside the GUI thread."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from microdesigner.app.store.history import History
from microdesigner.app.store.history_adoption import adopt_volumes
from microdesigner.app.store.history_query import Query
from microdesigner.app.store.history_rows import Entry
from microdesigner.core.request import Request
from microdesigner.core.result import Sample
from microdesigner.core.verification import Verification
from microdesigner.gui.store_thread import Lost, StoreThread
from microdesigner.gui.widgets.thumbnails import Colours, thumbnail


class HistoryService(QObject):
    """Asks the store's thread, and announces its answers."""

    listed = Signal(object)  # list of Entry, those in the trash too
    found = Signal(object, object)  # Query, numbers of what it finds, in its order
    trash_emptied = Signal()
    pictured = Signal(object)  # pictures as PNG, by number
    problem = Signal(str)  # sentence about what could not be read
    added = Signal(object)  # Entry
    loaded = Signal(object, object)  # Request, Sample
    loaded_to_keep = Signal(object, object)  # Request, Sample
    recalled = Signal(object, str)  # Request, what of it
    several_loaded = Signal(object)  # list of (Entry, Sample)
    loaded_to_morph = Signal(object)  # list of (Entry, Sample)
    reloaded = Signal(object, object)  # Request, Sample
    verification_loaded = Signal(object, object)  # Sample, Verification; before the sample itself is told

    def __init__(self, folder: Path, thread: StoreThread, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._history = History(folder)
        self._do = thread.do

    def list(self) -> None:
        """List what is stored, with the volumes that a sudden end left without an entry."""
        self._do("The history could not be read", self._list)

    def add(self, request: Request, sample: Sample, colours: Colours, note: str = "", lost: Lost | None = None) -> None:
        """Keep a sample of `request`, with a thumbnail in `colours`; `lost` hears why where that fails."""
        add = partial(self._add, request, sample, colours, note)
        self._do("The result could not be kept in the history", add, lost)

    def picture(self, numbers: Sequence[int]) -> None:
        """Fetch the pictures of these entries."""
        self._do(
            "The pictures of the history could not be read",
            lambda: self.pictured.emit(self._history.thumbnails(numbers)),
        )

    def load(self, entry: Entry) -> None:
        """Fetch the volume of an entry."""
        self._do("The result could not be read", lambda: self.loaded.emit(*self._whole(entry)))

    def load_to_keep(self, entry: Entry) -> None:
        """Fetch the volume of an entry, of which a part is to be kept."""
        self._do("The result could not be read", lambda: self.loaded_to_keep.emit(*self._whole(entry)))

    def recall(self, entry: Entry, what: str) -> None:
        """Fetch the request of an entry, of which `what` is to be brought back."""
        self._do("The request could not be read", lambda: self.recalled.emit(self._history.request_of(entry), what))

    def reload(self, request: Request) -> None:
        """Fetch the newest sample that `request` alone made, where it is still kept."""
        self._do("The last result could not be read", lambda: self._reload(request))

    def load_several(self, entries: Sequence[Entry]) -> None:
        """Fetch the volumes of some entries."""
        self._do(
            "The results could not be read",
            lambda: self.several_loaded.emit([(entry, self._history.load(entry)) for entry in entries]),
        )

    def load_to_morph(self, entries: Sequence[Entry]) -> None:
        """Fetch the volumes of two entries between which films are wanted."""
        self._do(
            "The films could not be read",
            lambda: self.loaded_to_morph.emit([(entry, self._history.load(entry)) for entry in entries]),
        )

    def keep_verification(self, request: Request, verification: Verification) -> None:
        """Keep what a simulation says of the sample that `request` alone made."""
        self._do("The verification could not be kept", lambda: self._history.add_verification(request, verification))

    def store_changes(self, entries: Sequence[Entry]) -> None:
        """Store stars, notes and tags of entries, and whether they are in the trash."""
        self._do("The change could not be stored", lambda: self._history.update(*entries))

    def search(self, query: Query) -> None:
        """Find what `query` asks for."""
        self._do("The history could not be searched", lambda: self.found.emit(query, self._history.numbers(query)))

    def empty_trash(self) -> None:
        """Delete everything in the trash for good."""
        self._do("The trash could not be emptied", self._empty_trash)

    def _empty_trash(self) -> None:
        self._history.empty_trash()
        self.trash_emptied.emit()

    def _list(self) -> None:
        adopt_volumes(self._history)
        entries = self._history.entries() + self._history.entries(Query(trash=True))
        self.listed.emit(entries)
        for problem in self._history.take_problems():
            self.problem.emit(problem)

    def _reload(self, request: Request) -> None:
        entry = self._history.find(request)
        if entry is not None:
            self.reloaded.emit(*self._whole(entry))

    def _whole(self, entry: Entry) -> tuple[Request, Sample]:
        return self._history.request_of(entry), self._load(entry)

    def _load(self, entry: Entry) -> Sample:
        sample = self._history.load(entry)
        if (verification := self._history.verification(entry)) is not None:
            self.verification_loaded.emit(sample, verification)
        return sample

    def _add(self, request: Request, sample: Sample, colours: Colours, note: str) -> None:
        known = self._history.find(replace(request, seed=sample.seed, count=1))
        if known is not None and known.measured == sample.measured:
            self.added.emit(known)  # the same request by the same weights: the very film that is there
            return
        picture = thumbnail(sample.microstructure, colours)
        entry = self._history.add(request, sample, picture, note)
        self.added.emit(entry)
        self.pictured.emit({entry.number: picture})
