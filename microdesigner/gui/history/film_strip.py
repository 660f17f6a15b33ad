"""A row of films that scrolls sideways, as it behaves under mouse and keys."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QListView, QListWidget

from microdesigner.gui.widgets.rich_text import RichDelegate
from microdesigner.gui.widgets.thumbnails import EDGE
from microdesigner.gui.widgets.thumbnails import HEIGHT as THUMBNAIL_HEIGHT


class FilmStrip(QListWidget):
    """A row of thumbnails; Enter wants one, Delete does not."""

    open_requested = Signal(object)
    unwanted = Signal(object)
    dragged = Signal(object)
    resized = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setMovement(QListView.Movement.Static)
        self.setDragDropMode(QListView.DragDropMode.DragOnly)
        self.setUniformItemSizes(True)
        self.setIconSize(QSize(EDGE // 2, THUMBNAIL_HEIGHT // 2))
        self._delegate = RichDelegate(self)
        self.setItemDelegate(self._delegate)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)

    def startDrag(self, actions: Qt.DropAction) -> None:  # noqa: N802
        """Let the selected ones be dragged out of the window."""
        self.dragged.emit(self.selectedItems())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """More or fewer items are to be seen."""
        super().resizeEvent(event)
        self.resized.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Enter and Delete; arrows move as in every list."""
        item = self.currentItem()
        if item is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.open_requested.emit(item)
        elif item is not None and event.key() == Qt.Key.Key_Delete:
            self.unwanted.emit(item)
        else:
            super().keyPressEvent(event)
