"""How long and how large to train, with what that takes on this device."""

import shutil
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QFormLayout,
    QLabel,
    QRadioButton,
    QWidget,
    QWizardPage,
)

from microdesigner.app.training_progress import STAGE_TITLES, duration
from microdesigner.app.training_runs import runs_folder
from microdesigner.gui.background_task import BackgroundTask
from microdesigner.gui.widgets.basics import CollapsibleSection, heading, named, quiet, scrolling_column
from microdesigner.gui.widgets.messages import ErrorBar
from microdesigner.gui.widgets.number_field import IntegerField, NumberField
from microdesigner.gui.widgets.task_bar import TaskBar
from microdesigner.training.config import new_config
from microdesigner.training.presets import STAGES, Stage
from microdesigner.training.resource_estimate import ResourceEstimate

CHOICES = {
    "quick": ("Quick try", "Shows that everything works; the model is not good for anything yet."),
    "laptop": ("Laptop overnight", "A useful model after a night on a few cores, sooner on a GPU."),
    "gpu": ("GPU", "Wider networks, larger batches, longer; for one or more GPUs."),
    "paper": ("Paper", "The networks of Baishnab et al. 2025, trained as they were; takes days on a data-centre GPU."),
}
MIB, GIB = 1 << 20, 1 << 30
LONGEST_MINUTES = 100_000


class PresetPage(QWizardPage):
    """The last page before training; its button starts it."""

    def __init__(self) -> None:
        super().__init__()
        self.setTitle("How long")
        self.setSubTitle(
            "Times are measured by a few steps on this device. Training can be paused or ended at any time."
        )
        self.setCommitPage(True)
        self.task = BackgroundTask(self)
        self.error_bar = ErrorBar()
        self.choices = QButtonGroup(self)
        self.estimate = QLabel()
        self.estimate.setWordWrap(True)
        self.estimate.setTextFormat(Qt.TextFormat.RichText)
        self.warning = quiet()
        self.minutes = {stage: _minutes(stage) for stage in STAGES}
        self.compiled = named(QCheckBox("Compile the networks"), "Compile",
            "Takes minutes once and needs a C++ compiler; steps are about 1.3 times faster.")  # fmt: skip
        self.devices = named(IntegerField(), "Devices", "GPUs that train together.")
        self.devices.setRange(1, 64)
        self._trials: dict[str, ResourceEstimate] = {}
        self._asked = ""
        self._subject: tuple[Path, tuple[str, ...], tuple[str, ...]] | None = None
        self._lay_out()
        self.choices.idToggled.connect(lambda number, on: self._try() if on else None)
        self.task.result.connect(self._take)
        self.task.failed.connect(self.error_bar.tell)

    @property
    def preset(self) -> str:
        """Name of the chosen preset."""
        return list(CHOICES)[self.choices.checkedId()]

    @property
    def time_boxes(self) -> dict[Stage, float]:
        """Minutes per stage that the user limits."""
        return {stage: box.value() for stage, box in self.minutes.items() if box.value() > 0}

    @property
    def estimated_seconds(self) -> dict[Stage, float]:
        """Seconds per stage as far as they are known."""
        trial = self._trials.get(self.preset)
        if trial is None:
            return {}
        boxes = self.time_boxes
        return {name: min(stage.seconds, 60 * boxes.get(name, stage.seconds)) for name, stage in trial.stages.items()}

    def offer(self, dataset: Path, conditions: tuple[str, ...], process: tuple[str, ...]) -> None:
        """Forget what other data took and measure anew."""
        self._subject = (dataset, conditions, process)
        self._trials = {}
        self._try()

    def cleanupPage(self) -> None:  # noqa: N802
        """Leave the trial behind."""
        self.task.close()

    def _try(self) -> None:
        """Measure the chosen preset unless it is measured."""
        self.error_bar.hide()
        if self.preset in self._trials or self._subject is None:
            self._show()
            return
        self._asked = self.preset
        self.estimate.setText("Measuring…")
        dataset, conditions, process = self._subject
        config = new_config(
            name="trial", dataset=str(dataset), conditions=conditions, process=process, preset=self.preset
        )
        self.task.start("microdesigner.training.trial:measure_trial", config)

    def _take(self, trial: ResourceEstimate) -> None:
        self._trials[self._asked] = trial
        self._show()

    def _show(self) -> None:
        trial = self._trials.get(self.preset)
        if trial is None:
            return
        rows = "".join(
            f"<tr><td>{STAGE_TITLES[name]}&nbsp;</td><td align='right'>{stage.steps:,} steps&nbsp;&nbsp;</td>"
            f"<td align='right'>{duration(self.estimated_seconds[name])}</td></tr>"
            for name, stage in trial.stages.items()
        )
        seconds = sum(self.estimated_seconds.values()) + trial.encoding_seconds
        memory = f"{_amount(trial.memory_bytes)} of memory, " if trial.memory_bytes else ""
        self.estimate.setText(
            f"About <b>{duration(seconds)}</b> on this device ({trial.device}), {memory}"
            f"{_amount(trial.disk_bytes)} on the disk.<table>{rows}</table>"
        )
        self._warn(trial)

    def _warn(self, trial: ResourceEstimate) -> None:
        runs_folder().mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(runs_folder()).free
        words = []
        if free < trial.disk_bytes:
            words.append(f"Only {_amount(free)} are free on the disk; make room first.")
        if trial.device == "CPU" and self.preset in ("gpu", "paper"):
            words.append("There is no GPU here; Laptop overnight suits this device.")
        self.warning.setText(" ".join(words))

    def _lay_out(self) -> None:
        column = scrolling_column(self)
        column.addWidget(self.error_bar)
        for number, (title, tooltip) in enumerate(CHOICES.values()):
            button = named(QRadioButton(title), title, tooltip)
            self.choices.addButton(button, number)
            column.addWidget(button)
            words = quiet(tooltip)
            words.setIndent(22)
            column.addWidget(words)
        self.choices.buttons()[1].setChecked(True)
        folded = QWidget()
        advanced = QFormLayout(folded)
        advanced.setContentsMargins(0, 0, 0, 0)
        for stage, box in self.minutes.items():
            box.valueChanged.connect(lambda _: self._show())
            advanced.addRow(f"{STAGE_TITLES[stage]} at most", box)
        advanced.addRow(self.compiled)
        advanced.addRow("GPUs", self.devices)
        column.addWidget(CollapsibleSection("Advanced", folded, "Time limits, compilation, several GPUs."))
        column.addWidget(heading("What it takes"))
        column.addWidget(TaskBar(self.task))
        column.addWidget(self.estimate)
        column.addWidget(self.warning)
        column.addStretch(1)


def _minutes(stage: str) -> NumberField:
    box = named(NumberField(), f"Minutes for {stage}", "Ends the stage with its learning-rate schedule run to the end.")
    box.setRange(0, LONGEST_MINUTES)
    box.setDecimals(1)
    box.setSuffix(" min")
    box.setSpecialValueText("no limit")
    return box


def _amount(size: int) -> str:
    return f"{size / GIB:.1f} GiB" if size >= GIB else f"{max(1, round(size / MIB))} MiB"
