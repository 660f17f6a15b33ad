"""The middle of the window: the views, plots and descriptors of the same volume, results side by
side, all stored films."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QTabWidget, QVBoxLayout, QWidget

from microdesigner.gui.widgets.basics import SPACING, CollapsibleSection, scrolled

PAGES = {
    "Views": "The volume on show, as a whole and phase by phase.",
    "Plots": "Statistics of the volume on show.",
    "Values": "Every descriptor of the volume on show.",
    "Compare": "Results side by side, their values and their plots.",
    "History": "All stored films: search, mark, export, delete and restore.",
}


class CentralTabs(QTabWidget):
    """One page for each of PAGES."""

    def __init__(self, *pages: QWidget) -> None:
        super().__init__()
        self.setAccessibleName("Pages of the middle")
        self.setDocumentMode(True)
        for (title, tip), page in zip(PAGES.items(), pages, strict=True):
            area = scrolled(page)
            area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
            self.setTabToolTip(self.addTab(area, title), tip)

    def turn_to(self, title: str) -> None:
        """Show one of PAGES."""
        titles = [self.tabText(index) for index in range(self.count())]
        self.setCurrentIndex(titles.index(title))


class BottomPanels(QWidget):
    """A row of titles above the content of the open one."""

    def __init__(self) -> None:
        super().__init__()
        self._panels: list[tuple[QWidget, CollapsibleSection]] = []
        self._titles = QHBoxLayout()
        self._titles.setSpacing(SPACING)
        self._titles.addStretch(1)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(4, 0, 4, 0)
        self._column.setSpacing(2)
        self._column.addLayout(self._titles)

    def fill(self, panels: Sequence[tuple[QWidget, CollapsibleSection]]) -> None:
        """Take over panels, each with the section that holds its title."""
        for place, (panel, section) in enumerate(panels):
            self._titles.insertWidget(place, section.button)
            self._column.addWidget(panel)
            self._panels.append((panel, section))
            section.opening.connect(
                lambda section=section: self._close_others(section)
            )  # before: the views would shrink for both

    def close_all(self) -> None:
        """Leave only the titles."""
        for _, section in self._panels:
            section.button.setChecked(False)

    def _close_others(self, opened: CollapsibleSection) -> None:
        for panel, section in self._panels:
            if section is not opened:
                section.button.setChecked(False)
                for widget in (section, panel, self):  # else all that is around still counts on its height
                    widget.updateGeometry()
