"""Small windows: what has no room beside the middle becomes one of its pages, so that nothing is cut off."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSize
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from microdesigner.gui.main_window import MainWindow

SMALLEST = QSize(600, 320)
THREE_COLUMNS, TWO_COLUMNS = 1270, 920  # least widths of the window
LOW = 460  # below this height what is opened at the foot of the middle takes all its room
TARGETS, RESULTS = "Targets", "Results"
TIPS = {TARGETS: "What to generate.", RESULTS: "What was measured, and the recipe."}


class CompactLayout(QObject):
    """Moves the left and the right column between their places beside the middle and its pages, by the window's width;
    closes the bottom panels when the window becomes too low for it."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._low = False
        window.setMinimumSize(SMALLEST)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Follow the window's size."""
        if event.type() == QEvent.Type.Resize:
            self.adapt()
        return False

    def adapt(self) -> None:
        """Give every panel the place that the window's size allows."""
        window = self._window
        self._place(window.results_panel, RESULTS, window.width() < THREE_COLUMNS)
        self._place(window.targets, TARGETS, window.width() < TWO_COLUMNS)
        low = window.height() < LOW
        if low and not self._low:
            window.bottom_panels.close_all()
        self._low = low

    def turn_to(self, widget: QWidget) -> bool:
        """Bring the page that holds a widget to the front; False where it lies on none."""
        page = self.page_of(widget)
        if page is not None:
            self._window.results.tabs.setCurrentWidget(page)
        return page is not None

    def page_of(self, widget: QWidget) -> QWidget | None:
        """The page of the middle that is or holds a widget."""
        stage = self._window.results.tabs
        pages = [stage.widget(index) for index in range(stage.count())]
        return next(
            (page for page in pages if page is not None and (page is widget or page.isAncestorOf(widget))), None
        )

    def _place(self, panel: QWidget, title: str, as_page: bool) -> None:
        stage, columns = self._window.results.tabs, self._window.columns
        index = stage.indexOf(panel)
        if as_page == (index >= 0):
            return
        first = panel is self._window.targets
        if as_page:
            shown = stage.currentWidget()
            stage.setTabToolTip(stage.insertTab(0 if first else stage.count(), panel, title), TIPS[title])
            stage.setCurrentWidget(shown)
        else:
            stage.removeTab(index)
            columns.insertWidget(0 if first else columns.count(), panel)
            panel.show()
