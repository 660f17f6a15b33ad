"""Size and columns of the window, from one start to the next; in a small window columns become pages of the middle."""

import base64

from PySide6.QtCore import QByteArray, QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtWidgets import QMainWindow, QSplitter, QVBoxLayout, QWidget

from microdesigner.app.store.settings import Settings
from microdesigner.gui.central_area import BottomPanels, CentralTabs
from microdesigner.gui.widgets.basics import CollapsibleSection

START_SIZE = QSize(1480, 920)
COLUMN_WIDTHS = [360, 750, 370]
LEAST_MIDDLE = 582  # which its pages need
SMALLEST = QSize(600, 320)
THREE_COLUMNS, TWO_COLUMNS = 1278, 944  # least widths of the window
PAUSE_MS = 1000
LOW = 460  # below this height what is opened at the foot of the middle takes all its room
TARGETS, RESULTS = "Targets", "Results"
TIPS = {TARGETS: "What to generate.", RESULTS: "What was measured, and the recipe."}


class WindowLayout(QObject):
    """Three columns: targets, the middle's pages above the panels at its foot, results.

    By the window's width the left and the right one move between their places beside the middle and its pages, so that
    nothing is cut off; the panels at the foot close when the window becomes too low for them.
    """

    def __init__(
        self, window: QMainWindow, settings: Settings, targets: QWidget, tabs: CentralTabs, foot: BottomPanels,
        results: QWidget, history: CollapsibleSection,
    ) -> None:  # fmt: skip
        super().__init__(window)
        self._window, self._settings = window, settings
        self._targets, self._tabs, self._foot, self._results = targets, tabs, foot, results
        self._history = history
        self._low = False
        self.columns = make_columns((targets, above(tabs, foot), results))
        window.setMinimumSize(SMALLEST)
        tabs.setMinimumWidth(LEAST_MIDDLE)
        window.installEventFilter(self)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self.remember)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Follow the window's size, and remember it and the window's place when they rest."""
        if event.type() == QEvent.Type.Resize:
            self.adapt()
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.WindowStateChange):
            self._pause.start()
        return False

    def restore(self) -> None:
        """Give the window the size, columns and sections of the last time."""
        settings = self._settings
        self._history.button.setChecked(settings.history)
        self._window.resize(_start_size(self._window))
        if settings.window:
            self._window.restoreGeometry(QByteArray(base64.b64decode(settings.window)))
        if settings.columns:
            self.columns.restoreState(QByteArray(base64.b64decode(settings.columns)))
        self.adapt()
        self.columns.splitterMoved.connect(lambda *_: self._pause.start())
        self._history.button.toggled.connect(lambda _: self._pause.start())

    def reset(self) -> None:
        """Give the window the size, columns and sections of the first start."""
        self._history.button.setChecked(True)
        self._window.showNormal()
        self._window.resize(_start_size(self._window))
        self.adapt()
        for panel in (self._targets, self._results):
            if self.columns.indexOf(panel) >= 0:
                panel.show()
        self.columns.setSizes(COLUMN_WIDTHS)

    def remember(self) -> None:
        """Put size, columns and sections into the settings."""
        self._pause.stop()
        settings = self._settings
        settings.window = base64.b64encode(self._window.saveGeometry().data()).decode()
        if self.columns.count() == len(COLUMN_WIDTHS):
            settings.columns = base64.b64encode(self.columns.saveState().data()).decode()
        settings.history = self._history.button.isChecked()

    def adapt(self) -> None:
        """Give every panel the place that the window's size allows."""
        window = self._window
        self._place(self._results, RESULTS, window.width() < THREE_COLUMNS)
        self._place(self._targets, TARGETS, window.width() < TWO_COLUMNS)
        low = window.height() < LOW
        if low and not self._low:
            self._foot.close_all()
        self._low = low

    def toggle(self, column: QWidget) -> None:
        """Show or hide a column; one that is a page for want of room comes to the front."""
        if not self.reveal(column):
            column.setVisible(not column.isVisible())

    def reveal(self, widget: QWidget) -> bool:
        """Bring the page that holds a widget to the front; False where it lies on none."""
        page = self.page_of(widget)
        if page is not None:
            self._tabs.setCurrentWidget(page)
        return page is not None

    def page_of(self, widget: QWidget) -> QWidget | None:
        """The page of the middle that is or holds a widget."""
        pages = [self._tabs.widget(index) for index in range(self._tabs.count())]
        return next(
            (page for page in pages if page is not None and (page is widget or page.isAncestorOf(widget))), None
        )

    def _place(self, panel: QWidget, title: str, as_page: bool) -> None:
        tabs = self._tabs
        index = tabs.indexOf(panel)
        if as_page == (index >= 0):
            return
        first = panel is self._targets
        if as_page:
            shown = tabs.currentWidget()
            tabs.setTabToolTip(tabs.insertTab(0 if first else tabs.count(), panel, title), TIPS[title])
            tabs.setCurrentWidget(shown)
        else:
            tabs.removeTab(index)
            self.columns.insertWidget(0 if first else self.columns.count(), panel)
            panel.show()


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


def _start_size(window: QMainWindow) -> QSize:
    return START_SIZE.boundedTo(window.screen().availableSize())
