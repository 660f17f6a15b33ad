"""Tour, log, report, and what is said after a sudden end."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from microdesigner.gui.main_window import MainWindow
from microdesigner.gui.widgets.details_dialog import DetailsDialog
from tests.gui.conftest import wait_until


def test_the_tour_leads_through_the_window_once(window: MainWindow) -> None:
    window.help.welcome(None)
    tour = window.help.tour
    assert tour is not None
    seen = []
    while tour.running:
        seen.append(tour.card.title.text())
        assert tour.card.isVisible()
        assert window.rect().contains(tour.card.geometry())
        tour.card.next.click()
    assert len(seen) == len(set(seen)) == len(tour.steps)
    assert not tour.card.isVisible()
    window.help.welcome(None)
    assert window.help.tour is None


def test_the_tour_is_skipped_by_escape_and_repeated_from_the_menu(window: MainWindow, qtbot: object) -> None:
    window.help.show_tour()
    tour = window.help.tour
    assert tour is not None
    qtbot.keyClick(tour.card, Qt.Key.Key_Escape)  # type: ignore[attr-defined]
    assert window.help.tour is None
    next(command for command in window.commands if command.title == "Tour of the window").run()
    assert window.help.tour is not None
    window.help.tour.end()


def test_a_sudden_end_is_told_with_what_is_known(window: MainWindow) -> None:
    window.help.welcome("Segmentation fault in somewhere.py")
    assert "ended unexpectedly" in window.error_bar.text.text()
    assert window.help.tour is None
    window.error_bar.details.click()
    dialog = window.findChild(DetailsDialog)
    assert dialog is not None
    assert "somewhere.py" in dialog.text.toPlainText()
    dialog.reject()


def test_what_happens_and_what_fails_is_in_the_log(window: MainWindow) -> None:
    window.targets.options.seed.setValue(13)
    window.generate()
    wait_until(lambda: "thirteen" in window.log.text.toPlainText())
    assert "Traceback" in window.log.text.toPlainText()


def test_the_report_names_versions_device_and_models(window: MainWindow) -> None:
    window.help.show_report()
    dialog = window.findChild(DetailsDialog)
    assert dialog is not None
    text = dialog.text.toPlainText()
    assert window.device.text() in text
    assert "PySide6" in text
    assert window.targets.model.currentData() in text
    dialog.reject()


def test_the_layout_is_reset(window: MainWindow) -> None:
    widths = window.window_layout.columns.sizes()
    window.window_layout.columns.setSizes([600, 400, 500])
    window.history.panel.section.button.setChecked(False)
    next(command for command in window.commands if command.title == "Reset the layout").run()
    assert window.window_layout.columns.sizes() == widths
    assert window.history.panel.list.isVisible()


def test_columns_are_put_away_and_brought_back(window: MainWindow) -> None:
    commands = {command.title: command.run for command in window.commands}
    for title, panel in (("Targets", window.targets), ("Results", window.results_panel)):
        commands[title]()
        assert not panel.isVisible()
        commands["Reset the layout"]()
        assert panel.isVisible()


def test_one_drawer_is_open_at_a_time(window: MainWindow) -> None:
    window.queue.panel.section.button.setChecked(True)
    shown: list[QWidget] = [window.queue.panel.list, window.history.panel.list, window.log.text]
    assert [widget.isVisible() for widget in shown] == [True, False, False]
