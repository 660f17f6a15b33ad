"""Size and columns of the window, from one start to the next."""

import base64
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

if TYPE_CHECKING:
    from microdesigner.gui.main_window import MainWindow

START_SIZE = QSize(1480, 920)
COLUMN_WIDTHS = [360, 750, 370]


def fill(window: "MainWindow") -> QSplitter:
    """Put everything into the window; returns its columns."""
    window.bottom_panels.fill(
        [(panel, panel.section) for panel in (window.history.panel, window.queue.panel, window.log)]
    )
    window.results_panel.head.addWidget(window.open_button)
    window.results_panel.head.addWidget(window.export_button)
    window.results_panel.head.addStretch(1)
    columns = make_columns((window.targets, above(window.results.tabs, window.bottom_panels), window.results_panel))
    window.setCentralWidget(stacked(window.error_bar, columns))
    window.device.setToolTip("The model that is loaded and the device it runs on.")
    bar = window.statusBar()
    bar.setSizeGripEnabled(False)
    bar.setContentsMargins(10, 0, 10, 0)
    bar.addWidget(window.status_line, 1)
    bar.addPermanentWidget(window.render_jobs.bar)
    bar.addPermanentWidget(window.device)
    return columns


def make_columns(panels: tuple[QWidget, QWidget, QWidget]) -> QSplitter:
    """Three panels beside each other; the middle one takes the room that is left."""
    columns = QSplitter(Qt.Orientation.Horizontal)
    columns.setChildrenCollapsible(False)
    for panel in panels:
        columns.addWidget(panel)
    columns.setStretchFactor(1, 1)
    columns.setSizes(COLUMN_WIDTHS)
    return columns


def stacked(above: QWidget, below: QWidget) -> QWidget:
    """Two widgets without a gap; the lower one takes the room."""
    content = QWidget()
    column = QVBoxLayout(content)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(above)
    column.addWidget(below, 1)
    return content


def above(content: QWidget, foot: QWidget) -> QWidget:
    """Two widgets without a gap; the upper one takes the room."""
    column = stacked(content, foot)
    layout = column.layout()
    assert isinstance(layout, QVBoxLayout)
    layout.setStretch(0, 1)
    layout.setStretch(1, 0)
    return column


def restore(window: "MainWindow") -> None:
    """Give the window the size, columns and folds of the last time."""
    settings = window.settings
    window.history.panel.section.button.setChecked(settings.history)
    window.resize(_start_size(window))
    if settings.window:
        window.restoreGeometry(QByteArray(base64.b64decode(settings.window)))
    if settings.columns:
        window.columns.restoreState(QByteArray(base64.b64decode(settings.columns)))
    window.compact_layout.adapt()


def reset(window: "MainWindow") -> None:
    """Give the window the size, columns and folds of the first start."""
    window.history.panel.section.button.setChecked(True)
    window.showNormal()
    window.resize(_start_size(window))
    window.compact_layout.adapt()
    for panel in (window.targets, window.results_panel):
        if window.columns.indexOf(panel) >= 0:
            panel.show()
    window.columns.setSizes(COLUMN_WIDTHS)


def toggle(window: "MainWindow", column: QWidget) -> None:
    """Show or hide a column; one that is a page for want of room comes to the front."""
    if not window.compact_layout.turn_to(column):
        column.setVisible(not column.isVisible())


def _start_size(window: "MainWindow") -> QSize:
    return START_SIZE.boundedTo(window.screen().availableSize())


def remember(window: "MainWindow") -> None:
    """Put size, columns and folds into the settings."""
    settings = window.settings
    settings.window = base64.b64encode(window.saveGeometry().data()).decode()
    if window.columns.count() == len(COLUMN_WIDTHS):
        settings.columns = base64.b64encode(window.columns.saveState().data()).decode()
    settings.history = window.history.panel.section.button.isChecked()
