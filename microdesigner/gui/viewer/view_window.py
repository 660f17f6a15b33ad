"""A window with nothing but the views of a volume, drawn straight onto the screen."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from microdesigner.gui.viewer.native_view import NativeView
from microdesigner.gui.widgets.basics import SPACING, fit_screen, quiet, toggle_button, tool_button

START_SIZE = QSize(1000, 760)
LINKED = "Turn and zoom together with the views of the main window; otherwise this window has a camera of its own."
HINT = "Left drag turns, Shift drag moves, the wheel zooms, 1 to 4 maximise a view, Esc closes."


class ViewWindow(QWidget):
    """Shows a NativeView; it is deleted when it is closed."""

    moved = Signal()  # the user moved the camera
    closed = Signal()

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.view = NativeView(self)
        self.linked = toggle_button("Linked camera", "Linked camera", LINKED, True)
        self._lay_out()
        self.view.camera_interactor.dragged.connect(self.moved)
        self.view.camera_interactor.placed.connect(self.moved)
        fit_screen(self, START_SIZE)
        self.view.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Close by Escape or as the system does."""
        if event.key() == Qt.Key.Key_Escape or event.matches(QKeySequence.StandardKey.Close):
            self.close()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Free the graphics resources while the window still is there."""
        self.view.close_scene()
        self.closed.emit()
        super().closeEvent(event)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(SPACING, 6, SPACING, 6)
        head.setSpacing(SPACING)
        head.addWidget(self.linked)
        head.addWidget(
            tool_button("Fit", "Fit the volume", "Show the whole volume (5).", self.view.camera_interactor.fit)
        )
        head.addWidget(quiet(HINT), 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.view, 1)
