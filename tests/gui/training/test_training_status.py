"""A training is told in the status bar, whoever started it, and a click leads to its page."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from microdesigner.app.training_runs import TrainingRun, new_run
from microdesigner.gui.main_window import MainWindow
from microdesigner.gui.training.wizard import RUN
from tests.gui.conftest import wait_until
from tests.training.configs import quick_config


@pytest.fixture
def run(window: MainWindow, dataset_path: Path, monkeypatch: pytest.MonkeyPatch) -> TrainingRun:
    """A training in its second stage, as if its process lived."""
    monkeypatch.setattr(TrainingRun, "alive", property(lambda self: self.directory.installed is None))
    monkeypatch.setattr("microdesigner.gui.training.controller.may_go_on", lambda run: False)  # nobody could answer
    run = new_run(quick_config(dataset_path, "mine"))
    write = run.directory.events.write
    write("process", pid=1, device="CPU")
    write("stage", stage="vae", state="started", parameters=10)
    write("step", stage="vae", step=1, steps=2, progress=0.5, seconds=60.0, seconds_left=60.0, loss=1.0)
    return run


def test_a_training_is_told_and_followed(window: MainWindow, run: TrainingRun, qtbot: object) -> None:
    status = window.training.status
    assert status.button.isHidden()
    status.follow()
    assert status.button.isVisible()
    assert "mine trains" in status.button.text()
    assert "%" in status.button.text()
    before = status.button.text()
    write = run.directory.events.write
    write("step", stage="vae", step=2, steps=2, progress=1.0, seconds=120.0, seconds_left=0.0, loss=0.5)
    wait_until(lambda: status.button.text() != before)
    qtbot.mouseClick(status.button, Qt.MouseButton.LeftButton)  # type: ignore[attr-defined]
    wizard = window.training.wizard
    assert wizard is not None
    assert wizard.currentId() == RUN
    assert wizard.run.run is not None
    assert wizard.run.run.folder == run.folder


def test_a_finished_training_is_told_until_it_is_looked_at(
    window: MainWindow, run: TrainingRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    status = window.training.status
    status.follow()
    run.directory.events.write("installed", model="mine")
    monkeypatch.setattr(TrainingRun, "alive", property(lambda self: False))
    status.follow()
    assert status.button.text() == "mine is trained"
    status.button.click()
    assert status.button.isHidden()
    status.follow()
    assert status.button.isHidden()


def test_an_interrupted_training_is_told(window: MainWindow, run: TrainingRun, monkeypatch: pytest.MonkeyPatch) -> None:
    window.training.status.follow()
    monkeypatch.setattr(TrainingRun, "alive", property(lambda self: False))
    window.training.status.follow()
    assert window.training.status.button.text() == "mine was interrupted"
