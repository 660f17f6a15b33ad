"""The guide to the desktop, shipped with the program and read without a network."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import QImage, QResizeEvent, QTextDocument
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout, QWidget

from microdesigner.core.paths import shipped
from microdesigner.gui.widgets.basics import fit_screen, named

START_SIZE = QSize(860, 760)
MARGIN = 24
MISSING = "The guide is missing from this installation ({path}); install the program again."


class GuideWindow(QDialog):
    """The guide beside the window, which can be worked with meanwhile."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Guide")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.pages = named(GuidePages(), "Guide", "")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 8, 8)
        column.addWidget(self.pages, 1)
        column.addWidget(buttons)
        fit_screen(self, START_SIZE)
        self.pages.read()


class GuidePages(QTextBrowser):
    """Text with pictures no wider than the window; addresses elsewhere open in the user's browser."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = shipped("resources")
        self._width = 0
        self.setFrameShape(self.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)  # the text has its width from the start
        self.setOpenExternalLinks(True)
        self.document().setDocumentMargin(MARGIN)

    def read(self) -> None:
        """Show the guide from its beginning."""
        path = self._folder / "guide.md"
        try:
            text = path.read_text(encoding="utf-8")
        except OSError:
            text = MISSING.format(path=path)
        self.document().setBaseUrl(QUrl.fromLocalFile(f"{self._folder}/"))
        self.setMarkdown(text)

    def loadResource(self, kind: int, name: QUrl | str) -> Any:  # noqa: N802
        """A picture in the width of the text; nothing but files of the guide is loaded."""
        place = self._path(QUrl(name))
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

    def _path(self, address: QUrl) -> Path | None:
        name = address.toLocalFile() if address.isLocalFile() else address.path()
        place = (self._folder / name).resolve()
        return place if place.is_relative_to(self._folder.resolve()) and place.is_file() else None
