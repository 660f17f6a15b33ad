"""All commands that have keys, on one sheet."""

from itertools import groupby

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from microdesigner.gui.command import Command, in_menu_order
from microdesigner.gui.widgets.basics import SPACING, fit_screen, heading, quiet, scrolled

MOUSE = (
    ("Drag, arrows", "Turn the volume"),
    ("Right drag, Shift+drag, Shift+arrows", "Move the volume"),
    ("Wheel, Ctrl+drag, plus and minus", "Zoom"),
    ("Double click", "Maximise or show all"),
)
COLUMN_ROWS = (22, 34, 999)
MARGINS = 40
Group = tuple[str, list[tuple[str, str]]]


class ShortcutSheet(QDialog):
    """Keys and mouse, group by group."""

    def __init__(self, commands: list[Command], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Shortcuts")
        groups = [
            (name, [(command.hint, command.title) for command in members if command.hint])
            for name, members in groupby(in_menu_order(commands), lambda command: command.group)
        ]
        content = self._fitting([*groups, ("On the views", list(MOUSE))])
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        whole = QVBoxLayout(self)
        whole.addWidget(scrolled(content), 1)
        whole.addWidget(buttons)
        fit_screen(self, content.sizeHint() + QSize(MARGINS, MARGINS + buttons.sizeHint().height()))

    def _fitting(self, groups: list[Group]) -> QWidget:
        """As many columns as the screen is wide enough for."""
        widest = 0.9 * self.screen().availableSize().width() - MARGINS
        for rows in COLUMN_ROWS:
            content = QWidget()
            row = QHBoxLayout(content)
            row.setSpacing(4 * SPACING)
            for part in _balanced(groups, rows):
                row.addWidget(_column(part))
            if content.sizeHint().width() <= widest:
                break
        return content


def _balanced(groups: list[Group], most: int) -> list[list[Group]]:
    columns: list[list[Group]] = [[]]
    rows = 0
    for group in groups:
        if rows and rows + len(group[1]) > most:
            columns.append([])
            rows = 0
        columns[-1].append(group)
        rows += len(group[1]) + 1
    return columns


def _column(groups: list[Group]) -> QWidget:
    widget = QWidget()
    grid = QGridLayout(widget)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(2 * SPACING)
    row = 0
    for name, lines in groups:
        grid.addWidget(heading(name), row, 0, 1, 2)
        for keys, title in lines:
            row += 1
            label = quiet(keys)
            label.setWordWrap(False)
            grid.addWidget(QLabel(title), row, 0)
            grid.addWidget(label, row, 1)
        row += 1
    grid.setRowStretch(row, 1)
    return widget
