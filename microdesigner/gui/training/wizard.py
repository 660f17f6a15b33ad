"""The training wizard: data, checks, what to learn, how long, and the training itself."""

import html
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QSize, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QMessageBox, QWidget, QWizard

from microdesigner.app.catalogue import Catalogue
from microdesigner.app.training_runs import TrainingRun, known_runs, new_run
from microdesigner.app.workers.datasets import DatasetReport
from microdesigner.core.errors import MicrodesignerError
from microdesigner.core.paths import user_data
from microdesigner.gui.background_task import BackgroundTask
from microdesigner.gui.training.checks_page import ChecksPage
from microdesigner.gui.training.config_summary import summary_table
from microdesigner.gui.training.data_page import DataPage
from microdesigner.gui.training.learn_page import LearnPage
from microdesigner.gui.training.preset_page import PresetPage
from microdesigner.gui.training.run_page import RunPage
from microdesigner.gui.training.start_page import StartPage
from microdesigner.gui.widgets.data_form import DataForm
from microdesigner.gui.widgets.form_undo import FormUndo
from microdesigner.gui.widgets.replacing import ask_where
from microdesigner.training.config import TrainingConfig, new_config

START, DATA, CHECKS, LEARN, PRESET, RUN = range(6)
ACTIVE = ("running", "paused")
SIZE, FRAME = QSize(1080, 820), QSize(20, 50)  # of the window, and what its frame takes


class TrainingWizard(QWizard):
    """Not modal: the main window stays usable. `installed` says that there is a new model, `use_requested` that the
    user chooses it."""

    installed = Signal(str)
    use_requested = Signal(str)

    def __init__(
        self, catalogue: Catalogue, import_form: Callable[[BackgroundTask], DataForm], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Train a model")
        self.setWizardStyle(QWizard.WizardStyle.ModernStyle)
        self.setOption(QWizard.WizardOption.NoBackButtonOnLastPage)
        self.setOption(QWizard.WizardOption.NoCancelButtonOnLastPage)
        self.setButtonText(QWizard.WizardButton.CommitButton, "Start training")
        self.setButtonText(QWizard.WizardButton.FinishButton, "Close")
        self.data, self.checks, self.learn = DataPage(import_form), ChecksPage(), LearnPage(catalogue)
        self.preset, self.run = PresetPage(), RunPage()
        runs = known_runs()
        self.start = StartPage(runs)
        pages = (self.start, self.data, self.checks, self.learn, self.preset, self.run)
        for number, page in enumerate(pages):
            self.setPage(number, page)
        self.setStartId(START if runs else DATA)
        self.resize(SIZE.boundedTo(self.screen().availableSize() - FRAME))
        self.preset.changed.connect(self._summarise)
        self.run.installed.connect(self.installed)
        self.run.outcome.use_requested.connect(self.use_requested)
        self.run.outcome.export_requested.connect(self._export)
        FormUndo(self)
        self._exporting = BackgroundTask(self)
        self._exporting.failed.connect(self.run.error_bar.show_error)

    @property
    def dataset(self) -> Path | None:
        """The data set that was chosen."""
        return self.data.dataset

    @property
    def report(self) -> DatasetReport | None:
        """What its checks found."""
        return self.checks.report

    @property
    def config(self) -> TrainingConfig:
        """What the pages ask for; raises InputError naming what cannot be trained."""
        return new_config(
            name=self.learn.name.text().strip(),
            dataset=str(self.dataset),
            conditions=self.learn.chosen_conditions,
            process=self.learn.chosen_process,
            preset=self.preset.preset,
            minutes=self.preset.time_boxes,
            compiled=self.preset.compiled.isChecked(),
            base_model=self.learn.chosen_base,
            warm_start=self.learn.chosen_start,
            device=self.preset.chosen_device,
            devices=self.preset.devices.value(),
            estimated_seconds=self.preset.estimated_seconds,
        )

    def nextId(self) -> int:  # noqa: N802
        """A known training leads straight to its run."""
        if self.currentId() == START:
            return RUN if self.start.chosen is not None else DATA
        return -1 if self.currentId() == RUN else self.currentId() + 1

    def initializePage(self, number: int) -> None:  # noqa: N802
        """Hand each page what the ones before decided; the last follows the chosen training or starts the new one."""
        super().initializePage(number)
        if number == CHECKS and self.dataset is not None:
            self.checks.check(self.dataset)
        elif number == LEARN and self.report is not None:
            self.learn.offer(self.report)
        elif number == PRESET and self.dataset is not None:
            self.preset.offer(self.dataset, self.learn.chosen_conditions, self.learn.chosen_process)
        elif number == RUN:
            chosen = None if self.hasVisitedPage(PRESET) else self.start.chosen
            self._follow(chosen) if chosen is not None else self._begin()

    def done(self, result: int) -> None:
        """Close, unless the user wants to stay with a running training."""
        if self._may_close():
            self.release()
            super().done(result)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """As the Close button."""
        event.ignore()
        self.done(QWizard.DialogCode.Rejected)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Follow a change between light and dark."""
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "run"):
            for page in (self.data, self.checks, self.learn, self.run):
                page.restyle()
        super().changeEvent(event)

    def _summarise(self) -> None:
        """Show what the button would start; the error of `config` comes again where it is pressed."""
        if self.dataset is None:
            return
        try:
            self.preset.summary.setText(summary_table(self.config))
        except MicrodesignerError as error:
            self.preset.summary.setText(html.escape(str(error)))

    def show_run(self, run: TrainingRun) -> None:
        """Turn to the page of a training, unless something else is being prepared."""
        if self.currentId() == START:
            self.start.choose(run)
            if self.start.chosen is not None:
                self.next()

    def _follow(self, run: TrainingRun) -> None:
        self.run.show_run(run)

    def _begin(self) -> None:
        try:
            run = new_run(self.config)
            run.start()
        except (MicrodesignerError, OSError) as error:
            self.run.error_bar.show_error(f"The training could not be started: {error}")
            return
        self._follow(run)

    def _may_close(self) -> bool:
        run = self.run.run
        if run is None or not may_go_on(run):
            return True
        answer = ask_about(self, run)
        if answer == QMessageBox.StandardButton.No:
            run.stop()
        return answer != QMessageBox.StandardButton.Cancel

    def release(self) -> None:
        """Stop following and end what this window alone needs."""
        self.run.close_all()
        self.data.importing.close_tasks()
        for task in (self.data.task, self.checks.task, self.preset.task, self._exporting):
            task.close()

    def _export(self, model: str) -> None:
        export, folder = "microdesigner.app.workers.models:export_model", user_data() / "models" / model
        proposal = Path.home() / f"{model}.zip"
        ask_where(
            self,
            "Export the model",
            proposal,
            "Models",
            ".zip",
            lambda path: self._exporting.start(export, folder, path),
        )


def may_go_on(run: TrainingRun) -> bool:
    """Whether there is a question whether `run` shall go on."""
    return run.state in ACTIVE and run.unfinished


def ask_about(parent: QWidget, run: TrainingRun) -> QMessageBox.StandardButton:
    """Whether `run` shall go on (Yes), come to its end (No), or the window stay (Cancel)."""
    box = QMessageBox(QMessageBox.Icon.Question, "Training", f"{run.config.name} is training.", parent=parent)
    box.setInformativeText("It can go on in the background; you find it again under Train a model.")
    box.setStandardButtons(
        QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.No | QMessageBox.StandardButton.Cancel
    )
    box.button(QMessageBox.StandardButton.Yes).setText("Keep it running")
    box.button(QMessageBox.StandardButton.No).setText("Stop and keep the model")
    box.setDefaultButton(QMessageBox.StandardButton.Yes)
    return QMessageBox.StandardButton(box.exec())
