"""The right column: which sample of the result is shown, what it measures, how to make it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from microdesigner.core.request import Request
from microdesigner.core.result import Sample
from microdesigner.core.verdict import film_warning
from microdesigner.gui.results.measured import MeasuredPanel
from microdesigner.gui.results.recipe import RecipePanel
from microdesigner.gui.results.verification import VerificationPanel
from microdesigner.gui.widgets.basics import SPACING, named, quiet, scrolled
from microdesigner.gui.widgets.number_field import IntegerField


class ResultsPanel(QWidget):
    """Shows one sample of a result and lets another be chosen."""

    place_chosen = Signal(int)  # of a sample in the result, from 1

    def __init__(self) -> None:
        super().__init__()
        self.measured = MeasuredPanel()
        self.verdict = quiet()
        self.verdict.setToolTip("Whether the model's feature predictor agrees with the measured values.")
        self.recipe = RecipePanel()
        self.verification = VerificationPanel()
        self.index = named(IntegerField(), "Sample", "Which sample of the result is shown.")
        self.index.setMinimum(1)
        self.seed = QLabel()
        self.seed.setToolTip("With this seed the sample can be made again alone.")
        self.head = QHBoxLayout()
        self._choice = QHBoxLayout()
        self._lay_out()
        self.show_count(0, 1)
        self.index.valueChanged.connect(self.place_chosen)

    def show_count(self, count: int, place: int) -> None:
        """Offer `count` samples, of which the one at `place` is shown."""
        self.index.blockSignals(True)
        self.index.setEnabled(count > 1)
        self.index.setMaximum(max(1, count))
        self.index.setSuffix(f" of {count}" if count else "")
        self.index.setValue(place)
        self.index.blockSignals(False)

    def show_sample(self, request: Request, sample: Sample) -> None:
        """Show what a sample measures and how it could be made."""
        self.seed.setText(f"seed {sample.seed}")
        self.measured.show_sample(request, sample)
        self.verdict.setText(_verdict_words(sample))
        self.verdict.setVisible(bool(self.verdict.text()))
        self.recipe.show_sample(sample)
        self.verification.show_sample(sample)

    def show_outdated(self, outdated: bool) -> None:
        """Grey the values while a new film is made, or a draft of one is on show."""
        self.measured.setEnabled(not outdated)
        self.recipe.setEnabled(not outdated)

    def restyle(self) -> None:
        """Take over a changed light or dark look."""
        self.recipe.restyle()
        self.verification.restyle()
        self.measured.restyle()

    def _lay_out(self) -> None:
        self._choice.addWidget(QLabel("Sample"))
        self._choice.addWidget(self.index)
        self._choice.addWidget(self.seed, 1)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(SPACING)
        column.addLayout(self.head)
        column.addLayout(self._choice)
        column.addWidget(self.measured)
        column.addWidget(self.verdict)
        column.addSpacing(SPACING)
        column.addWidget(self.recipe)
        column.addWidget(self.verification)
        column.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scrolled(content))
        self.setMinimumWidth(330)


def _verdict_words(sample: Sample) -> str:
    """What is to be thought of a film, "" where no model judged it."""
    words = sample.verdict.get("words")
    return film_warning(sample.verdict) or (f"The film is {words}." if words else "")
