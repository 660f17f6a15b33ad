"""What the user chooses is saved when it is chosen, not when the window closes."""

from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QFileDialog

from microdesigner.app.store.settings import Settings
from microdesigner.gui import application
from tests.gui import stand_in
from tests.gui.conftest import generate, wait_until


def test_choices_and_the_windows_place_are_saved_at_once(
    stand_in_model: Path, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "exports"
    folder.mkdir()
    window = application.open_window(qapp, stand_in.FACTORY, Settings.load())
    try:
        wait_until(lambda: "ready" in window.device.text())
        generate(window)
        window.request_model.set_options(quality="paper")
        window.views.smooth.click()
        path = str(folder / "film.vti")
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *arguments: (path, ""))
        next(c for c in window.workspace.exporting.button.commands() if "(.vti)" in c.title).run()
        assert (Settings.load().quality, Settings.load().smooth) == ("paper", False)
        assert Settings.load().export_folder == str(folder)
        window.resize(1310, 790)
        wait_until(lambda: Settings.load().window != "")
        window.window_layout.columns.splitterMoved.emit(400, 1)
        window.window_layout.columns.setSizes([420, 500, 390])
        before = Settings.load().columns
        window.window_layout.columns.splitterMoved.emit(420, 1)
        wait_until(lambda: Settings.load().columns not in ("", before))
    finally:
        saved = Settings.load()
        window.close()
        window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        qapp.processEvents()
    assert saved.take_problems() == []
