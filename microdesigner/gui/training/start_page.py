"""First page where trainings exist: follow one of them, or begin another."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QRadioButton, QVBoxLayout, QWizardPage

from microdesigner.app.training_runs import RunState, TrainingRun
from microdesigner.gui.widgets.basics import named

STATES: dict[RunState, str] = {
    "running": "is training",
    "paused": "is paused",
    "stopping": "is coming to its end",
    "interrupted": "was interrupted and can go on",
    "finished": "is finished",
}


class StartPage(QWizardPage):
    """Lists the user's trainings with what they do now."""

    def __init__(self, runs: list[TrainingRun]) -> None:
        super().__init__()
        self.setTitle("Train a model")
        self.setSubTitle("Trainings go on in the background, whether this window is open or not.")
        self.new = named(QRadioButton("Begin a new training"), "New training", "Choose data and train a new model.")
        self.known = named(QRadioButton("Go to a training"), "Known training", "Follow or resume one of these.")
        self.list = named(QListWidget(), "Trainings", "Your trainings, the newest first.")
        for run in runs:
            item = QListWidgetItem(f"{run.config.name} {STATES[run.state]}")
            item.setData(Qt.ItemDataRole.UserRole, run)
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        unfinished = any(run.state != "finished" for run in runs)
        (self.known if unfinished else self.new).setChecked(True)
        self.list.itemActivated.connect(lambda _: self._go())
        self.list.itemClicked.connect(lambda _: self.known.setChecked(True))
        column = QVBoxLayout(self)
        for widget in (self.new, self.known):
            column.addWidget(widget)
        column.addWidget(self.list, 1)

    @property
    def chosen(self) -> TrainingRun | None:
        """The training to go to; None for a new one."""
        item = self.list.currentItem()
        run: TrainingRun | None = item.data(Qt.ItemDataRole.UserRole) if self.known.isChecked() and item else None
        return run

    def choose(self, run: TrainingRun) -> None:
        """Choose a training, if it is listed."""
        for row in range(self.list.count()):
            if self.list.item(row).data(Qt.ItemDataRole.UserRole).folder == run.folder:
                self.list.setCurrentRow(row)
                self.known.setChecked(True)

    def _go(self) -> None:
        self.known.setChecked(True)
        self.wizard().next()
