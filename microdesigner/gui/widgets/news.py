"""The line at the foot of the window that tells what was done last."""

import logging

from PySide6.QtWidgets import QLabel

HINT = "What was done last; Log under the views tells what was before."
_log = logging.getLogger(__name__)


class News(QLabel):
    """Every sentence shown goes into the log too."""

    def __init__(self) -> None:
        super().__init__()
        self.setToolTip(HINT)

    def setText(self, text: str) -> None:  # noqa: N802
        """Show and log a sentence."""
        super().setText(text)
        self.setToolTip(f"{text}\n{HINT}".strip())  # the sentence may be longer than the line
        if text:
            _log.info("%s", text)
