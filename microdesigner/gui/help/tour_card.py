"""A card that explains a part of the window, and the frame around that part."""

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from microdesigner.gui.widgets.basics import heading, named, quiet

WIDTH, GAP = 320, 10


class Frame(QWidget):
    """A coloured frame over a part of the window that lets every click through."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def surround(self, widget: QWidget) -> QRect:
        """Go around a widget; returns its place in the window."""
        area = QRect(widget.mapTo(self.window(), QPoint(0, 0)), widget.size()).intersected(self.window().rect())
        self.setGeometry(area.adjusted(-3, -3, 3, 3).intersected(self.window().rect()))
        self.show()
        self.raise_()
        return area

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw the frame."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.palette().highlight(), 3))
        painter.drawRoundedRect(self.rect().adjusted(2, 2, -2, -2), 6, 6)
        painter.end()


class TourCard(QFrame):
    """A step in words, with ways on, back and out; Esc leaves too."""

    skipped = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAutoFillBackground(True)
        self.setFixedWidth(WIDTH)
        self.title = heading("")
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.count = quiet()
        self.skip = named(QPushButton("Skip"), "Skip the tour", "End the tour; the Help menu repeats it (Esc).")
        self.back = named(QPushButton("Back"), "Previous step", "Go back to the step before.")
        self.next = named(QPushButton("Next"), "Next step", "Go on to the next step.")
        self.next.setProperty("role", "primary")
        self.skip.clicked.connect(self.skipped)
        self.setFocusProxy(self.next)
        row = QHBoxLayout()
        row.addWidget(self.count, 1)
        for button in (self.skip, self.back, self.next):
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.addWidget(self.title)
        column.addWidget(self.text)
        column.addLayout(row)

    def show_step(self, title: str, text: str, number: int, total: int) -> None:
        """Show step `number` of `total`, counted from 0."""
        self.title.setText(title)
        self.text.setText(text)
        self.count.setText(f"{number + 1} of {total}")
        self.back.setEnabled(number > 0)
        self.next.setText("Next" if number + 1 < total else "Done")
        self.setAccessibleName(f"{title}. {text}")

    def place_beside(self, area: QRect) -> None:
        """Go to the side of `area` where there is room, and take the keyboard."""
        self.setFixedHeight(self.heightForWidth(WIDTH))
        room = self.window().rect().adjusted(GAP, GAP, -GAP, -GAP)
        places = (
            QPoint(area.right() + GAP, area.top()), QPoint(area.left() - GAP - self.width(), area.top()),
            QPoint(area.left(), area.bottom() + GAP), QPoint(area.left(), area.top() - GAP - self.height()),
        )  # fmt: skip
        fitting = [place for place in places if room.contains(QRect(place, self.size()))]
        self.move(fitting[0] if fitting else room.center() - self.rect().center())
        self.show()
        self.raise_()
        self.setFocus()

    def event(self, event: QEvent) -> bool:
        """Keep Esc from the window's commands."""
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            event.accept()
            if event.type() == QEvent.Type.KeyPress:
                self.skipped.emit()
            return True
        return super().event(event)
