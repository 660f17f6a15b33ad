"""Several folds that share one place: their titles stand in a row, and opening one closes the others."""

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from microdesigner.gui.widgets.basics import SPACING, Fold


class Drawer(QWidget):
    """A row of titles above the content of the open one."""

    def __init__(self) -> None:
        super().__init__()
        self._panels: list[tuple[QWidget, Fold]] = []
        self._titles = QHBoxLayout()
        self._titles.setSpacing(SPACING)
        self._titles.addStretch(1)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(4, 0, 4, 0)
        self._column.setSpacing(2)
        self._column.addLayout(self._titles)

    def fill(self, panels: Sequence[tuple[QWidget, Fold]]) -> None:
        """Take over panels, each with the fold that holds its title."""
        for place, (panel, fold) in enumerate(panels):
            self._titles.insertWidget(place, fold.button)
            self._column.addWidget(panel)
            self._panels.append((panel, fold))
            fold.opening.connect(lambda fold=fold: self._close_others(fold))  # before: the views would shrink for both

    def close_all(self) -> None:
        """Leave only the titles."""
        for _, fold in self._panels:
            fold.button.setChecked(False)

    def _close_others(self, opened: Fold) -> None:
        for panel, fold in self._panels:
            if fold is not opened:
                fold.button.setChecked(False)
                for widget in (fold, panel, self):  # else all that is around still counts on its height
                    widget.updateGeometry()
