"""Preferences hold at once and are stored."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMessageBox

from microdesigner.app.store.settings import Settings
from microdesigner.gui import theme
from microdesigner.gui.main_window import MainWindow
from microdesigner.gui.preferences import PreferencesDialog
from tests.gui.conftest import generate, wait_until


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
    assert window.workspace.exporting.button.folder == str(tmp_path / "films")
    assert Settings.load(home / "settings.json").export_folder == str(tmp_path / "films")


def test_the_device_and_the_threads_hold_for_the_next_film(
    dialog: PreferencesDialog, window: MainWindow, qtbot: object, home: Path
) -> None:
    dialog.threads.setFocus()
    dialog.threads.selectAll()
    qtbot.keyClicks(dialog.threads, "1")  # type: ignore[attr-defined]
    qtbot.keyClick(dialog.threads, Qt.Key.Key_Return)  # type: ignore[attr-defined]
    assert dialog.isVisible(), "Enter ends the number, not the dialog"
    wait_until(lambda: "cpu with 1 threads" in window.device.text())
    dialog.device.setFocus()
    qtbot.keyClick(dialog.device, Qt.Key.Key_Down)  # type: ignore[attr-defined]
    qtbot.keyClick(dialog.device, Qt.Key.Key_Down)  # type: ignore[attr-defined]
    wait_until(lambda: "The device 'cuda' cannot compute here" in window.error_bar.text.text())
    stored = Settings.load(home / "settings.json")
    assert (stored.device, stored.threads) == ("cuda", 1)
    qtbot.keyClick(dialog.device, Qt.Key.Key_Up)  # type: ignore[attr-defined]
    generate(window)
    assert window.sample is not None


def test_what_a_limit_of_the_history_would_move_is_told_before(
    dialog: PreferencesDialog, window: MainWindow, qtbot: object, home: Path
) -> None:
    window.request_model.set_options(quality="draft", count=3)
    generate(window)
    wait_until(lambda: len(window.workspace.history_model.entries) == 3)
    entries = window.workspace.history_model.entries
    window.workspace.history_model.set_star(entries[-1:], True)

    def limit_to(number: int) -> QMessageBox:
        dialog.limit.setFocus()
        dialog.limit.selectAll()
        qtbot.keyClicks(dialog.limit, str(number))  # type: ignore[attr-defined]
        qtbot.keyClick(dialog.limit, Qt.Key.Key_Return)  # type: ignore[attr-defined]
        wait_until(lambda: any(box.isVisible() for box in dialog.findChildren(QMessageBox)))
        return next(box for box in dialog.findChildren(QMessageBox) if box.isVisible())

    question = limit_to(1)
    assert "the oldest film of the history would go to its trash now" in question.text()
    question.button(QMessageBox.StandardButton.Cancel).click()
    assert dialog.limit.value() == 0
    assert len(window.workspace.history_model.entries) == 3
    question = limit_to(1)
    next(b for b in question.buttons() if "trash" in b.text()).click()
    assert Settings.load(home / "settings.json").history_limit == 1
    left = window.workspace.history_model.entries
    assert [entry.number for entry in left] == [entries[0].number, entries[2].number], "the starred one stays"
    assert "1 film beyond the limit of 1 moved to the trash" in window.status_line.text()
    window.request_model.set_options(count=1, seed=7)  # a film that the history does not have
    generate(window)
    wait_until(lambda: len(window.workspace.history_model.trash) == 2)
    assert len(window.workspace.history_model.entries) == 2
