"""How to generate: seed, number, quality; the rest folded away."""

import secrets

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from microdesigner.app.targets import QUALITIES, Options
from microdesigner.core.request import Request
from microdesigner.gui.widgets.basics import CollapsibleSection, heading, named, tool_button

MAX_SEED = 2**31 - 1
MAX_SAMPLES = 64
QUALITY_TITLES = {"draft": "Draft (8 steps)", "standard": "Standard (16 steps)", "paper": "Paper (1000 steps)"}
MATCH_TITLES = {"none": "As generated", "fractions": "Exact fractions", "all": "Exact fractions, best candidate"}


class OptionsPanel(QWidget):
    """Edits an Options value."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.seed = named(
            QSpinBox(), "Seed", "Start of the random numbers: the same seed and targets give the same volume."
        )
        self.seed.setRange(0, MAX_SEED)
        self.locked = named(QToolButton(), "Lock seed", "Keep the seed; unlocked, each generation takes a new one.")
        self.locked.setCheckable(True)
        self.locked.setChecked(True)
        self.dice = tool_button("New", "New seed", "Take a new random seed.", self.roll)
        self.count = named(QSpinBox(), "Samples", "How many volumes to generate, with seeds counting up.")
        self.count.setRange(1, MAX_SAMPLES)
        self.quality = named(
            QComboBox(),
            "Quality",
            "Draft is quick, standard is the usual choice, paper repeats all 1000 ancestral steps.",
        )
        _fill(self.quality, QUALITY_TITLES)
        self.candidates = named(QSpinBox(), "Candidates", "Volumes drawn for each one kept; matching keeps the best.")
        self.candidates.setRange(1, 64)
        self.match = named(
            QComboBox(), "Match", "Whether the phase fractions are made exact and the best candidate kept."
        )
        _fill(self.match, MATCH_TITLES)
        self.live = named(
            QCheckBox("Live draft"), "Live draft", "Generate a draft with this seed whenever a target moves."
        )
        self._lay_out()
        self.locked.toggled.connect(self._show_lock)
        self._show_lock(True)
        for box in (self.seed, self.count, self.candidates):
            box.valueChanged.connect(lambda _: self.changed.emit())
        for choice in (self.quality, self.match):
            choice.currentIndexChanged.connect(lambda _: self.changed.emit())

    def options(self) -> Options:
        """What is chosen."""
        return Options(
            seed=self.seed.value(), count=self.count.value(), candidates=self.candidates.value(),
            match=self.match.currentData(), quality=self.quality.currentData(),
        )  # fmt: skip

    def restore(self, request: Request) -> None:
        """Show how an earlier request was generated."""
        self.seed.setValue(request.seed)
        self.count.setValue(request.count)
        self.candidates.setValue(request.candidates)
        self.match.setCurrentIndex(self.match.findData(request.match))
        for quality, recipe in QUALITIES.items():
            if recipe == (request.steps, request.sampler):
                self.choose_quality(quality)

    def roll(self) -> None:
        """Take a new random seed."""
        self.seed.setValue(secrets.randbelow(MAX_SEED))

    def roll_unless_locked(self) -> None:
        """Take a new seed when the user did not lock it."""
        if not self.locked.isChecked():
            self.roll()

    def choose_quality(self, quality: str) -> None:
        """Select a quality by name; an unknown one is ignored."""
        index = self.quality.findData(quality)
        if index >= 0:
            self.quality.setCurrentIndex(index)

    def _show_lock(self, locked: bool) -> None:
        self.locked.setText("Locked" if locked else "Free")

    def _lay_out(self) -> None:
        seed = QHBoxLayout()
        seed.addWidget(self.seed, 1)
        seed.addWidget(self.locked)
        seed.addWidget(self.dice)
        grid = _grid()
        for row, (text, widget) in enumerate((("Samples", self.count), ("Quality", self.quality))):
            grid.addWidget(QLabel(text), row + 1, 0)
            grid.addWidget(widget, row + 1, 1)
        grid.addWidget(QLabel("Seed"), 0, 0)
        grid.addLayout(seed, 0, 1)
        folded = QWidget()
        advanced = _grid(folded)
        for row, (text, widget) in enumerate((("Candidates", self.candidates), ("Match", self.match))):
            advanced.addWidget(QLabel(text), row, 0)
            advanced.addWidget(widget, row, 1)
        advanced.addWidget(self.live, 2, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(heading("Generation"))
        column.addLayout(grid)
        column.addWidget(CollapsibleSection("Advanced", folded, "Candidates, matching and the live draft."))


def _grid(parent: QWidget | None = None) -> QGridLayout:
    grid = QGridLayout(parent) if parent is not None else QGridLayout()
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setColumnMinimumWidth(0, 80)
    grid.setColumnStretch(1, 1)
    return grid


def _fill(box: QComboBox, titles: dict[str, str]) -> None:
    for name, title in titles.items():
        box.addItem(title, name)
    if "standard" in titles:
        box.setCurrentIndex(box.findData("standard"))
