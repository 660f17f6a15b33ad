"""What stands in the place of films where a search of the history finds none: why, and what to do."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from microdesigner.gui.widgets.basics import heading, quiet, tool_button

NOTHING = (
    "No films yet",
    "Every film you generate or open is stored here. Set targets, then press Generate (Ctrl+Enter).",
)
NO_MATCH = ("No film matches", "Other words or wider filters may find one.")
NO_TRASH = ("The trash is empty", "Films that you delete stay here until you empty the trash.")


class NoFilms(QWidget):
    """A title, a sentence and, where filters may be the reason, a button that clears them."""

    def __init__(self, clear: Callable[[], object]) -> None:
        super().__init__()
        self.title, self.words = heading(""), quiet()
        self.show_all = tool_button("Clear filters", "Show all films", "Show all films again.", clear)
        column = QVBoxLayout(self)
        column.addStretch(1)
        for label in (self.title, self.words):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(label)
        column.addWidget(self.show_all, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(2)

    def explain(self, filtered: bool, trash: bool) -> None:
        """Say why there are none."""
        title, words = NO_MATCH if filtered else NO_TRASH if trash else NOTHING
        self.title.setText(title)
        self.words.setText(words)
        self.show_all.setVisible(filtered)
