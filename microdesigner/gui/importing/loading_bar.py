"""The file that is being opened, with a button that stops it."""

from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from microdesigner.gui.widgets.basics import named

BAR_WIDTH = 120


class LoadingBar(QWidget):
    """Shown while a file is read."""

    def __init__(self) -> None:
        super().__init__()
        self.words = QLabel()
        self.bar = named(QProgressBar(), "Progress of opening", "How much of the file is read.")
        self.bar.setFixedWidth(BAR_WIDTH)
        self.bar.setTextVisible(False)
        self.cancel = named(QPushButton("Cancel"), "Cancel opening", "Stop reading; what is on show stays.")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for widget in (self.words, self.bar, self.cancel):
            row.addWidget(widget)
        self.hide()

    def show_file(self, name: str) -> None:
        """Begin with a file whose length is not known yet."""
        self.words.setText(f"Opening {name}")
        self.show_progress(0, 0)
        self.show()

    def show_progress(self, done: int, total: int) -> None:
        """Show `done` of `total`; a total of at most one says only that it goes on."""
        self.bar.setRange(0, 1000 if total > 1 else 0)
        self.bar.setValue(1000 * done // total if total > 1 else 0)
