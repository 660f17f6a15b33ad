"""Preferences hold at once and are stored."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from microdesigner.app.store.settings import Settings
from microdesigner.gui import theme
from microdesigner.gui.main_window import MainWindow
from microdesigner.gui.preferences import PreferencesDialog


@pytest.fixture
def dialog(window: MainWindow, qapp: QApplication, home: Path) -> Iterator[PreferencesDialog]:
    """The dialog over a window whose settings belong to a file."""
    window.settings._path = home / "settings.json"
    next(command for command in window.commands if command.title == "Preferences…").run()
    opened = window.findChild(PreferencesDialog)
    assert opened is not None
    yield opened
    theme.choose(qapp, "system")
    opened.reject()


def test_the_theme_changes_at_once_and_for_the_next_start(
    dialog: PreferencesDialog, qtbot: object, home: Path, qapp: QApplication
) -> None:
    dialog.theme.setFocus()
    for choice, dark in (("dark", True), ("light", False)):
        dialog.theme.setCurrentIndex(0)
        while dialog.theme.currentData() != choice:
            qtbot.keyClick(dialog.theme, Qt.Key.Key_Down)  # type: ignore[attr-defined]
        assert theme.is_dark() == dark
        assert Settings.load(home / "settings.json").theme == choice


def test_a_chosen_theme_does_not_follow_the_system(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    theme.choose(qapp, "dark")
    monkeypatch.setattr(theme, "system_is_dark", lambda app: False)
    theme.follow(qapp)
    assert theme.is_dark()
    theme.choose(qapp, "system")
    assert not theme.is_dark()


def test_the_folder_for_exports_is_offered_by_the_next_export(
    dialog: PreferencesDialog, window: MainWindow, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "microdesigner.gui.preferences.QFileDialog.getExistingDirectory", lambda *_: str(tmp_path / "films")
    )
    dialog.findChild(type(window.views.smooth), "", Qt.FindChildOption.FindChildrenRecursively).click()  # type: ignore[union-attr]
    assert window.workspace.export_button.folder == str(tmp_path / "films")
    assert Settings.load(home / "settings.json").export_folder == str(tmp_path / "films")
