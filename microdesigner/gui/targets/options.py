"""How to generate: seed, samples and quality, with matching and drafts in a section that opens."""

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from microdesigner.app.request_model import MAX_SEED, Design, RequestModel
from microdesigner.gui.targets.film_size import FilmSizeForm
from microdesigner.gui.undo import UndoMerge
from microdesigner.gui.widgets.basics import CollapsibleSection, heading, named, tool_button
from microdesigner.gui.widgets.number_field import IntegerField

MAX_SAMPLES = 64
QUALITY_TITLES = {"draft": "Draft (8 steps)", "standard": "Standard (20 steps)", "paper": "Paper (1000 steps)"}
MATCH_TITLES = {"none": "As generated", "fractions": "Exact fractions", "all": "Exact fractions, best candidate"}


class OptionsPanel(QWidget):
    """Shows the options of the request model and edits them."""

    def __init__(self, model: RequestModel, merge: UndoMerge) -> None:
        super().__init__()
        self._model, self._merge = model, merge
        self.seed = named(
            IntegerField(), "Seed", "Start of the random numbers: the same seed and targets give the same volume."
        )
        self.seed.setRange(0, MAX_SEED)
        self.locked = named(QToolButton(), "Lock seed", "Keep the seed; unlocked, each generation takes a new one.")
        self.locked.setCheckable(True)
        self.dice = tool_button("New", "New seed", "Draw a new random seed.", model.new_seed)
        self.count = named(IntegerField(), "Samples", "How many volumes to generate, with seeds counting up.")
        self.count.setRange(1, MAX_SAMPLES)
        self.quality = named(
            QComboBox(),
            "Quality",
            "Draft is quick, standard is the usual choice, paper repeats all 1000 ancestral steps.",
        )
        self.candidates = named(IntegerField(), "Candidates", "Volumes drawn for each sample; matching keeps the best.")
        self.candidates.setRange(1, MAX_SAMPLES)
        self.match = named(
            QComboBox(), "Match", "Whether the phase fractions are made exact and the best candidate taken."
        )
        self.live = named(
            QCheckBox("Live draft"), "Live draft", "Generate a draft with this seed whenever a target moves."
        )
        for choice, titles in ((self.quality, QUALITY_TITLES), (self.match, MATCH_TITLES)):
            for name, title in titles.items():
                choice.addItem(title, name)
        self.film_size = FilmSizeForm(model, merge)
        self._lay_out()
        self._show(model.state)
        self._connect()

    def stops(self) -> list[QWidget]:
        """Where Tab stops, in its order."""
        size, advanced = self.film.button, self.advanced.button
        return [
            self.seed, self.locked, self.dice, self.count, self.quality, size, *self.film_size.stops(), advanced,
            self.candidates, self.match, self.live,
        ]  # fmt: skip

    def _connect(self) -> None:
        fields = {"seed": self.seed, "count": self.count, "candidates": self.candidates}
        for name, field in fields.items():
            field.setKeyboardTracking(False)
            field.valueChanged.connect(lambda value, name=name: self._edit(name, value))
        for name, choice in {"quality": self.quality, "match": self.match}.items():
            choice.currentIndexChanged.connect(
                lambda _, name=name, choice=choice: self._edit(name, choice.currentData())
            )
        self.locked.toggled.connect(lambda locked: self._edit("seed_locked", locked))
        self.live.toggled.connect(lambda live: self._edit("live", live))
        self._model.changed.connect(self._show)

    def _edit(self, name: str, value: object) -> None:
        self._model.set_options(self._merge.key(f"option {name}"), **{name: value})

    def _show(self, design: Design) -> None:
        options = design.options
        widgets = (self.seed, self.count, self.candidates, self.quality, self.match, self.locked, self.live)
        for widget in widgets:
            widget.blockSignals(True)
        self.seed.setValue(options.seed)
        self.count.setValue(options.count)
        self.candidates.setValue(options.candidates)
        self.quality.setCurrentIndex(self.quality.findData(options.quality))
        self.match.setCurrentIndex(self.match.findData(options.match))
        self.locked.setChecked(options.seed_locked)
        self.locked.setText("Locked" if options.seed_locked else "Free")
        self.live.setChecked(options.live)
        if options.size is not None or options.voxel_nm is not None:
            self.film.button.setChecked(True)  # what is asked for is never hidden
        for widget in widgets:
            widget.blockSignals(False)

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
        self.film = CollapsibleSection("Film size", self.film_size, "Voxels of the film and their edge.")
        column.addWidget(self.film)
        self.advanced = CollapsibleSection("Advanced", folded, "Candidates, matching and the live draft.")
        column.addWidget(self.advanced)


def _grid(parent: QWidget | None = None) -> QGridLayout:
    grid = QGridLayout(parent) if parent is not None else QGridLayout()
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setColumnMinimumWidth(0, 80)
    grid.setColumnStretch(1, 1)
    return grid
