"""The wall of pictures: stored results in rows as wide as the page, and what keys and clicks on them mean."""

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPalette,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from microdesigner.app.store.history_rows import Entry
from microdesigner.gui.history.film_list import CAPTION, ENTRY, FilmList
from microdesigner.gui.widgets.rich_text import draw_rich
from microdesigner.gui.widgets.thumbnails import EDGE, HEIGHT

PADDING, GAP = 8, 8
CENTRE = Qt.AlignmentFlag.AlignHCenter
TINT = 0.16  # of the selection's colour on the ground of a card, on which the phases keep their own
Index = QModelIndex | QPersistentModelIndex


class FilmView(QListView):
    """Arrows move, Enter or a double click wants a film with its targets, a click shows it."""

    shown = Signal(object)  # Entry
    recalled = Signal(object)  # Entry
    unwanted = Signal()  # the selected ones
    note_requested = Signal(object)  # Entry
    dragged = Signal()  # the selected ones
    chosen = Signal()  # the selection is another

    def __init__(self, films: FilmList) -> None:
        super().__init__()
        self._films = films
        self._doubled = False  # the button that goes up ends a double click, whose film is shown already
        self.setModel(films)
        self._card = _Card(self)
        self.setItemDelegate(self._card)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)  # else the columns would come and go
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setDragDropMode(QListView.DragDropMode.DragOnly)
        self.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self.setSelectionRectVisible(True)
        self.setUniformItemSizes(True)
        self.setSpacing(GAP)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setMinimumHeight(HEIGHT)
        self._connect_selection()

    def selected(self) -> list[Entry]:
        """The selected entries, in the order of the rows."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        return [self._films.entry(row) for row in rows]

    def current(self) -> Entry | None:
        """The entry with the focus."""
        index = self.currentIndex()
        return self._films.entry(index.row()) if index.isValid() else None

    def show_films(self, numbers: list[int], trash: bool) -> None:
        """Show these films; those that stay keep selection and place, the next takes the focus of one that goes."""
        row, current, place = self.currentIndex().row(), self.current_number(), self.verticalScrollBar().value()
        selected = {self._films.numbers[index.row()] for index in self.selectionModel().selectedRows()}
        if not self._films.show(numbers, trash):
            return
        rows = {number: place for place, number in enumerate(self._films.numbers)}
        self.selectionModel().select(_ranges(self._films, sorted(rows[n] for n in selected if n in rows)), _SELECT)
        if row >= 0 and rows:
            index = self._films.index(rows.get(current, min(row, len(rows) - 1)))
            self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
        self.doItemsLayout()
        self.verticalScrollBar().setValue(place)
        self.chosen.emit()

    def current_number(self) -> int:
        """The number of the entry with the focus; -1 where there is none."""
        row = self.currentIndex().row()
        return self._films.numbers[row] if 0 <= row < len(self._films.numbers) else -1

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Make the cards as wide as whole columns of them fill the page."""
        room = self.viewport().width() - GAP - 1
        columns = max(1, room // (EDGE + 2 * PADDING + GAP))
        if self._card.width != (width := max(EDGE // 2, room // columns - GAP)):
            self._card.width = width
            self.scheduleDelayedItemsLayout()
        super().resizeEvent(event)

    def startDrag(self, actions: Qt.DropAction) -> None:  # noqa: N802
        """Let the selected ones be dragged out of the window."""
        self.dragged.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Want the film with its targets."""
        super().mouseDoubleClickEvent(event)
        index = self.indexAt(event.position().toPoint())
        self._doubled = True
        if index.isValid() and event.button() == Qt.MouseButton.LeftButton:
            self.recalled.emit(index.data(ENTRY))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Show the film that a click without Ctrl or Shift selected."""
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        doubled, self._doubled = self._doubled, False
        plain = (
            not doubled
            and event.button() == Qt.MouseButton.LeftButton
            and event.modifiers() == Qt.KeyboardModifier.NoModifier
        )
        if plain and index.isValid() and self.selectionModel().selectedRows() == [index]:
            self.shown.emit(index.data(ENTRY))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Enter, Delete and F2; arrows and Ctrl+A as in every list."""
        current = self.current()
        if current is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.recalled.emit(current)
        elif event.key() == Qt.Key.Key_Delete:
            self.unwanted.emit()
        elif current is not None and event.key() == Qt.Key.Key_F2:
            self.note_requested.emit(current)
        else:
            super().keyPressEvent(event)

    def _connect_selection(self) -> None:
        self.selectionModel().selectionChanged.connect(lambda *_: self.chosen.emit())


_SELECT = QItemSelectionModel.SelectionFlag.ClearAndSelect


def _ranges(films: FilmList, rows: list[int]) -> QItemSelection:
    """A selection of rows as few ranges, which stays quick for ten thousand."""
    selection, start = QItemSelection(), 0
    for place in range(1, len(rows) + 1):
        if place == len(rows) or rows[place] != rows[place - 1] + 1:
            selection.select(films.index(rows[start]), films.index(rows[place - 1]))
            start = place
    return selection


class _Card(QStyledItemDelegate):
    """A picture above two lines of text, with a star in its corner."""

    width = EDGE + 2 * PADDING

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802
        """The same for all."""
        lines = 2 * option.fontMetrics.height()  # type: ignore[attr-defined]
        return QSize(self.width, HEIGHT + lines + 3 * PADDING)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one."""
        entry = index.data(ENTRY)
        if entry is None:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette, rect = option.palette, option.rect  # type: ignore[attr-defined]
        _frame(painter, option)
        inner = rect.adjusted(PADDING, PADDING, -PADDING, -PADDING)
        picture = QRect(inner.left(), inner.top(), inner.width(), HEIGHT)
        _draw_picture(painter, picture, index.data(Qt.ItemDataRole.DecorationRole), palette)
        if entry.starred:
            painter.setPen(palette.color(QPalette.ColorRole.Text))
            painter.drawText(picture, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, "★")
        roles = (QPalette.ColorRole.Text, QPalette.ColorRole.PlaceholderText)
        height, top = option.fontMetrics.height(), picture.bottom() + PADDING  # type: ignore[attr-defined]
        for line, role in zip(index.data(CAPTION), roles, strict=True):
            painter.setPen(palette.color(role))
            draw_rich(painter, QRectF(inner.left(), top, inner.width(), height + 2), line, CENTRE)
            top += height
        painter.restore()


def _frame(painter: QPainter, option: QStyleOptionViewItem) -> None:
    """Ground and edge of a card: tinted where it is selected, with a strong edge where it has the focus."""
    palette, state = option.palette, option.state  # type: ignore[attr-defined]
    highlight, rect = palette.color(QPalette.ColorRole.Highlight), option.rect.toRectF().adjusted(1, 1, -1, -1)  # type: ignore[attr-defined]
    selected = bool(state & QStyle.StateFlag.State_Selected)
    hovered = bool(state & QStyle.StateFlag.State_MouseOver)
    focus = bool(state & QStyle.StateFlag.State_HasFocus)
    painter.setBrush(palette.color(QPalette.ColorRole.AlternateBase))
    edge = palette.color(QPalette.ColorRole.Text) if focus else palette.color(QPalette.ColorRole.Midlight)
    painter.setPen(QPen(highlight if selected and not focus else edge, 2 if selected or focus else 1))
    painter.drawRoundedRect(rect, 4, 4)
    if selected or hovered:
        highlight.setAlphaF(TINT if selected else TINT / 2)
        painter.setBrush(highlight)
        painter.drawRoundedRect(rect, 4, 4)


def _draw_picture(painter: QPainter, room: QRect, picture: QPixmap | None, palette: QPalette) -> None:
    if picture is None or picture.isNull():
        painter.setPen(palette.color(QPalette.ColorRole.PlaceholderText))
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, "…" if picture is None else "no picture")
        return
    place = QRect(0, 0, min(EDGE, picture.width()), min(HEIGHT, picture.height()))
    place.moveCenter(room.center())
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawPixmap(place, picture)
