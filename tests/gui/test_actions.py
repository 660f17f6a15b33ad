"""Palette, shortcut sheet and clipboard."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QApplication, QLabel

from microdesigner.gui.command import Command
from microdesigner.gui.help.command_palette import CommandPalette
from microdesigner.gui.help.shortcut_sheet import ShortcutSheet
from microdesigner.gui.main_window import MainWindow


def test_no_key_is_taken_twice_and_each_is_one(window: MainWindow) -> None:
    keys = [QKeySequence(key).toString() for command in window.commands for key in command.keys]
    assert all(keys)
    assert len(set(keys)) == len(keys)


def test_the_palette_finds_and_runs_a_command(window: MainWindow, qtbot: object) -> None:
    window.help.show_palette()
    palette = window.findChild(CommandPalette)
    before = window.views.smooth.isChecked()
    qtbot.keyClicks(palette.line, "surf smooth")  # type: ignore[attr-defined]
    assert palette.list.count() == 1
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)  # type: ignore[attr-defined]
    assert window.views.smooth.isChecked() != before
    assert not palette.isVisible()


def test_the_palette_finds_every_format_of_export(window: MainWindow, qtbot: object) -> None:
    window.help.show_palette()
    palette = window.findChild(CommandPalette)
    qtbot.keyClicks(palette.line, "export")  # type: ignore[attr-defined]
    found = " ".join(palette.list.item(row).text() for row in range(palette.list.count()))
    for suffix in (
        "vti",
        "vtk",
        "mhd",
        "tif",
        "ome.tif",
        "nrrd",
        "h5",
        "npy",
        "txt",
        "stl",
        "vtu",
        "html",
        "gif",
        "png",
        "pdf",
    ):
        assert f"(.{suffix})" in found
    palette.close()


def test_arrows_choose_in_the_palette(window: MainWindow, qtbot: object) -> None:
    window.help.show_palette()
    palette = window.findChild(CommandPalette)
    qtbot.keyClick(palette.line, Qt.Key.Key_Down)  # type: ignore[attr-defined]
    assert palette.list.currentRow() == 1
    palette.reject()


def test_the_sheet_shows_every_key(window: MainWindow) -> None:
    window.help.show_shortcuts()
    sheet = window.findChild(ShortcutSheet)
    shown = {label.text() for label in sheet.findChildren(QLabel)}
    assert {command.hint for command in window.commands if command.hint} <= shown
    sheet.reject()


def test_every_command_is_an_action_of_the_menu_bar(window: MainWindow) -> None:
    by_title = {action.text().split("\t")[0]: action for action in _actions(window.menuBar().actions())}
    assert set(by_title) == {command.title for command in window.commands}
    assert [key.toString() for key in by_title["Generate"].shortcuts()] == ["Ctrl+Return", "Ctrl+Enter"]
    before = window.views.smooth.isChecked()
    by_title["Smooth surfaces"].trigger()
    assert window.views.smooth.isChecked() != before


def test_the_request_is_copied(window: MainWindow) -> None:
    for title, start in (
        ("Copy request as command line", "microdesigner generate"),
        ("Copy request as Python", "from"),
    ):
        _named(window, title).run()
        assert QApplication.clipboard().text().startswith(start)


def test_menus_show_what_is_on_and_what_can_be_done(window: MainWindow) -> None:
    menus = {action.text(): action.menu() for action in window.menuBar().actions()}

    def entry(menu: str, title: str) -> QAction:
        menus[menu].aboutToShow.emit()  # type: ignore[attr-defined]
        return next(action for action in menus[menu].actions() if action.text().split("\t")[0] == title)  # type: ignore[attr-defined]

    for on in (False, True):
        window.views.smooth.setChecked(on)
        window.history.panel.section.button.setChecked(on)
        assert entry("&View", "Smooth surfaces").isChecked() == on
        assert entry("&Window", "History").isChecked() == on
    window.undo.clear()
    assert not entry("&Edit", "Undo").isEnabled()
    assert not entry("&Generate", "Cancel").isEnabled()
    menus["&Generate"].aboutToHide.emit()  # type: ignore[attr-defined]
    cancel = next(action for action in menus["&Generate"].actions() if action.text() == "Cancel")  # type: ignore[attr-defined]
    assert cancel.isEnabled(), "its key works while no menu is open"
    assert [action.text() for action in menus["&File"].actions()][-1] == "Quit"  # type: ignore[attr-defined]


def _actions(entries: list[QAction]) -> list[QAction]:
    """The actions of a menu bar, submenus included, without that of the recent files and separators."""
    menus = [(entry, entry.menu()) for entry in entries if not entry.isSeparator() and entry.text() != "Open recent"]
    return [action for entry, menu in menus for action in (_actions(menu.actions()) if menu else [entry])]  # type: ignore[attr-defined]


def _named(window: MainWindow, title: str) -> Command:
    return next(command for command in window.commands if command.title == title)
