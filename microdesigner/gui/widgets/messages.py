"""A sentence about something that went wrong, without stopping the work."""

import logging
from html import escape

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from microdesigner.gui import theme
from microdesigner.gui.widgets.basics import as_text, tool_button
from microdesigner.gui.widgets.details_dialog import DetailsDialog

_log = logging.getLogger(__name__)


class ErrorBar(QFrame):
    """A bar with a sentence; details on request."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._message = self._details = self._subject = ""
        self.details = tool_button(
            "Details", "Error details", "Show what the program knows about the error.", self._show_details
        )
        close = tool_button("✕", "Dismiss", "Hide this message.", self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 4, 6, 4)
        row.addWidget(self.text, 1)
        row.addWidget(self.details)
        row.addWidget(close)
        self.hide()

    def show_error(self, message: str, details: str = "", subject: str = "") -> None:
        """Show a sentence about work on a `subject`; it goes into the log with its details."""
        _log.warning("%s", "\n".join(filter(None, (message, details))))
        self._message, self._details, self._subject = message, details, subject
        self.details.setVisible(bool(details))
        colour = theme.status_colour(theme.BAD)
        self.text.setText(f'<span style="color:{colour}">⚠</span>&nbsp; {escape(message, quote=False)}')
        self.show()

    def settle(self, subject: str) -> None:
        """Hide the sentence where work on its subject has succeeded since."""
        if subject == self._subject:
            self.hide()

    def _show_details(self) -> None:
        DetailsDialog("Details", self._message, self._details, self.window()).open()


HINT = "The last message; the log under the views keeps earlier ones."


class StatusLine(QLabel):
    """Every sentence shown goes into the log too."""

    def __init__(self) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)  # names of files and models are shown as they are
        self.setToolTip(HINT)

    def setText(self, text: str) -> None:  # noqa: N802
        """Show and log a sentence."""
        super().setText(text)
        self.setToolTip(as_text(f"{text}\n{HINT}".strip()))  # the sentence may be longer than the line
        if text:
            _log.info("%s", text)
