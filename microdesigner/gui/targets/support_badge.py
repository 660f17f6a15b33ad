"""Whether the training data support the targets, said before anything is generated."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from microdesigner.core.support import OUTSIDE, SPARSE, verdict
from microdesigner.gui import theme
from microdesigner.gui.widgets.basics import named


class SupportBadge(QWidget):
    """A coloured sentence, and a button that moves the targets to the nearest supported ones."""

    nearest_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.text.setToolTip("How the targets together stand among the data that the model was trained on.")
        self.nearest = named(
            QPushButton("Use nearest"),
            "Use nearest supported targets",
            "Move the targets to the nearest supported ones.",
        )
        self.nearest.clicked.connect(lambda: self.nearest_wanted.emit())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.text, 1)
        row.addWidget(self.nearest)
        self.show_support(None)

    def show_support(self, support: float | None) -> None:
        """Show a support of 0..1; None where the model's card holds no sample of its training data."""
        if support is None:
            self.text.setText("")
            self.nearest.hide()
            return
        pair = theme.BAD if support < OUTSIDE else theme.EDGE if support < SPARSE else theme.GOOD
        colour = theme.status_colour(pair)
        words = verdict(support)
        self.text.setText(f'<span style="color:{colour}">●</span> {words[0].upper()}{words[1:]}')
        self.nearest.setVisible(support < SPARSE)
