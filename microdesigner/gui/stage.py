"""The middle of the window: the views, the plots of the same volume, and two results side by side."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTabWidget, QWidget

from microdesigner.gui.widgets.basics import scrolled

PAGES = {
    "Views": "The volume on show, as a whole and phase by phase.",
    "Plots": "Statistics of the volume on show.",
    "Compare": "Two results side by side.",
}


class Stage(QTabWidget):
    """One page for each of PAGES."""

    def __init__(self, views: QWidget, plots: QWidget, comparison: QWidget) -> None:
        super().__init__()
        self.setAccessibleName("Pages of the middle")
        self.setDocumentMode(True)
        for (title, tip), page in zip(PAGES.items(), (views, plots, comparison), strict=True):
            area = scrolled(page)
            area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
            self.setTabToolTip(self.addTab(area, title), tip)

    def turn_to(self, title: str) -> None:
        """Show one of PAGES."""
        titles = [self.tabText(index) for index in range(self.count())]
        self.setCurrentIndex(titles.index(title))
