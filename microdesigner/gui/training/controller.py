"""Between the window and what is trained: the wizard, finished models, models from files."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from microdesigner.app.catalogue import Catalogue
from microdesigner.app.training_runs import TrainingRun, known_runs
from microdesigner.gui.background_task import BackgroundTask
from microdesigner.gui.command import Command
from microdesigner.gui.training.status import TrainingStatus
from microdesigner.gui.training.wizard import TrainingWizard, ask_about, may_go_on
from microdesigner.gui.widgets.data_form import DataForm


class TrainingController(QObject):
    """Opens the wizard beside the window and announces new models. `import_form` makes the wizard's form for files."""

    installed = Signal()  # there are models that the catalogue does not list yet
    chosen = Signal(str)  # of them, the one to use
    failed = Signal(str, str)  # sentence, details

    def __init__(
        self, catalogue: Catalogue, import_form: Callable[[BackgroundTask], DataForm], window: QWidget
    ) -> None:
        super().__init__(window)
        self._catalogue, self._import_form, self._window = catalogue, import_form, window
        self.wizard: TrainingWizard | None = None
        self.status = TrainingStatus(self)
        self.status.run_requested.connect(self.show_run)
        self._importing = BackgroundTask(self)
        self._importing.result.connect(lambda folder: self.choose(folder.name))
        self._importing.failed.connect(self.failed)

    def commands(self) -> list[Command]:
        """What can be done with models."""
        return [
            Command("Models", "Train a model…", self.open, ("Ctrl+T",)),
            Command("Models", "Import a model…", self.import_model),
        ]

    def open(self) -> None:
        """Show the wizard, or bring it to the front."""
        if self.wizard is None:
            self.wizard = TrainingWizard(self._catalogue, self._import_form, self._window)
            self.wizard.installed.connect(lambda _: self.installed.emit())
            self.wizard.use_requested.connect(self.choose)
            self.wizard.finished.connect(lambda _: self._forget())
        self.wizard.show()
        self.wizard.raise_()

    def show_run(self, run: TrainingRun) -> None:
        """Show a training in the wizard."""
        self.open()
        if self.wizard is not None:
            self.wizard.show_run(run)

    def import_model(self) -> None:
        """Ask for a model file, check it and install it."""
        name, _ = QFileDialog.getOpenFileName(self._window, "Import a model", "", "Models (*.zip)")
        if name:
            self.import_from(Path(name))

    def import_from(self, path: Path) -> None:
        """Install the model in `path` and choose it."""
        self._importing.start("microdesigner.app.workers.models:import_model", path)

    def choose(self, model: str) -> None:
        """Announce a model to use."""
        self.installed.emit()
        self.chosen.emit(model)

    def may_close(self) -> bool:
        """Ask whether a training shall outlive the window; False when the user wants to stay."""
        for run in known_runs():
            if may_go_on(run):
                answer = ask_about(self._window, run)
                if answer == QMessageBox.StandardButton.Cancel:
                    return False
                if answer == QMessageBox.StandardButton.No:
                    run.stop()
        return True

    def close(self) -> None:
        """Let go of the wizard without asking; trainings go on."""
        self.status.stop()
        self._importing.close()
        if self.wizard is not None:
            self.wizard.release()
            self.wizard.deleteLater()
            self.wizard = None

    def _forget(self) -> None:
        self.status.follow()
        if self.wizard is not None:
            self.wizard.deleteLater()
            self.wizard = None
