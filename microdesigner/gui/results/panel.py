"""The right column: which sample of the result is shown, what it measures, how to make it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSpinBox, QVBoxLayout, QWidget

from microdesigner.core.request import Request
from microdesigner.core.result import Sample
from microdesigner.gui.results.measured import MeasuredPanel
from microdesigner.gui.results.recipe import RecipePanel
from microdesigner.gui.results.verification import VerificationPanel
from microdesigner.gui.widgets.basics import SPACING, named, scrolled


class ResultsPanel(QWidget):
    """Collects the samples of the newest request and lets one be chosen."""

    chosen = Signal(object, object)  # Request, Sample

    def __init__(self) -> None:
        super().__init__()
        self._samples: dict[int, Sample] = {}
        self._request: Request | None = None
        self.measured = MeasuredPanel()
        self.recipe = RecipePanel()
        self.verification = VerificationPanel()
        self.index = named(QSpinBox(), "Sample", "Which sample of the result is shown.")
        self.index.setMinimum(1)
        self.seed = QLabel()
        self.seed.setToolTip("With this seed the sample can be made again alone.")
        self.head = QHBoxLayout()
        self._choice = QHBoxLayout()
        self._lay_out()
        self._show_count()
        self.index.valueChanged.connect(lambda _: self._choose())

    def add(self, request: Request, index: int, sample: Sample) -> None:
        """Take a new sample; the first of a request is shown at once."""
        first = request is not self._request
        if first:
            self._request, self._samples = request, {}
        self._samples[index] = sample
        self._show_count()
        if first:
            self.index.blockSignals(True)
            self.index.setValue(1)
            self.index.blockSignals(False)
            self._choose()

    def show_sample(self, request: Request, sample: Sample) -> None:
        """Show what a sample measures and how it could be made."""
        self.seed.setText(f"seed {sample.seed}")
        self.measured.show_sample(request, sample)
        self.recipe.show_sample(sample)
        self.verification.show_sample(sample)

    def restyle(self) -> None:
        """Take over a changed light or dark look."""
        self.recipe.restyle()
        self.verification.restyle()
        self.measured.restyle()

    def _choose(self) -> None:
        keys = sorted(self._samples)
        if self._request is not None and keys:
            self.chosen.emit(self._request, self._samples[keys[self.index.value() - 1]])

    def _show_count(self) -> None:
        count = len(self._samples)
        self.index.setEnabled(count > 1)
        self.index.setMaximum(max(1, count))
        self.index.setSuffix(f" of {count}" if count else "")

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
        column.addSpacing(SPACING)
        column.addWidget(self.recipe)
        column.addWidget(self.verification)
        column.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scrolled(content))
        self.setMinimumWidth(360)
