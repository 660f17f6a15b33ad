"""How long and how large to train, with what that takes on this device."""

import shutil
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QFormLayout,
    QLabel,
    QRadioButton,
    QWidget,
    QWizardPage,
)

from microdesigner.app.training_progress import STAGE_TITLES, duration
from microdesigner.app.training_runs import runs_folder
from microdesigner.gui.background_task import BackgroundTask
from microdesigner.gui.widgets.basics import CollapsibleSection, data_amount, heading, named, quiet, scrolling_column
from microdesigner.gui.widgets.messages import ErrorBar
from microdesigner.gui.widgets.number_field import IntegerField, NumberField
from microdesigner.gui.widgets.task_bar import TaskBar
from microdesigner.training.config import new_config
from microdesigner.training.presets import STAGES, Stage
from microdesigner.training.resource_estimate import ResourceEstimate

CHOICES = {
    "quick": ("Quick try", "A check that everything works; the model is not usable."),
    "laptop": ("Laptop overnight", "A useful model after a night on a few cores, sooner on a GPU."),
    "gpu": ("GPU", "Wider networks, larger batches, longer; for one or more GPUs."),
    "paper": ("Paper", "The networks of Baishnab et al. 2025, trained as they were; takes days on a data-centre GPU."),
}
DEVICES = {
    "auto": "automatic: the first GPU that computes, else the CPU",
    "cpu": "CPU",
    "cuda": "NVIDIA GPU (cuda)",
    "mps": "Apple GPU (mps)",
}
LONGEST_MINUTES = 100_000


class PresetPage(QWizardPage):
    """The last page before training; its button starts it. `summary` is for the whole configuration."""

    changed = Signal()  # another choice, so another configuration

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
        self.device = named(QComboBox(), "Device", "What computes the training.")
        for name, title in DEVICES.items():
            self.device.addItem(title, name)
        self.summary = QLabel()
        self.summary.setWordWrap(True)
        self.summary.setTextFormat(Qt.TextFormat.RichText)
        self.devices = named(IntegerField(), "Devices", "GPUs that train together.")
        self.devices.setRange(1, 64)
        self._estimates: dict[tuple[str, str], ResourceEstimate] = {}  # by preset and device
        self._measured = ("", "")
        self._subject: tuple[Path, tuple[str, ...], tuple[str, ...]] | None = None
        self._lay_out()
        self.choices.idToggled.connect(lambda number, on: self._choose() if on else None)
        self.device.currentIndexChanged.connect(lambda _: self._choose())
        self.devices.valueChanged.connect(lambda _: self.changed.emit())
        self.compiled.toggled.connect(lambda _: self.changed.emit())
        self.task.result.connect(self._take)
        self.task.failed.connect(self.error_bar.show_error)

    @property
    def preset(self) -> str:
        """Name of the chosen preset."""
        return list(CHOICES)[self.choices.checkedId()]

    @property
    def chosen_device(self) -> str:
        """Name of the chosen device."""
        return str(self.device.currentData())

    @property
    def time_boxes(self) -> dict[Stage, float]:
        """Minutes per stage that the user limits."""
        return {stage: box.value() for stage, box in self.minutes.items() if box.value() > 0}

    @property
    def estimated_seconds(self) -> dict[Stage, float]:
        """Seconds per stage as far as they are known."""
        trial = self._estimate
        if trial is None:
            return {}
        boxes = self.time_boxes
        return {name: min(stage.seconds, 60 * boxes.get(name, stage.seconds)) for name, stage in trial.stages.items()}

    def offer(self, dataset: Path, conditions: tuple[str, ...], process: tuple[str, ...]) -> None:
        """Forget what other data took and measure anew."""
        self._subject = (dataset, conditions, process)
        self._estimates = {}
        self._choose()

    def cleanupPage(self) -> None:  # noqa: N802
        """Leave the trial behind."""
        self.task.close()

    @property
    def _estimate(self) -> ResourceEstimate | None:
        return self._estimates.get((self.preset, self.chosen_device))

    def _choose(self) -> None:
        """Measure the chosen preset on the chosen device unless it is measured."""
        self.changed.emit()
        self.error_bar.hide()
        if self._estimate is not None or self._subject is None:
            self._show()
            return
        self._measured = self.preset, self.chosen_device
        self.estimate.setText("Measuring…")
        dataset, conditions, process = self._subject
        config = new_config(
            name="trial",
            dataset=str(dataset),
            conditions=conditions,
            process=process,
            preset=self.preset,
            device=self.chosen_device,
        )
        self.task.start("microdesigner.training.trial:measure_trial", config)

    def _take(self, trial: ResourceEstimate) -> None:
        self._estimates[self._measured] = trial
        self._show()

    def _show(self) -> None:
        trial = self._estimate
        if trial is None:
            return
        rows = "".join(
            f"<tr><td>{STAGE_TITLES[name]}&nbsp;</td><td align='right'>{stage.steps:,} steps&nbsp;&nbsp;</td>"
            f"<td align='right'>{duration(self.estimated_seconds[name])}</td></tr>"
            for name, stage in trial.stages.items()
        )
        seconds = sum(self.estimated_seconds.values()) + trial.encoding_seconds
        memory = f"{data_amount(trial.memory_bytes)} of memory, " if trial.memory_bytes else ""
        self.estimate.setText(
            f"About <b>{duration(seconds)}</b> on this device ({trial.device}), {memory}"
            f"{data_amount(trial.disk_bytes)} on the disk.<table>{rows}</table>"
        )
        self._warn(trial)

    def _warn(self, trial: ResourceEstimate) -> None:
        runs_folder().mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(runs_folder()).free
        words = []
        if free < trial.disk_bytes:
            words.append(f"Only {data_amount(free)} are free on the disk; make room first.")
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
        row = QFormLayout()
        row.addRow("Device", self.device)
        column.addLayout(row)
        folded = QWidget()
        advanced = QFormLayout(folded)
        advanced.setContentsMargins(0, 0, 0, 0)
        for stage, box in self.minutes.items():
            box.valueChanged.connect(lambda _: self._show())
            box.valueChanged.connect(lambda _: self.changed.emit())
            advanced.addRow(f"{STAGE_TITLES[stage]} at most", box)
        advanced.addRow(self.compiled)
        advanced.addRow("GPUs", self.devices)
        column.addWidget(CollapsibleSection("Advanced", folded, "Time limits, compilation, several GPUs."))
        column.addWidget(heading("What is trained"))
        column.addWidget(self.summary)
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
