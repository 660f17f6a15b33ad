"""Crates from the window: on which terms, of the film on show, of a study."""

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from microdesigner import io
from microdesigner.gui.main_window import MainWindow
from microdesigner.gui.results.share_dialog import NOT_STATED, ShareDialog
from microdesigner.gui.results.share_export import TITLE
from tests.gui.conftest import generate, wait_until
from tests.sharing.runs import run_in


def ask(window: MainWindow) -> ShareDialog:
    next(command for command in window.commands if command.title == f"{TITLE}…").run()
    return window.findChildren(ShareDialog)[-1]


def test_the_film_on_show_is_shared_on_terms_that_are_remembered(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    next(command for command in window.commands if command.title == f"{TITLE}…").run()
    assert not window.findChildren(ShareDialog), "there is nothing to share yet"
    generate(window)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "for others"), ""))
    dialog = ask(window)
    assert dialog.licence.currentText() == NOT_STATED
    dialog.licence.lineEdit().selectAll()
    QTest.keyClicks(dialog.licence.lineEdit(), "mine")
    assert not dialog.save.isEnabled()
    assert "SPDX" in dialog.problem.text()
    dialog.licence.setCurrentText("CC-BY-4.0")
    QTest.keyClicks(dialog.authors, "Ada Lovelace; Charles Babbage")
    assert dialog.save.isEnabled()
    QTest.mouseClick(dialog.save, Qt.MouseButton.LeftButton)
    wait_until(lambda: "1 film in" in window.status_line.text())
    with zipfile.ZipFile(tmp_path / "for others.zip") as file:
        file.extractall(tmp_path / "crate")
    assert window.sample is not None
    np.testing.assert_array_equal(
        io.read(tmp_path / "crate" / "for others.vti").phases, window.sample.microstructure.phases
    )
    graph = json.loads((tmp_path / "crate" / "ro-crate-metadata.json").read_text())["@graph"]
    assert {entity["name"] for entity in graph if entity["@type"] == "Person"} == {"Ada Lovelace", "Charles Babbage"}
    assert window.workspace.settings.export_folder == str(tmp_path)
    again = ask(window)
    assert (again.licence.currentText(), again.authors.text()) == ("CC-BY-4.0", "Ada Lovelace; Charles Babbage")
    again.reject()


def test_a_run_is_shared_and_what_fails_is_told(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = run_in(tmp_path)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "run.zip"), ""))
    window.workspace.design.share_requested.emit(folder)
    window.findChildren(ShareDialog)[-1].save.click()
    wait_until(lambda: "2 films in" in window.status_line.text())
    assert "No licence is stated" in window.status_line.text()
    (folder / "sample-0001.vti").unlink()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "other.zip"), ""))
    window.workspace.design.share_requested.emit(folder)
    wait_until(lambda: any(dialog.isVisible() for dialog in window.findChildren(ShareDialog)))
    window.findChildren(ShareDialog)[-1].save.click()
    wait_until(lambda: "sample-0001.vti is missing" in window.error_bar.text.text())
    assert not (tmp_path / "other.zip").exists()
