"""Between the window and what is trained: the wizard, finished models, models from files."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QMessageBox

from microdesigner.app.training_runs import known_runs
from microdesigner.gui.background_task import BackgroundTask
from microdesigner.gui.training.wizard import TrainingWizard, ask_about, may_go_on

if TYPE_CHECKING:
    from microdesigner.gui.main_window import MainWindow


class TrainingController(QObject):
    """Opens the wizard beside the window and offers new models in the chooser."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self.wizard: TrainingWizard | None = None
        self._importing = BackgroundTask(self)
        self._importing.result.connect(lambda folder: self.choose(folder.name))
        self._importing.failed.connect(window.error_bar.tell)

    def open(self) -> None:
        """Show the wizard, or bring it to the front."""
        if self.wizard is None:
            self.wizard = TrainingWizard(self._window.catalogue, self._window)
            self.wizard.installed.connect(lambda _: self.offer_new())
            self.wizard.use_wanted.connect(self.choose)
            self.wizard.finished.connect(lambda _: self._forget())
        self.wizard.show()
        self.wizard.raise_()

    def import_model(self) -> None:
        """Ask for a model file, check it and install it."""
        name, _ = QFileDialog.getOpenFileName(self._window, "Import a model", "", "Models (*.zip)")
        if name:
            self.import_from(Path(name))

    def import_from(self, path: Path) -> None:
        """Install the model in `path` and choose it."""
        self._importing.start("microdesigner.app.workers.models:import_model", path)

    def offer_new(self) -> None:
        """List models that came since."""
        self._window.catalogue.reload()
        self._window.targets.refresh()

    def choose(self, model: str) -> None:
        """List models that came since and choose one."""
        self._window.catalogue.reload()
        self._window.targets.refresh(model)
        self._window.status_line.setText(f"The model {model} is chosen.")

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
        self._importing.close()
        if self.wizard is not None:
            self.wizard.release()
            self.wizard.deleteLater()
            self.wizard = None

    def _forget(self) -> None:
        if self.wizard is not None:
            self.wizard.deleteLater()
            self.wizard = None
