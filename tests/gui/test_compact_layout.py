"""Windows down to 640×360, as a 1280×720 screen at 200 % has."""

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget

from microdesigner.gui.main_window import MainWindow
from tests.gui.conftest import generate, wait_until

SMALL = QSize(640, 360)


def _pages(window: MainWindow) -> list[str]:
    stage = window.tabs
    return [stage.tabText(index) for index in range(stage.count())]


def _resize(window: MainWindow, size: QSize) -> None:
    window.resize(size)
    QApplication.processEvents()
    assert window.size() == size


def _squeezed(window: MainWindow) -> list[QWidget]:
    """Widgets on the screen that have less room than they need."""
    needy = [widget for widget in window.findChildren(QWidget) if widget.isVisible() and widget.layout() is not None]
    return [
        widget
        for widget in needy
        if widget.width() < widget.minimumSizeHint().width() or widget.height() < widget.minimumSizeHint().height()
    ]


def test_side_columns_become_pages_and_come_back(window: MainWindow) -> None:
    _resize(window, QSize(1000, 700))
    assert _pages(window) == ["Views", "Plots", "Values", "Compare", "History", "Results"]
    _resize(window, SMALL)
    assert _pages(window) == ["Targets", "Views", "Plots", "Values", "Compare", "History", "Results"]
    _resize(window, QSize(1280, 720))
    assert _pages(window) == ["Views", "Plots", "Values", "Compare", "History"]
    assert [window.window_layout.columns.indexOf(panel) for panel in (window.targets, window.results_panel)] == [0, 2]
    assert window.targets.isVisible()
    assert window.results_panel.isVisible()


@pytest.mark.parametrize("width", [640, 944, 1278])
@pytest.mark.parametrize("page", ["Targets", "Views", "Plots", "Values", "Compare", "History", "Results"])
def test_nothing_is_cut_off_in_a_small_window(window: MainWindow, page: str, width: int) -> None:
    generate(window)
    _resize(window, QSize(width, 360))
    assert not window.history.panel.section.button.isChecked()
    if page not in _pages(window):
        return
    window.tabs.turn_to(page)
    if page == "Plots":
        wait_until(lambda: window.results.plots.complete, 120)
    window.views.cut_toggle.setChecked(True)
    wait_until(lambda: not _squeezed(window), 5)


def test_no_page_scrolls_where_there_is_room(window: MainWindow) -> None:
    generate(window)
    _resize(window, QSize(1280, 720))
    window.history.panel.section.button.setChecked(False)
    for page in ("Views", "Plots", "Compare", "History"):
        window.tabs.turn_to(page)
        QApplication.processEvents()
        area = window.tabs.currentWidget()
        assert isinstance(area, QScrollArea)
        assert not area.verticalScrollBar().isVisible()
        assert not area.horizontalScrollBar().isVisible(), page


def test_the_keys_of_the_columns_turn_to_their_pages(window: MainWindow) -> None:
    _resize(window, SMALL)
    for panel in (window.targets, window.results_panel):
        window.window_layout.toggle(panel)
        assert panel.isVisible()
    _resize(window, QSize(1400, 800))
    window.window_layout.toggle(window.results_panel)
    assert not window.results_panel.isVisible()
    window.window_layout.reset()
    assert window.results_panel.isVisible() == (window.window_layout.columns.indexOf(window.results_panel) >= 0)


def test_the_tour_turns_the_pages(window: MainWindow) -> None:
    _resize(window, SMALL)
    window.help.show_tour()
    tour = window.help.tour
    assert tour is not None
    assert len(tour.steps) == 7
    while tour.running:
        assert tour.steps[tour.number].widget.isVisible()
        tour.card.next.click()


def test_changing_the_drawer_takes_no_room_for_two(window: MainWindow) -> None:
    _resize(window, QSize(1400, 800))
    heights: list[int] = []
    window.queue.panel.section.button.setChecked(True)
    QApplication.processEvents()
    before = window.bottom_panels.height()
    window.log.section.opening.connect(lambda: heights.append(window.bottom_panels.height()))
    window.log.section.button.toggled.connect(lambda _: heights.append(window.bottom_panels.height()))
    window.log.section.button.setChecked(True)
    QApplication.processEvents()
    assert not window.queue.panel.section.button.isChecked()
    assert max(*heights, window.bottom_panels.height()) <= before
