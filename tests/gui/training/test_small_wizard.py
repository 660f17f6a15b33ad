"""The wizard on a 1280×720 screen at 200 %: its buttons stay on the screen and nothing is cut off."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication, QWizard

from microdesigner.app.training_runs import TrainingRun, new_run
from microdesigner.gui.training.wizard import DATA, LEARN, PRESET, RUN, START, TrainingWizard
from microdesigner.gui.widgets.basics import CollapsibleSection
from tests.gui.conftest import wait_until
from tests.gui.fitting import cut_off
from tests.training.configs import quick_config

ROOM = QSize(620, 310)


@pytest.fixture
def wizard(
    open_wizard: Callable[[], TrainingWizard], home: Path, dataset_path: Path, monkeypatch: pytest.MonkeyPatch
) -> TrainingWizard:
    """A wizard in a small window, with a known training to go to."""
    new_run(quick_config(dataset_path, "known"))
    monkeypatch.setattr(TrainingRun, "start", lambda run: None)
    wizard = open_wizard()
    monkeypatch.setattr(wizard.preset.task, "start", lambda *_: None)
    wizard.resize(ROOM)
    return wizard


def assert_fits(wizard: TrainingWizard) -> None:
    """All of the page on show can be reached, with every section open."""
    for section in wizard.currentPage().findChildren(CollapsibleSection):
        section.button.setChecked(True)
    for _ in range(3):
        QApplication.processEvents()
    assert wizard.size() == ROOM
    for kind in (QWizard.WizardButton.NextButton, QWizard.WizardButton.CommitButton, QWizard.WizardButton.CancelButton):
        button = wizard.button(kind)
        assert not button.isVisible() or wizard.rect().contains(button.geometry())
    assert not cut_off(wizard.currentPage())


def test_every_page_fits(wizard: TrainingWizard, dataset_path: Path) -> None:
    assert wizard.currentId() == START
    assert_fits(wizard)
    wizard.start.new.setChecked(True)
    wizard.next()
    assert wizard.currentId() == DATA
    for kind in wizard.data.kinds.buttons():
        kind.setChecked(True)
        assert_fits(wizard)
    wizard.data.open.chosen.addItem("tiny", dataset_path)
    wizard.data.open.chosen.setCurrentIndex(wizard.data.open.chosen.count() - 1)
    wizard.next()
    wait_until(lambda: wizard.checks.report is not None)
    assert_fits(wizard)
    wizard.next()
    assert wizard.currentId() == LEARN
    assert_fits(wizard)
    wizard.next()
    assert wizard.currentId() == PRESET
    assert_fits(wizard)
    wizard.next()
    assert wizard.currentId() == RUN
    assert_fits(wizard)


def test_a_known_training_fits(wizard: TrainingWizard) -> None:
    wizard.next()
    assert wizard.currentId() == RUN
    assert wizard.run.run is not None
    wizard.run.run.directory.events.write("installed", model="known", path=str(wizard.run.run.folder))
    wait_until(wizard.run.outcome.isVisible)
    assert_fits(wizard)
