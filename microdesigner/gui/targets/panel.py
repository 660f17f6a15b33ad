"""The left column: which model, what to ask for, how to generate."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtGui import QUndoStack
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from microdesigner.app.catalogue import Catalogue
from microdesigner.app.targets import Targets, TargetState
from microdesigner.core.card import ModelCard
from microdesigner.core.descriptor_spec import spec_of
from microdesigner.core.request import Request
from microdesigner.gui.targets.options import OptionsPanel
from microdesigner.gui.targets.row import ConditionRow
from microdesigner.gui.targets.run_bar import RunBar
from microdesigner.gui.targets.support_badge import SupportBadge
from microdesigner.gui.undo import Change, UndoMerge
from microdesigner.gui.widgets.basics import SPACING, heading, named, quiet, scrolled


@dataclass(frozen=True)
class Asked:
    """Which model is asked for what."""

    model: str
    state: TargetState


class TargetsPanel(QWidget):
    """Edits the targets of the chosen model; every change can be undone."""

    targets_changed = Signal()
    model_chosen = Signal(str)

    def __init__(self, catalogue: Catalogue, undo: QUndoStack) -> None:
        super().__init__()
        self._catalogue = catalogue
        self._undo = undo
        self._merge = UndoMerge()
        self.targets: Targets | None = None
        self.rows: dict[str, ConditionRow] = {}
        self.model = named(QComboBox(), "Model", "The trained model that generates the volumes.")
        self.card_text = quiet()
        self.conditions = QVBoxLayout()
        self.conditions.setSpacing(SPACING // 2)
        self.dependent = QLabel()
        self.dependent.setToolTip("All phase fractions sum to one, so the last one follows from the others.")
        self.badge = SupportBadge()
        self.options = OptionsPanel()
        self.run_bar = RunBar()
        self._lay_out()
        self.model.currentIndexChanged.connect(lambda _: self._choose_model(self.model.currentData()))
        self.badge.nearest_wanted.connect(self._use_nearest)

    def fill(self, preferred: str) -> None:
        """List the installed models and choose `preferred` where it is among them."""
        self.model.blockSignals(True)
        for installed in self._catalogue.models:
            self.model.addItem(installed.card.name, installed.card.name)
        self.model.setCurrentIndex(max(0, self.model.findData(preferred)))
        self.model.blockSignals(False)
        self.model.setEnabled(bool(self._catalogue.models))
        card = self._catalogue.card(self.model.currentData())
        if card is not None:
            self._show(Asked(card.name, Targets(card).state))
        else:
            self.card_text.setText("No model is installed.")

    def refresh(self, chosen: str | None = None) -> None:
        """Offer models that came since, and choose one of them where `chosen` says so."""
        if self.model.count() == 0:
            self.fill(chosen or "")
            return
        for installed in self._catalogue.models:
            if self.model.findData(installed.card.name) < 0:
                self.model.addItem(installed.card.name, installed.card.name)
        if chosen is not None:
            self.model.setCurrentIndex(self.model.findData(chosen))

    def request(self) -> Request | None:
        """The request as it stands; None without a model."""
        return self.targets.request(self.options.options()) if self.targets else None

    def restore(self, request: Request) -> None:
        """Show the targets and options of an earlier request, as far as its model is installed."""
        card = self._catalogue.card(request.model)
        if card is None:
            return
        self.options.restore(request)
        recalled = Targets(card, self.targets.state if self.targets else None)
        recalled.ask_only(request.targets)
        self._push(Asked(card.name, recalled.state), "Recall targets")

    def apply(self, state: TargetState) -> None:
        """Show `state` as the targets of the chosen model."""
        if self.targets is None:
            return
        self.targets.state = state
        for name, row in self.rows.items():
            row.show_state(state.values[name], name in state.fixed)
        self._show_dependent(self.targets)
        self.restyle()
        self.targets_changed.emit()

    def restyle(self) -> None:
        """Show the support in the colours of the look."""
        if self.targets is not None:
            self.badge.show_support(self.targets.support())

    def _choose_model(self, name: str) -> None:
        card = self._catalogue.card(name)
        if card is not None:
            chosen = Targets(card, self.targets.state if self.targets else None)
            self._push(Asked(name, chosen.state), f"Choose {name}")

    def _show(self, asked: Asked) -> None:
        card = self._catalogue.card(asked.model)
        if card is None:
            return
        if self.targets is None or self.targets.card is not card:
            self.targets = Targets(card)
            self.model.blockSignals(True)
            self.model.setCurrentIndex(self.model.findData(card.name))
            self.model.blockSignals(False)
            self._make_rows(self.targets)
            self.card_text.setText(_summary(card))
            self.model_chosen.emit(card.name)
        self.apply(asked.state)

    def _make_rows(self, targets: Targets) -> None:
        for row in self.rows.values():
            self.conditions.removeWidget(row)
            row.deleteLater()
        self.rows = {
            name: ConditionRow(parameter, targets.limits(name), targets.card)
            for name, parameter in targets.parameters.items()
        }
        for row in self.rows.values():
            row.value_changed.connect(self._set_value)
            row.fixed_changed.connect(self._set_fixed)
            self.conditions.addWidget(row)

    def _set_value(self, name: str, value: float) -> None:
        self._change(name, lambda targets: targets.set_value(name, value), f"Set {_title(name)}")

    def _set_fixed(self, name: str, fixed: bool) -> None:
        self._change(
            "", lambda targets: targets.set_fixed(name, fixed), f"{'Ask for' if fixed else 'Free'} {_title(name)}"
        )

    def _use_nearest(self) -> None:
        self._change("", Targets.use_nearest, "Use nearest supported targets")

    def _change(self, what: str, move: Callable[[Targets], None], title: str) -> None:
        """Move the targets; successive changes of the same `what` are one step of undo, "" stands alone."""
        if self.targets is None:
            return
        before = self.targets.state
        move(self.targets)
        after, self.targets.state = self.targets.state, before
        self._push(Asked(self.targets.card.name, after), title, self._merge.key(what) if what else "")

    def _push(self, after: Asked, title: str, merge_key: str = "") -> None:
        if self.targets is None:
            return
        before = Asked(self.targets.card.name, self.targets.state)
        if after != before:
            self._undo.push(Change(self._show, before, after, title, merge_key))

    def _show_dependent(self, targets: Targets) -> None:
        phase, value = targets.dependent_phase, targets.dependent_value
        self.dependent.setVisible(phase is not None)
        if phase is not None:
            amount = "free" if value is None else f"{value:.3f}"
            self.dependent.setText(f"{phase.capitalize()} fraction&nbsp; <b>{amount}</b> &nbsp;the rest")

    def _lay_out(self) -> None:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(SPACING)
        above: tuple[QWidget, ...] = (heading("Model"), self.model, self.card_text, _line(), heading("Targets"))
        below: tuple[QWidget, ...] = (self.dependent, self.badge, _line(), self.options)
        for widget in above:
            column.addWidget(widget)
        column.addLayout(self.conditions)
        for widget in below:
            column.addWidget(widget)
        column.addStretch(1)
        foot = QHBoxLayout()
        foot.setContentsMargins(12, 4, 12, 12)
        foot.addWidget(self.run_bar)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scrolled(content), 1)
        whole.addLayout(foot)
        self.setMinimumWidth(360)


def _title(name: str) -> str:
    return spec_of(name).title.lower()


def _line() -> QFrame:
    line = QFrame()
    line.setFrameShape(QFrame.Shape.HLine)
    line.setForegroundRole(line.palette().ColorRole.Mid)
    line.setFrameShadow(QFrame.Shadow.Plain)
    return line


def _summary(card: ModelCard) -> str:
    voxels = "×".join(map(str, card.shape))
    size = "×".join(f"{edge * nm:g}" for edge, nm in zip(card.shape, card.voxel_nm, strict=True))
    return f"{len(card.phase_names)} phases, {voxels} voxels, {size} nm"
