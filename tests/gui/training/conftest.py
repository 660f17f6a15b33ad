"""The windows' fixtures hold here too; wizards are closed at the end."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from microdesigner.app.catalogue import installed_models
from microdesigner.gui.importing.import_form import ImportForm
from microdesigner.gui.training.wizard import TrainingWizard
from tests.tiny_dataset import write_tiny_dataset


@pytest.fixture(scope="session")
def dataset_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set of 32 small volumes."""
    return write_tiny_dataset(tmp_path_factory.mktemp("data") / "tiny.h5")


@pytest.fixture
def open_wizard(qapp: QApplication, home: Path) -> Iterator[Callable[[], TrainingWizard]]:
    """Opens wizards and closes them without a question."""
    wizards: list[TrainingWizard] = []

    def open_one() -> TrainingWizard:
        wizards.append(TrainingWizard(installed_models(), ImportForm))
        wizards[-1].show()
        return wizards[-1]

    yield open_one
    for wizard in wizards:
        wizard.release()
        wizard.hide()
        wizard.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    qapp.processEvents()
