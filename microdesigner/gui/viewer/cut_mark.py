"""A mark on the views that says what of the volume is left out, with one button that shows all again."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel

from microdesigner.app.view_state import ViewState
from microdesigner.gui.widgets.basics import tool_button


class CutMark(QFrame):
    """Shown while something is cut away, whether the controls of the cut are open or not."""

    whole_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAutoFillBackground(True)
        self.words = QLabel()
        self.whole = tool_button(
            "Show all", "Show the whole volume", "Reset clip box, slices and threshold.", self._ask
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 2, 2, 2)
        row.addWidget(self.words)
        row.addWidget(self.whole)
        self.hide()

    def show_state(self, state: ViewState) -> None:
        """Say what `state` leaves out."""
        clipped = [axis for axis, span, steps in zip("xyz", state.clip, state.steps, strict=True) if span != (0, steps)]
        words = [f"clipped along {', '.join(clipped)}"] if clipped else []
        words += ["slices"] if state.slices else []
        words += [f"threshold ≥ {state.threshold_share:.2f}"] if state.threshold else []
        self.words.setText(" · ".join(words)[:1].upper() + " · ".join(words)[1:])
        self.setVisible(bool(words))

    def _ask(self) -> None:
        self.whole_requested.emit()
