"""Whether the training data support the targets, said before anything is generated."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from microdesigner.core.support import OUTSIDE, SPARSE
from microdesigner.core.verdict import RequestVerdict
from microdesigner.gui import theme
from microdesigner.gui.widgets.basics import named, quiet


class SupportBadge(QWidget):
    """A coloured sentence, a button that moves the targets to the nearest supported ones, and what must be read of the
    size asked."""

    nearest_requested = Signal()

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
        self.nearest.clicked.connect(lambda: self.nearest_requested.emit())
        self.warnings = quiet()
        self.warnings.setToolTip("How far the requested size lies from the films that the model was trained on.")
        row = QHBoxLayout()
        row.addWidget(self.text, 1)
        row.addWidget(self.nearest)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row)
        column.addWidget(self.warnings)
        self.show_verdict(None)

    def show_verdict(self, verdict: RequestVerdict | None, impossible: str = "") -> None:
        """Show what is known of the request, None without a model, and why the model cannot serve it if it cannot."""
        known = (*verdict.size_warnings, *verdict.reach_warnings) if verdict else ()
        sentences = (impossible,) if impossible else known
        self.warnings.setText("\n".join(sentences))
        self.warnings.setVisible(bool(sentences))
        support = verdict.support if verdict else None
        if verdict is None or support is None:
            self.text.setText("")
            self.nearest.hide()
            return
        pair = theme.BAD if support < OUTSIDE else theme.EDGE if support < SPARSE else theme.GOOD
        colour = theme.status_colour(pair)
        self.text.setText(f'<span style="color:{colour}">●</span> {verdict.words[0].upper()}{verdict.words[1:]}')
        self.nearest.setVisible(support < SPARSE)
