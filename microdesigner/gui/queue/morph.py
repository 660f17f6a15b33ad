"""Morphs in the window: how many films on the way from one to another, then they wait for their turn."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QVBoxLayout, QWidget

from microdesigner.app.catalogue import Catalogue
from microdesigner.app.store.history_rows import Entry
from microdesigner.app.sweep import MORPH
from microdesigner.core.errors import InputError
from microdesigner.core.given import LEAST_STRENGTH
from microdesigner.core.morph import DEFAULT_FILMS, DEFAULT_STRENGTH, MOST_FILMS, morph_requests
from microdesigner.core.request import Request
from microdesigner.core.request_check import check_request
from microdesigner.core.result import Sample
from microdesigner.gui.queue.controller import QueueController
from microdesigner.gui.widgets.basics import named, quiet
from microdesigner.gui.widgets.form_undo import FormUndo
from microdesigner.gui.widgets.number_field import IntegerField

QUEUED = "{films} films on the way between two wait for their turn; the history finds them by their note, Morph."
WORDS = (
    "Both films and as many between them as are asked for; what they measure goes evenly from one's values to the "
    "other's. Movie… in the history of all films shows them one after the other."
)
MOST_STRENGTH = 95
WIDTH = 380


class MorphController(QObject):
    """Asks how to go from one stored film to another, and lets the films wait for their turn."""

    message = Signal(str)
    failed = Signal(str, str)  # sentence, details

    def __init__(self, catalogue: Catalogue, queue: QueueController, window: QWidget) -> None:
        super().__init__(window)
        self._catalogue, self._queue, self._window = catalogue, queue, window

    def ask(self, ends: Sequence[tuple[Entry, Sample]]) -> None:
        """Ask about the way between two stored films, each an Entry and its Sample."""
        request = ends[0][0].request
        card = self._catalogue.card(request.model)
        if card is None:
            self.failed.emit(f"The model {request.model} of both films is not installed; install it first.", "")
            return
        names = [condition.name for condition in card.conditions]
        way = _Way(
            replace(request, targets={}, count=1, candidates=1, size=None),
            (ends[0][1], ends[1][1]),
            [{name: sample.measured.get(name) for name in names} for _, sample in ends],
        )
        try:
            check_request(card, way.requests(2, DEFAULT_STRENGTH)[0])
        except InputError as error:
            self.failed.emit(str(error), "")
            return
        dialog = MorphDialog(self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(lambda: self._enqueue(way.requests(*dialog.choice())))
        dialog.open()

    def _enqueue(self, requests: Sequence[Request]) -> None:
        self._queue.enqueue(requests, MORPH)
        self.message.emit(QUEUED.format(films=len(requests)))


class _Way:
    """From one film to another: the options of all films, both ends, and what they measure."""

    def __init__(self, options: Request, ends: tuple[Sample, Sample], measured: list[dict[str, float | None]]) -> None:
        self._options, self._measured = options, measured
        self._films = (ends[0].microstructure.phases, ends[1].microstructure.phases)

    def requests(self, count: int, strength: float) -> list[Request]:
        """Those of `count` films; raises InputError where there is no way."""
        return morph_requests(self._options, self._films, self._measured, count, strength)


class MorphDialog(QDialog):
    """Asks how many films, and how far they may leave the blend of both ends."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Morph between two films")
        self.films = named(IntegerField(), "Films", "How many films, both ends included.")
        self.films.setRange(2, MOST_FILMS)
        self.films.setValue(DEFAULT_FILMS)
        self.strength = named(IntegerField(), "Strength", "How far the film half-way may leave the blend of both: more "
                              "looks like a film of its own, less stays nearer to both.")  # fmt: skip
        self.strength.setRange(round(100 * LEAST_STRENGTH), MOST_STRENGTH)
        self.strength.setValue(round(100 * DEFAULT_STRENGTH))
        self.strength.setSuffix(" %")
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setText("Add to the queue")
        form = QFormLayout()
        form.addRow("Films", self.films)
        form.addRow("Strength", self.strength)
        column = QVBoxLayout(self)
        column.addLayout(form)
        column.addWidget(quiet(WORDS))
        column.addWidget(self.buttons)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.setMinimumWidth(WIDTH)
        FormUndo(self)

    def choice(self) -> tuple[int, float]:
        """Number of films, and the strength."""
        return self.films.value(), self.strength.value() / 100
