"""A data set to simulate: what the films are like and how many."""

import os
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFormLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from microdesigner.app.training_progress import duration
from microdesigner.app.training_runs import datasets_folder
from microdesigner.app.workers.datasets import simulation_cost
from microdesigner.core.microstructure import DEFAULT_SIZE
from microdesigner.core.quantity import size_words
from microdesigner.gui.background_task import BackgroundTask
from microdesigner.gui.widgets.basics import NAME_WIDTH, CollapsibleSection, data_amount, named, quiet
from microdesigner.gui.widgets.data_form import LATERAL_FACES, DataForm
from microdesigner.gui.widgets.number_field import IntegerField

SIZES = ((32, 32, 32), (64, 64, 32), (64, 64, 64), DEFAULT_SIZE)
FEWEST_SERIES, MOST = 8, 4096
MIXED = 3


class SimulateForm(DataForm):
    """Starts the simulation of a data set in the background."""

    def __init__(self, task: BackgroundTask) -> None:
        super().__init__()
        self._task = task
        self.name = named(QLineEdit(_free_name()), "Name of the data set", "Name of the data set.")
        self.phases = named(QComboBox(), "Phases", "Donor and acceptor alone, or with the mixed phase between them.")
        self.phases.addItem("2: donor and acceptor", 2)
        self.phases.addItem("3: donor, acceptor and mixed", MIXED)
        self.phases.setCurrentIndex(1)
        self.voxels = named(QComboBox(), "Size", "Voxels along x, y and the film's thickness.")
        for size in SIZES:
            self.voxels.addItem(size_words(size), size)
        self.voxels.setCurrentIndex(len(SIZES) - 1)
        self.series = _spin(
            "Series", "Annealings to simulate, each with its own blend and interaction.", 64, FEWEST_SERIES
        )
        self.snapshots = _spin("Snapshots", "Number of snapshots of each series.", 12, 1)
        self.total = quiet()
        self.begin = named(QPushButton("Simulate"), "Simulate the data set", "Start; this window stays usable.")
        self._make_advanced()
        self._lay_out()
        for box in (self.series, self.snapshots, self.thicknesses, self.workers):
            box.valueChanged.connect(lambda _: self._count())
        for choice in (self.phases, self.voxels):
            choice.currentIndexChanged.connect(lambda _: self._count())
        self.begin.clicked.connect(lambda: self._start())
        self._count()

    def _make_advanced(self) -> None:
        self.lateral = named(QComboBox(), "Lateral faces", "Whether a film goes on beyond its lateral faces.")
        for title, kind in LATERAL_FACES:
            self.lateral.addItem(title, kind)
        self.thicknesses = _spin(
            "Interphase thicknesses",
            "Random thicknesses of the interphase (the mixed phase), each a volume of every snapshot.",
            3,
            1,
        )
        self.seed = _spin("Seed", "Seed of the design and of all noise.", 1, 0)
        cores = os.cpu_count() or 1
        self.workers = _spin("Series at a time", "Series simulated at the same time, a processor core each.", cores, 1)

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.FieldsStayAtSizeHint)
        self.name.setMinimumWidth(NAME_WIDTH)
        self.begin.setProperty("role", "primary")
        rows = (("Name", self.name), ("Phases", self.phases), ("Size in voxels", self.voxels), ("Series", self.series),
                ("Snapshots of each", self.snapshots))  # fmt: skip
        for title, widget in rows:
            form.addRow(title, widget)
        folded = QWidget()
        advanced = QFormLayout(folded)
        advanced.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.FieldsStayAtSizeHint)
        advanced.setContentsMargins(0, 0, 0, 0)
        further = (("Lateral faces", self.lateral), ("Interphase thicknesses", self.thicknesses), ("Seed", self.seed),
                   ("Series at a time", self.workers))  # fmt: skip
        for title, widget in further:
            advanced.addRow(title, widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 4, 0, 4)
        column.addLayout(form)
        column.addWidget(self.total)
        column.addWidget(
            CollapsibleSection("Advanced", folded, "Lateral faces, interphase thicknesses, seed, series at a time.")
        )
        column.addWidget(self.begin, alignment=Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)

    def _count(self) -> None:
        series, snapshots, thicknesses = (box.value() for box in (self.series, self.snapshots, self.thicknesses))
        factors = [f"{series} series", f"{snapshots} snapshots"]
        volumes = series * snapshots
        if self.phases.currentData() == MIXED:
            factors.append(f"{thicknesses} interphase thicknesses")
            volumes *= thicknesses
        seconds, size = simulation_cost(self._plan(), self.workers.value())
        self.total.setText(
            f"{' × '.join(factors)}: at most {volumes} volumes; those that have not separated or lack a phase are left "
            f"out. Roughly {duration(seconds)} on the CPU and {data_amount(size)} on the disk."
        )

    def _start(self) -> None:
        path = datasets_folder() / f"{self.name.text().strip()}.h5"
        if not self.name.text().strip() or path.name != Path(path.name).name or path.exists():
            self.refused.emit(
                f"There is a data set called {self.name.text()} already, or it has no name; change the name."
            )
            return
        self.started.emit(path)
        self._task.start(
            "microdesigner.app.workers.datasets:simulate_dataset", path, self._plan(), self.workers.value()
        )

    def _plan(self) -> dict[str, Any]:
        """Fields of a BuildPlan."""
        return {
            "series": self.series.value(),
            "snapshots": self.snapshots.value(),
            "size": self.voxels.currentData(),
            "lateral": self.lateral.currentData(),
            "phases": self.phases.currentData(),
            "thicknesses": self.thicknesses.value(),
            "seed": self.seed.value(),
        }


def _spin(name: str, tooltip: str, value: int, low: int) -> IntegerField:
    box = named(IntegerField(), name, tooltip)
    box.setRange(low, MOST)
    box.setValue(value)
    return box


def _free_name() -> str:
    number = 1
    while (datasets_folder() / f"simulated-{number}.h5").exists():
        number += 1
    return f"simulated-{number}"
