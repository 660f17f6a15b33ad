"""The history as a page of the middle: all stored films to be searched, looked at, marked, exported, deleted."""

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMenu,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from microdesigner.app.history_model import MOST_COMPARED, HistoryModel
from microdesigner.app.store.history_query import Query
from microdesigner.app.store.history_rows import Entry
from microdesigner.gui.background_task import BackgroundTask
from microdesigner.gui.history.film_list import FilmList
from microdesigner.gui.history.film_view import FilmView
from microdesigner.gui.history.filter_bar import FilterBar
from microdesigner.gui.history.no_films import NoFilms
from microdesigner.gui.history.questions import ask_note, ask_tags, ask_to_empty
from microdesigner.gui.widgets.basics import SPACING, named, quiet, toggle_button, tool_button
from microdesigner.gui.widgets.task_bar import TaskBar

HINT = (
    "Stored films. A click shows one, Enter or a double click brings its targets back too, Delete moves the selected "
    "ones to the trash, F2 writes a note, Ctrl+A selects all. Drag films to a folder to copy their volumes there."
)


class Gallery(QWidget):
    """Shows what a search found of the history's model and tells what the user wants of it."""

    searched = Signal(object)  # Query
    shown = Signal(object)  # Entry
    recalled = Signal(object)  # Entry, whose targets are wanted too
    kept = Signal(object)  # Entry to be shown, and a part of it kept
    compared = Signal(object)  # list of entries, the oldest first
    morphed = Signal(object)  # two entries, the oldest first, between which films are wanted
    filmed = Signal(object)  # list of entries, the oldest first, of which a movie is wanted
    exported = Signal(object)  # list of entries
    dragged = Signal(object)  # list of entries
    trash_unwanted = Signal()

    def __init__(self, model: HistoryModel, export: BackgroundTask) -> None:
        super().__init__()
        self._model, self._export = model, export
        self._query: Query | None = None
        self._stale = True
        self.films = FilmList(model, self)
        self.filter = FilterBar()
        self.view = named(FilmView(self.films), "Films", HINT)
        self.count = quiet()
        self.trash = toggle_button("Trash", "Trash", "Show deleted films; they can be restored.", False)
        self.no_films = NoFilms(self.filter.reset)
        self.stack = QStackedWidget()
        self._actions = self._make_actions()
        self._lay_out()
        self._connect()

    def take(self, query: Query, numbers: list[int]) -> None:
        """Show what `query` found, unless something else is asked for by now."""
        if query == self._query:
            self.films.order = query.sort
            self.view.show_films(numbers, query.trash)
            self._refresh()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """Catch up with what happened while the page was hidden."""
        super().showEvent(event)
        if self._stale:
            self._search()

    def _search(self) -> None:
        """Ask for what is wanted now; where the page is hidden, once it is shown."""
        self._stale = not self.isVisible()
        if not self._stale:
            self._query = self.filter.query(self.trash.isChecked())
            self.searched.emit(self._query)

    def _follow(self) -> None:
        """What is stored has changed: show it at once, then search again."""
        trash = self.trash.isChecked()
        self.view.show_films(list(self.films.numbers), trash)
        self.filter.offer(self._model.entries, self._model.trash)
        self._refresh()
        self._search()

    def _refresh(self) -> None:
        """Count, buttons and what stands in place of no films."""
        found, trash = self.films.rowCount(), self.trash.isChecked()
        entries = self.view.selected()
        films = "1 film" if found == 1 else f"{found:,} films".replace(",", "\u202f")
        self.count.setText(f"{films}, {len(entries)} selected" if entries else films)
        self.trash.setText(f"Trash ({len(self._model.trash)})")
        self.no_films.explain(self.filter.filters, trash)
        self.stack.setCurrentIndex(0 if found else 1)
        for button, (in_trash, possible) in self._actions.items():
            button.setVisible(in_trash == trash)
            button.setEnabled(possible(entries))
        starred = bool(entries) and all(entry.starred for entry in entries)
        self.star.setText("Unstar" if starred else "Star")

    def _delete(self) -> None:
        if not self.trash.isChecked():
            self._model.remove(self.view.selected())

    def _star(self) -> None:
        entries = self.view.selected()
        self._model.set_star(entries, not all(entry.starred for entry in entries))

    def _recall(self) -> None:
        self.recalled.emit(self.view.selected()[0])

    def _in_order(self) -> list[Entry]:
        """The selected films, the oldest first."""
        return sorted(self.view.selected(), key=lambda entry: entry.number)

    def _ask_to_empty(self) -> None:
        ask_to_empty(self, len(self._model.trash), self.trash_unwanted.emit)

    def menu(self) -> QMenu:
        """What can be done with the selected films: as the buttons."""
        menu = QMenu(self)
        for button in self._actions:
            if button.isVisibleTo(self):
                action = menu.addAction(button.text())
                action.setEnabled(button.isEnabled())
                action.triggered.connect(button.click)
        films = self.view.selected()
        keep = menu.addAction("Keep a part of it")
        keep.setEnabled(len(films) == 1 and not self.trash.isChecked())
        keep.triggered.connect(lambda: self.kept.emit(films[0]))
        return menu

    def _offer(self, place: QPoint) -> None:
        menu = self.menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.view.viewport().mapToGlobal(place))

    def _make_actions(self) -> dict[QToolButton, tuple[bool, Callable[[list[Entry]], bool]]]:
        """Buttons, each with whether it belongs to the trash, and which selections it can be pressed for."""
        view = self.view
        self.recall = tool_button("Recall targets", "Recall targets", "Set the targets, seed and quality of the "
                                  "selected film.", self._recall)  # fmt: skip
        self.star = tool_button("Star", "Star", "Star or unstar the selected films.", self._star)
        self.note = tool_button("Note…", "Note", "Write a note to the selected film (F2).",
                                lambda: ask_note(self, self._model, view.selected()[0]))  # fmt: skip
        self.tags = tool_button("Tags…", "Tags", "Edit the tags of the selected films.",
                                lambda: ask_tags(self, self._model, view.selected()))  # fmt: skip
        self.compare = tool_button(
            "Compare", "Compare", f"Show 2 to {MOST_COMPARED} selected films side by side.",
            lambda: self.compared.emit(self._in_order()),
        )  # fmt: skip
        self.morph = tool_button("Morph…", "Morph between two films", "Make films on the way from the older of two "
                                 "selected films of one model to the newer.",
                                 lambda: self.morphed.emit(self._in_order()))  # fmt: skip
        self.movie = tool_button(
            "Movie…",
            "Movie of the selected films",
            "Show the selected films one after the other, the oldest first, in a movie, looked at as the one on show.",
            lambda: self.filmed.emit(self._in_order()),
        )
        self.export = tool_button(
            "Export…",
            "Export the selected films",
            "Write volumes, a table of values and reports of the selected films.",
            lambda: self.exported.emit(view.selected()),
        )
        self.delete = tool_button("Delete", "Delete", "Move the selected films to the trash (Delete).", self._delete)
        self.restore = tool_button("Restore", "Restore", "Restore the selected films from the trash.",
                                   lambda: self._model.bring_back(view.selected()))  # fmt: skip
        self.empty = tool_button("Empty the trash…", "Empty the trash", "Delete everything in the trash for good.",
                                 self._ask_to_empty)  # fmt: skip
        return {
            self.recall: (False, lambda films: len(films) == 1 and bool(films[0].request.model)),
            self.star: (False, bool),
            self.note: (False, lambda films: len(films) == 1),
            self.tags: (False, bool),
            self.compare: (False, lambda films: 2 <= len(films) <= MOST_COMPARED),
            self.morph: (False, _of_one_model),
            self.movie: (False, lambda films: len(films) > 1),
            self.export: (False, lambda films: bool(films) and not self._export.running),
            self.delete: (False, bool),
            self.restore: (True, bool),
            self.empty: (True, lambda _: bool(self._model.trash)),
        }

    def _connect(self) -> None:
        view = self.view
        self._model.changed.connect(lambda _: self._follow())
        self.filter.changed.connect(self._search)
        self.trash.toggled.connect(lambda _: self._search())
        view.chosen.connect(self._refresh)
        view.shown.connect(self.shown)
        view.recalled.connect(self.recalled)
        view.unwanted.connect(self._delete)
        view.note_requested.connect(lambda entry: ask_note(self, self._model, entry))
        view.dragged.connect(lambda: self.dragged.emit(view.selected()))
        view.customContextMenuRequested.connect(self._offer)
        for end in (self._export.finished, self._export.failed, self._export.cancelled, self._export.progressed):
            end.connect(lambda *_: self._refresh())

    def _lay_out(self) -> None:
        on_each, on_several = QHBoxLayout(), QHBoxLayout()  # side by side they would be wider than a small window
        buttons = list(self._actions)
        several = buttons.index(self.compare)
        for row, own in ((on_each, buttons[:several]), (on_several, buttons[several:])):
            row.setSpacing(SPACING // 2)
            for button in own:
                row.addWidget(button)
            row.addStretch(1)
        on_several.addWidget(self.trash)
        self.stack.addWidget(self.view)
        self.stack.addWidget(self.no_films)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACING, SPACING, SPACING, SPACING)
        column.setSpacing(SPACING)
        column.addWidget(self.filter)
        column.addLayout(on_each)
        column.addLayout(on_several)
        column.addWidget(self.stack, 1)
        column.addWidget(self.count)
        column.addWidget(TaskBar(self._export))


def _of_one_model(films: list[Entry]) -> bool:
    """Whether they are two films that one model has made."""
    models = {film.request.model for film in films}
    return len(films) == 2 and len(models) == 1 and "" not in models
