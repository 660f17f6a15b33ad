"""The left column: which model, what to ask for, how to generate."""

from html import escape
from itertools import pairwise

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from microdesigner.app.catalogue import Catalogue
from microdesigner.app.request_model import Design, RequestModel
from microdesigner.app.targets import Targets
from microdesigner.core.card import ModelCard
from microdesigner.core.descriptor_spec import is_further, spec_of
from microdesigner.core.phases import fraction_name
from microdesigner.core.quantity import lengths_words, size_words
from microdesigner.gui.command import Command
from microdesigner.gui.targets.options import OptionsPanel
from microdesigner.gui.targets.row import ConditionRow
from microdesigner.gui.targets.run_bar import RunBar
from microdesigner.gui.targets.support_badge import SupportBadge
from microdesigner.gui.undo import UndoMerge
from microdesigner.gui.widgets.basics import (
    SPACING,
    CollapsibleSection,
    Section,
    heading,
    named,
    quiet,
    scrolled,
    tool_button,
)


class TargetsPanel(QWidget):
    """Shows the request model and edits it."""

    about_requested = Signal()  # the page of the chosen model

    def __init__(self, catalogue: Catalogue, model: RequestModel, kept: Section) -> None:
        """`kept` is shown between targets and options."""
        super().__init__()
        self._catalogue, self._model = catalogue, model
        self._merge = UndoMerge()
        self._rows_of: Targets | None = None  # whose conditions the rows are
        self.rows: dict[str, ConditionRow] = {}
        self.model = named(QComboBox(), "Model", "The trained model that generates the volumes.")
        self.about = tool_button("About…", "About the model", "What the model can do, how well, and what it learned "
                                 "from.", self.about_requested.emit)  # fmt: skip
        self.card_text = quiet()
        self.conditions = QVBoxLayout()
        self.conditions.setSpacing(SPACING // 2)
        further = QWidget()
        self.further = QVBoxLayout(further)
        self.further.setContentsMargins(0, 0, 0, 0)
        self.more = CollapsibleSection(
            "More targets", further, "What is reached by choosing the targets that are free."
        )
        self.dependent = QLabel()
        self.dependent.setWordWrap(True)
        self.dependent.setToolTip("All phase fractions sum to one, so the last one follows from the others.")
        self.lowered = quiet()
        self.badge = SupportBadge()
        self.kept = kept
        self.options = OptionsPanel(model, self._merge)
        self.run_bar = RunBar()
        self._lay_out()
        self.refresh()
        self._show(model.state)
        model.changed.connect(self._show)
        self.model.currentIndexChanged.connect(lambda _: model.choose_model(self.model.currentData()))
        self.badge.nearest_requested.connect(model.use_nearest)

    def refresh(self) -> None:
        """Offer the models that there are now."""
        self.model.blockSignals(True)
        names = [installed.card.name for installed in self._catalogue.models]
        for index in reversed(range(self.model.count())):
            if self.model.itemData(index) not in names:
                self.model.removeItem(index)
        for name in names:
            if self.model.findData(name) < 0:
                self.model.addItem(name, name)
        self.model.setCurrentIndex(self.model.findData(self._model.state.model))
        self.model.blockSignals(False)
        self.model.setEnabled(self.model.count() > 0)

    def restyle(self) -> None:
        """Show the support in the colours of the look."""
        self.badge.show_verdict(self._model.judged(), self._model.impossible())

    def commands(self) -> list[Command]:
        """What can be done to targets and options."""
        model, locked, live = self._model, self.options.locked, self.options.live
        return [
            Command("Generate", "New random seed", model.new_seed, ("Ctrl+R",), section=3),
            Command("Generate", "Lock the seed", locked.toggle, section=3, checked=locked.isChecked),
            Command("Generate", "Live draft", live.toggle, ("Ctrl+L",), section=3, checked=live.isChecked),
            Command("Generate", "Use the nearest supported targets", model.use_nearest, section=3),
        ]

    def _show(self, design: Design) -> None:
        targets = self._model.targets
        if targets is None:
            self.card_text.setText("No model is installed.")
            return
        if targets is not self._rows_of:
            self._make_rows(targets)
            self.card_text.setText(_summary(targets.card))
            self.refresh()
        if any(is_further(name) for name in design.targets.fixed & self.rows.keys()):
            self.more.button.setChecked(True)
        for name, row in self.rows.items():
            row.show_state(design.targets.values[name], name in design.targets.fixed)
        self._show_dependent(targets)
        self._show_lowered()
        self.restyle()

    def _make_rows(self, targets: Targets) -> None:
        self._rows_of = targets
        for row in self.rows.values():
            row.setParent(None)
            row.deleteLater()
        self.rows = {
            name: ConditionRow(parameter, targets.limits(name), targets.card)
            for name, parameter in targets.parameters.items()
        }
        for name, row in self.rows.items():
            row.value_changed.connect(self._set_value)
            row.fixed_changed.connect(self._model.set_fixed)
            (self.further if is_further(name) else self.conditions).addWidget(row)
        self.more.setVisible(self.further.count() > 0)
        self._order_stops()

    def _set_value(self, name: str, value: float) -> None:
        self._model.set_value(name, value, self._merge.key(f"targets {name}"))

    def _show_dependent(self, targets: Targets) -> None:
        phase, value = targets.dependent_phase, targets.dependent_value
        self.dependent.setVisible(phase is not None)
        if phase is not None:
            amount = "free" if value is None else f"{value:.3f}"
            name = spec_of(fraction_name(targets.card.phase_names, targets.card.phase_names.index(phase))).title
            self.dependent.setText(f"{escape(name)}&nbsp; <b>{amount}</b> &nbsp;follows from the others")

    def _show_lowered(self) -> None:
        """Name the targets that had to make room for the one being set."""
        moved = [
            f"{spec_of(name).words} {spec_of(name).written(value)}" for name, value in self._model.lowered().items()
        ]
        self.lowered.setText(f"Lowered, as fractions sum to one: {', '.join(moved)}." if moved else "")
        self.lowered.setVisible(bool(moved))

    def _order_stops(self) -> None:
        """Let Tab go from the model through the targets, row by row, to the options."""
        stops: list[QWidget] = [self.model]
        for name, row in self.rows.items():
            stops += [self.more.button] if is_further(name) and self.more.button not in stops else []
            stops += [row.slider, row.number, row.free]
        stops.append(self.badge.nearest)
        stops += [*self.kept.stops(), *self.options.stops(), self.about]
        for before, after in pairwise(stops):
            QWidget.setTabOrder(before, after)

    def _lay_out(self) -> None:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(SPACING)
        chooser = QHBoxLayout()
        chooser.addWidget(self.model, 1)
        chooser.addWidget(self.about)
        column.addWidget(heading("Model"))
        column.addLayout(chooser)
        above: tuple[QWidget, ...] = (self.card_text, _line(), heading("Targets"))
        below: tuple[QWidget, ...] = (
            self.lowered,
            self.dependent,
            self.badge,
            _line(),
            self.kept,
            _line(),
            self.options,
        )
        for widget in above:
            column.addWidget(widget)
        column.addLayout(self.conditions)
        column.addWidget(self.more)
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
        self.setMinimumWidth(354)


def _line() -> QFrame:
    line = QFrame()
    line.setFrameShape(QFrame.Shape.HLine)
    line.setForegroundRole(line.palette().ColorRole.Mid)
    line.setFrameShadow(QFrame.Shadow.Plain)
    return line


def _summary(card: ModelCard) -> str:
    voxels = size_words(card.shape)
    size = lengths_words(edge * nm for edge, nm in zip(card.shape, card.voxel_nm, strict=True))
    return f"{len(card.phase_names)} phases, {voxels} voxels, {size}"
