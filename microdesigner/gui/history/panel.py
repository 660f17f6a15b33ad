"""The strip of kept results under the views: thumbnails, the newest first."""

from PySide6.QtCore import QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QGuiApplication, QIcon, QPixmap
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QVBoxLayout,
    QWidget,
)

from microdesigner.app.history_model import MOST_COMPARED, HistoryModel
from microdesigner.app.store.history_rows import Entry
from microdesigner.gui.history.captions import describe, short_caption
from microdesigner.gui.history.film_strip import FilmStrip
from microdesigner.gui.history.questions import ask_note
from microdesigner.gui.widgets.basics import CollapsibleSection, as_text, named, tool_button
from microdesigner.gui.widgets.rich_text import RICH
from microdesigner.gui.widgets.thumbnails import EDGE
from microdesigner.gui.widgets.thumbnails import HEIGHT as THUMBNAIL_HEIGHT

HEIGHT, MARGIN = 98, 12
LATEST = 200  # the gallery has all
_ENTRY = Qt.ItemDataRole.UserRole
RECALLS = {"all": "Recall everything", "targets": "Recall all but the seed", "seed": "Recall the seed only"}
HINT = (
    "Results of the past, the newest first. A click shows one; Enter or a double click brings its targets back too; "
    "the menu key offers more. "
    "Ctrl+click selects some to compare. Drag results to a folder to copy their volumes there. "
    "All are stored until you delete them; what is deleted can be brought back (Ctrl+Z)."
)


class HistoryPanel(QWidget):
    """Shows entries and tells what the user wants of them."""

    chosen = Signal(object)  # Entry to be shown
    opened = Signal(object)  # Entry to be shown, and its targets brought back
    gallery_requested = Signal()
    recalled = Signal(object, str)  # Entry, one of RECALLS
    kept = Signal(object)  # Entry to be shown, and a part of it kept
    compared = Signal(object)  # list of entries, the oldest first
    pictures_requested = Signal(object)  # numbers of entries
    dragged = Signal(object)  # list of entries that the user takes to elsewhere

    def __init__(self, model: HistoryModel) -> None:
        super().__init__()
        self._model = model
        self._icons: dict[int, QIcon] = {}
        self._numbers: set[int] = set()  # of the entries shown
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.timeout.connect(self._request_pictures)
        self.list = named(FilmStrip(), "History", HINT)
        self.list.customContextMenuRequested.connect(self._offer)
        self.list.setSelectionMode(QListWidget.SelectionMode.ExtendedSelection)
        self.list.itemClicked.connect(self._click)
        self.list.open_requested.connect(lambda item: self.opened.emit(item.data(_ENTRY)))
        self.list.itemDoubleClicked.connect(lambda item: self.opened.emit(item.data(_ENTRY)))
        self.list.unwanted.connect(self._delete)
        self.list.dragged.connect(lambda items: self.dragged.emit([item.data(_ENTRY) for item in items]))
        self.all = tool_button("All films", "All films", "Search, mark and export all films on a page of their own "
                               "(Ctrl+Shift+H).", self.gallery_requested.emit)  # fmt: skip
        content = QWidget()
        row = QHBoxLayout(content)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.list, 1)
        row.addWidget(self.all)
        self.section = CollapsibleSection("History", content, "Show or hide the results of the past.", opened=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.section)
        self.list.horizontalScrollBar().valueChanged.connect(lambda _: self._pause.start())
        self.list.resized.connect(self._pause.start)
        self._show(model.entries)
        model.changed.connect(self._show)

    def show_pictures(self, pictures: dict[int, bytes]) -> None:
        """Show the pictures (PNG) of these entries."""
        for number in pictures.keys() & self._numbers:
            pixmap = QPixmap()
            pixmap.loadFromData(pictures[number])
            self._icons[number] = QIcon(pixmap)
        for item in self._visible():
            item.setIcon(self._icons.get(item.data(_ENTRY).number, QIcon()))

    def _visible(self) -> list[QListWidgetItem]:
        """The items that can be seen now."""
        area = self.list.viewport().rect()
        first = max(0, self.list.indexAt(area.topLeft() + QPoint(MARGIN, MARGIN)).row())
        items = []
        for row in range(first, self.list.count()):
            item = self.list.item(row)
            if self.list.visualItemRect(item).left() > area.right():
                break
            items.append(item)
        return items

    def _request_pictures(self) -> None:
        """Ask for the pictures that are to be seen, and show those that are there already."""
        missing = [number for item in self._visible() if (number := item.data(_ENTRY).number) not in self._icons]
        if missing:
            self._icons |= dict.fromkeys(missing, QIcon())
            self.pictures_requested.emit(missing)
        self.show_pictures({})

    def entry(self, row: int) -> Entry:
        """The entry in a row."""
        found: Entry = self.list.item(row).data(_ENTRY)
        return found

    def menu(self, item: QListWidgetItem) -> QMenu:
        """What can be done with an entry."""
        entry: Entry = item.data(_ENTRY)
        menu = QMenu(self)
        for how, title in RECALLS.items():
            menu.addAction(title).triggered.connect(lambda _=False, how=how: self.recalled.emit(entry, how))
        menu.addAction("Keep a part of it").triggered.connect(lambda: self.kept.emit(entry))
        menu.addSeparator()
        star = QAction("Remove star" if entry.starred else "Star", menu)
        star.triggered.connect(lambda: self._star(item))
        menu.addAction(star)
        compare = QAction("Compare the selected", menu)
        compare.setEnabled(2 <= len(self.list.selectedItems()) <= MOST_COMPARED)
        compare.triggered.connect(self.compare_selected)
        menu.addAction(compare)
        menu.addAction("Note…").triggered.connect(lambda: ask_note(self, self._model, entry))
        menu.addAction("Delete").triggered.connect(lambda: self._delete(item))
        return menu

    def compare_selected(self) -> bool:
        """Ask to see the selected results side by side; whether there are two to `MOST_COMPARED` of them."""
        rows = sorted((self.list.row(item) for item in self.list.selectedItems()), reverse=True)
        possible = 2 <= len(rows) <= MOST_COMPARED
        if possible:
            self.compared.emit([self.entry(row) for row in rows])
        return possible

    def _click(self, item: QListWidgetItem) -> None:
        """Show a result, unless the click with Ctrl or Shift only selects it."""
        if QGuiApplication.keyboardModifiers() == Qt.KeyboardModifier.NoModifier:
            self.chosen.emit(item.data(_ENTRY))

    def _offer(self, place: QPoint) -> None:
        item = self.list.itemAt(place) or self.list.currentItem()
        if item is not None:
            menu = self.menu(item)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(self.list.viewport().mapToGlobal(place))

    def _star(self, item: QListWidgetItem) -> None:
        entry: Entry = item.data(_ENTRY)
        self._model.set_star([entry], not entry.starred)

    def _delete(self, item: QListWidgetItem) -> None:
        items = self.list.selectedItems()
        self._model.remove([each.data(_ENTRY) for each in (items if item in items else [item])])

    def _show(self, entries: tuple[Entry, ...]) -> None:
        """Show the newest of these entries; items that stay keep their selection."""
        entries = entries[:LATEST]
        self._numbers = numbers = {entry.number for entry in entries}
        self._icons = {number: icon for number, icon in self._icons.items() if number in numbers}
        for row in reversed(range(self.list.count())):
            if self.entry(row).number not in numbers:
                self.list.takeItem(row)
        for row, entry in enumerate(entries):
            if row == self.list.count() or self.entry(row).number != entry.number:
                self._put(row, entry)
            elif self.entry(row) != entry:
                self._refresh(self.list.item(row), entry)
        self._show_count()
        self._pause.start()

    def _put(self, row: int, entry: Entry) -> None:
        item = QListWidgetItem()
        self.list.insertItem(row, item)
        self._refresh(item, entry)

    def _refresh(self, item: QListWidgetItem, entry: Entry) -> None:
        item.setSizeHint(
            QSize(EDGE // 2 + 2 * MARGIN, THUMBNAIL_HEIGHT // 2 + self.list.fontMetrics().height() + MARGIN // 2)
        )
        item.setData(_ENTRY, entry)
        rich, plain = short_caption(entry)
        item.setText(plain)
        item.setData(RICH, rich)
        item.setToolTip(as_text(describe(entry)))
        item.setData(Qt.ItemDataRole.AccessibleTextRole, describe(entry).replace("\n", ", "))

    def _show_count(self) -> None:
        count = len(self._model.entries)
        self.section.button.setText(f"History ({count})" if count else "History, empty so far")
        self.list.setFixedHeight(HEIGHT if count else 0)
        self.all.setVisible(bool(count))
