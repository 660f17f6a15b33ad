"""The guide to the desktop and the rest of the manual, shipped with the program and read without a network."""

import posixpath
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QImage, QResizeEvent, QTextDocument
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPushButton, QTextBrowser, QVBoxLayout, QWidget

from microdesigner.core.paths import shipped
from microdesigner.gui.widgets.basics import fit_screen, named

START_SIZE = QSize(860, 760)
MARGIN = 24
GUIDE, CONTENTS = "guide.md", "index.md"
FOLDERS = ("docs", "resources")
MISSING = "The page {page} of the manual is missing from this installation; install the program again."


class GuideWindow(QDialog):
    """The manual beside the window, which can be worked with meanwhile."""

    def __init__(self, parent: QWidget, page: str = GUIDE) -> None:
        super().__init__(parent)
        self.setWindowTitle("Manual")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.pages = named(GuidePages(), "Manual", "")
        self.contents = named(QPushButton("Contents"), "Contents", "Show what the manual holds.")
        self.back = named(QPushButton("Back"), "Previous page", "Return to the page before (Alt+Left).")
        self.back.setShortcut("Alt+Left")
        self.contents.clicked.connect(lambda: self.pages.turn_to(CONTENTS))
        self.back.clicked.connect(self.pages.turn_back)
        self.pages.turned.connect(lambda: self.back.setEnabled(self.pages.has_before))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        for button in (self.contents, self.back):
            button.setAutoDefault(False)
            buttons.addButton(button, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 8, 8)
        column.addWidget(self.pages, 1)
        column.addWidget(buttons)
        fit_screen(self, START_SIZE)
        self.pages.turn_to(page)


class GuidePages(QTextBrowser):
    """Pages with pictures no wider than the window; addresses elsewhere open in the user's browser."""

    turned = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._folders = [shipped(name) for name in FOLDERS]
        self._before: list[str] = []
        self.page = ""
        self._width = 0
        self.setFrameShape(self.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)  # the text has its width from the start
        self.setOpenLinks(False)
        self.anchorClicked.connect(self._follow)
        self.document().setDocumentMargin(MARGIN)

    @property
    def has_before(self) -> bool:
        """Whether there is a page to turn back to."""
        return bool(self._before)

    def turn_to(self, page: str) -> None:
        """Show a page, named as in the manual's folder, from its beginning."""
        if self.page:
            self._before.append(self.page)
        self._show(page)

    def turn_back(self) -> None:
        """Show the page before."""
        if self._before:
            self._show(self._before.pop())

    def _show(self, page: str) -> None:
        self.page = page
        self.read()
        self.verticalScrollBar().setValue(0)
        self.turned.emit()

    def read(self) -> None:
        """Lay the page out."""
        path = self._file(self.page)
        try:
            text = MISSING.format(page=self.page) if path is None else path.read_text(encoding="utf-8")
        except OSError:
            text = MISSING.format(page=self.page)
        self.setMarkdown(text)

    def loadResource(self, kind: int, name: QUrl | str) -> Any:  # noqa: N802
        """A picture in the width of the text; nothing but files of the manual is loaded."""
        address = QUrl(name)
        place = None if address.scheme() else self._file(self._beside(address.path()))
        if kind != QTextDocument.ResourceType.ImageResource.value or place is None:
            return None
        picture = QImage(str(place))
        width = max(200, self.viewport().width() - 2 * MARGIN)
        if picture.width() > width:
            picture = picture.scaledToWidth(width, Qt.TransformationMode.SmoothTransformation)
        return picture

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Fit the pictures to the new width, with the same part of the text on show."""
        super().resizeEvent(event)
        if self.viewport().width() != self._width:
            self._width = self.viewport().width()
            bar = self.verticalScrollBar()
            share = bar.value() / max(1, bar.maximum())
            self.read()
            bar.setValue(round(share * bar.maximum()))

    def _follow(self, address: QUrl) -> None:
        """Turn to a page of the manual, or let the user's browser open the address."""
        if address.scheme() in ("http", "https"):
            QDesktopServices.openUrl(address)
        elif not address.scheme() and address.path().endswith(".md"):
            self.turn_to(self._beside(address.path()))

    def _beside(self, name: str) -> str:
        """The name, from the manual's top, of what the present page calls `name`."""
        return posixpath.normpath(posixpath.join(posixpath.dirname(self.page), name))

    def _file(self, name: str) -> Path | None:
        for folder in self._folders:
            place = (folder / name).resolve()
            if place.is_relative_to(folder.resolve()) and place.is_file():
                return place
        return None
