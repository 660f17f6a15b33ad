"""What the model shall obey, what recipe it shall predict, and its name."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
    QWizardPage,
)

from microdesigner.app.catalogue import Catalogue
from microdesigner.app.training_runs import check_name
from microdesigner.app.workers.datasets import DatasetReport
from microdesigner.core.descriptor_spec import spec_of
from microdesigner.core.errors import InputError
from microdesigner.gui.training.correlations import Correlations
from microdesigner.gui.widgets.basics import CollapsibleSection, heading, named, quiet, scrolling_column
from microdesigner.training.fine_tuning import can_be_begun_with, why_not_fine_tuned

LIST_HEIGHT = 120  # at least, where the page scrolls


class LearnPage(QWizardPage):
    """Complete with a free name and at least one condition."""

    def __init__(self, catalogue: Catalogue) -> None:
        super().__init__()
        self.setTitle("What to learn")
        self.setSubTitle("Every condition becomes a slider; processing parameters become the recipe of a volume.")
        self._catalogue = catalogue
        self.name = named(QLineEdit(), "Name of the model", "The name by which the model is chosen later.")
        self.conditions = named(QListWidget(), "Conditions", "Descriptors that can be targeted.")
        self.process = named(
            QListWidget(), "Processing parameters", "Process parameters that the recipe panel predicts."
        )
        self.base = named(QComboBox(), "Fine-tune", "Start from a model that knows the same phases and conditions.")
        self.start = named(QComboBox(), "Begin with the weights of",
            "New networks begin with what fits of this model's weights, even of another material: less training, and "
            "few volumes suffice.")  # fmt: skip
        self.advice = quiet()
        self.leave_out = named(QPushButton(), "Leave out the redundant condition", "Untick it; the others explain it "
            "nearly, and it is still measured on every generated volume.")  # fmt: skip
        self.correlations = Correlations()
        self.name_advice = quiet()
        self._report: DatasetReport | None = None
        self._lay_out()
        self.name.textChanged.connect(lambda _: self._changed())
        for box in (self.conditions, self.process):
            box.itemChanged.connect(lambda _: self._changed())
        self.base.currentIndexChanged.connect(lambda _: self._follow_base())
        self.leave_out.clicked.connect(lambda: self._leave_out())

    def offer(self, report: DatasetReport) -> None:
        """Offer what the data set has, its own choice ticked."""
        self._report = report
        _fill(self.conditions, report.descriptors, report.description.conditions)
        _fill(self.process, report.parameters, report.description.process)
        self.start.clear()
        self.start.addItem("none: untrained networks", "")
        for model in self._catalogue.models:
            if can_be_begun_with(model.card):
                self.start.addItem(model.card.name, model.card.name)
        self.base.blockSignals(True)
        self.base.clear()
        self.base.addItem("no: train a new model", "")
        for model in self._catalogue.models:
            if not why_not_fine_tuned(model.card, report.description.phase_names, report.descriptors):
                self.base.addItem(model.card.name, model.card.name)
        self.base.blockSignals(False)
        if not self.name.text():
            self.name.setText(report.path.stem)
        self._changed()

    def isComplete(self) -> bool:  # noqa: N802
        """Whether the choice can be trained."""
        return bool(self.chosen_conditions) and not self._name_problem()

    def restyle(self) -> None:
        """Take over a changed light or dark look."""
        self.correlations.restyle()

    @property
    def chosen_conditions(self) -> tuple[str, ...]:
        """Names of the ticked descriptors."""
        return _ticked(self.conditions)

    @property
    def chosen_process(self) -> tuple[str, ...]:
        """Names of the ticked processing parameters."""
        return _ticked(self.process)

    @property
    def chosen_base(self) -> str:
        """Name of the model to fine-tune; empty for a new one."""
        return str(self.base.currentData() or "")

    @property
    def chosen_start(self) -> str:
        """Name of the model with whose weights a new one begins; empty for none."""
        return "" if self.chosen_base else str(self.start.currentData() or "")

    def _follow_base(self) -> None:
        card = self._catalogue.card(self.chosen_base)
        if card is not None and self._report is not None:
            _fill(self.conditions, self._report.descriptors, tuple(c.name for c in card.conditions))
        self.conditions.setEnabled(card is None)
        self.start.setEnabled(card is None)
        self._changed()

    def _changed(self) -> None:
        self.name_advice.setText(self._name_problem())
        self.name_advice.setVisible(bool(self._name_problem()))
        self._show_correlations()
        self.completeChanged.emit()

    def _name_problem(self) -> str:
        try:
            check_name(self.name.text().strip())
        except InputError as error:
            return str(error)
        return ""

    def _show_correlations(self) -> None:
        chosen, report = self.chosen_conditions, self._report
        if report is None:
            return
        self.correlations.show_conditions(chosen, report.correlations_of(chosen), report.components_of(chosen).shares)
        redundant = report.redundant(chosen)
        free = self.conditions.isEnabled()  # those of a model to fine-tune are fixed
        for widget in (self.advice, self.leave_out):
            widget.setVisible(redundant is not None and free)
        if redundant is None:
            return
        title, partner = spec_of(redundant.name).title, spec_of(redundant.partner).title
        self.advice.setText(
            f"{title} follows from the other conditions: they explain {100 * redundant.explained:.0f} % of its "
            f"variance, {partner} most (r = {redundant.correlation:.2f}). As a slider it could hardly be moved alone."
        )
        self.leave_out.setText(f"Leave out {title}")
        self.leave_out.setProperty("condition", redundant.name)

    def _leave_out(self) -> None:
        for row in range(self.conditions.count()):
            item = self.conditions.item(row)
            if item.data(Qt.ItemDataRole.UserRole) == self.leave_out.property("condition"):
                item.setCheckState(Qt.CheckState.Unchecked)

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.addRow("Name", self.name)
        row = QHBoxLayout()
        for title, box in (("Conditions", self.conditions), ("Recipe", self.process)):
            column = QVBoxLayout()
            column.addWidget(heading(title))
            column.addWidget(box, 1)
            box.setMinimumHeight(LIST_HEIGHT)
            row.addLayout(column)
        folded = QWidget()
        advanced = QFormLayout(folded)
        advanced.setContentsMargins(0, 0, 0, 0)
        advanced.addRow("Fine-tune", self.base)
        advanced.addRow("Begin with the weights of", self.start)
        whole = scrolling_column(self)
        whole.addLayout(form)
        whole.addWidget(self.name_advice)
        whole.addLayout(row, 1)
        advice = QHBoxLayout()
        advice.addWidget(self.advice, 1)
        advice.addWidget(self.leave_out)
        whole.addLayout(advice)
        whole.addWidget(self.correlations)
        whole.addWidget(CollapsibleSection("Advanced", folded, "Start from an existing model."))


def _fill(box: QListWidget, names: tuple[str, ...], ticked: tuple[str, ...]) -> None:
    box.blockSignals(True)
    box.clear()
    own = tuple(name for name in ticked if name in names)
    for name in (*own, *(name for name in names if name not in own)):
        spec = spec_of(name)
        item = QListWidgetItem(spec.title)
        item.setData(Qt.ItemDataRole.UserRole, name)
        item.setToolTip(f"{name}: {spec.meaning}")
        item.setCheckState(Qt.CheckState.Checked if name in ticked else Qt.CheckState.Unchecked)
        box.addItem(item)
    box.blockSignals(False)


def _ticked(box: QListWidget) -> tuple[str, ...]:
    items = [box.item(row) for row in range(box.count())]
    return tuple(item.data(Qt.ItemDataRole.UserRole) for item in items if item.checkState() == Qt.CheckState.Checked)
