"""The log under the views: what the program did and what went wrong, line by line."""

import logging

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from microdesigner.app.log import LOGGER, MAX_LINES, RecentLines
from microdesigner.gui.widgets.basics import CollapsibleSection, named

HEIGHT = 98
HINT = "What the program did and what went wrong, the newest last."


class LogPanel(QWidget):
    """Shows the newest lines of the log, whichever thread wrote them."""

    _written = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.text = named(QPlainTextEdit(), "Log", HINT)
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setMaximumBlockCount(MAX_LINES)
        self.text.setFixedHeight(HEIGHT)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.section = CollapsibleSection("Log", self.text, HINT)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.section)
        self._written.connect(self.text.appendPlainText)
        self._lines = RecentLines()
        self._lines.listener = self._written.emit
        logger = logging.getLogger(LOGGER)
        if logger.level == logging.NOTSET:
            logger.setLevel(logging.INFO)
        logger.addHandler(self._lines)

    def close_log(self) -> None:
        """Hear no more of the log."""
        self._lines.listener = None
        logging.getLogger(LOGGER).removeHandler(self._lines)
