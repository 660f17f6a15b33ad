"""Sweeps in the window: the question, the steps in the queue, the contact sheet at the end."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QDialogButtonBox, QFormLayout, QVBoxLayout, QWidget

from microdesigner.app.request_model import RequestModel
from microdesigner.app.store.jobs import Job
from microdesigner.app.store.settings import Settings
from microdesigner.app.sweep import MAX_STEPS, SweepAxis, sweep_requests, swept_names
from microdesigner.core.card import ModelCard, Parameter
from microdesigner.core.descriptor_spec import spec_of
from microdesigner.core.errors import InputError
from microdesigner.core.request import Request
from microdesigner.core.support import SPARSE
from microdesigner.core.verdict import judge_request
from microdesigner.gui.queue.controller import QueueController
from microdesigner.gui.queue.sheet_dialog import SheetDialog
from microdesigner.gui.widgets.basics import named, quiet
from microdesigner.gui.widgets.form_undo import FormUndo
from microdesigner.gui.widgets.number_field import IntegerField, NumberField

START_STEPS = 6
JUDGE_MS = 250
"""Pause after the last change before the films are judged one by one."""


class SweepController(QObject):
    """Opens the two dialogues; everything between them is the queue's."""

    film_requested = Signal(object)  # Request that makes a film of a sweep
    failed = Signal(str, str)  # sentence, details

    def __init__(self, model: RequestModel, queue: QueueController, settings: Settings, window: QWidget) -> None:
        super().__init__(window)
        self._model, self._queue, self._settings, self._window = model, queue, settings, window
        queue.swept.connect(self._ended)
        queue.sheet_ready.connect(self._show)

    def ask(self) -> None:
        """Ask what to sweep and let its steps wait for their turn."""
        request, targets = self._model.request(), self._model.targets
        if targets is None:
            return
        if request is None:
            self.failed.emit(self._model.impossible(), "")
            return
        dialog = SweepDialog(request, targets.card, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.sweep_requested.connect(self._queue.enqueue)
        dialog.open()

    def _ended(self, sweep: str) -> None:
        """The sheet at once; not over a dialogue in use, after which the queue's button still shows it."""
        if not any(dialog.isVisible() for dialog in self._window.findChildren(QDialog)):
            self._queue.request_sheet(sweep)

    def _show(self, steps: Sequence[Job], pictures: Sequence[bytes | None]) -> None:
        steps, pictures = _whole(steps, pictures)
        if not any(step.samples for step in steps):
            return
        dialog = SheetDialog(steps, pictures, self._settings.export_folder, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.film_requested.connect(lambda job: self.film_requested.emit(job.request))
        dialog.show()


def _whole(steps: Sequence[Job], pictures: Sequence[bytes | None]) -> tuple[list[Job], list[bytes | None]]:
    """Steps, and their pictures, that ask for what they are said to sweep: a file may have been damaged."""
    whole = [
        (step, picture)
        for step, picture in zip(steps, pictures, strict=True)
        if (names := swept_names(step.swept)) and set(names) <= set(step.request.targets)
    ]
    return [step for step, _ in whole], [picture for _, picture in whole]


class AxisForm(QWidget):
    """One condition, its two ends and how many values it takes."""

    changed = Signal()

    def __init__(self, request: Request, parameters: Mapping[str, Parameter], which: str) -> None:
        super().__init__()
        self._request, self._parameters = request, parameters
        self.condition = named(
            QComboBox(), f"{which} condition to sweep", "The target that takes a new value each step."
        )
        for name in parameters:
            self.condition.addItem(spec_of(name).title, name)
        self.low = named(NumberField(), f"{which} from", "Value of the first step.")
        self.high = named(NumberField(), f"{which} to", "Value of the last step.")
        self.steps = named(IntegerField(), f"{which} steps", "How many equally spaced values, both ends included.")
        self.steps.setRange(2, MAX_STEPS)
        self.steps.setValue(START_STEPS)
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        for title, field in (
            ("Condition", self.condition), ("From", self.low), ("To", self.high), ("Steps", self.steps)
        ):  # fmt: skip
            form.addRow(title, field)
        self.condition.currentIndexChanged.connect(lambda _: self._propose())
        for box in (self.low, self.high, self.steps):
            box.valueChanged.connect(lambda _: self.changed.emit())
        self._propose()

    def axis(self) -> SweepAxis:
        """What is asked for; raises InputError where that is no sweep."""
        return SweepAxis(self.condition.currentData(), self.low.value(), self.high.value(), self.steps.value())

    def _propose(self) -> None:
        """The trained range of the condition, as far as the other targets leave room."""
        name = self.condition.currentData()
        spec, parameter = spec_of(name), self._parameters[name]
        for box, value in ((self.low, parameter.low), (self.high, parameter.high)):
            box.setDecimals(spec.decimals_up_to(parameter.high))
            box.setRange(max(spec.low, -1e9), min(spec.high, 1e9))
            box.setSingleStep((parameter.high - parameter.low) / 20)
            box.setValue(value)
        room = 1 - sum(v for n, v in self._request.targets.items() if n != name and spec_of(n).kind == "fraction")
        if spec.kind == "fraction":
            self.high.setValue(min(self.high.value(), room))
        self.changed.emit()


class SweepDialog(QDialog):
    """Asks for one condition or two; `sweep_requested` tells the requests and the names of the conditions."""

    sweep_requested = Signal(object, str)

    def __init__(self, request: Request, card: ModelCard, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Sweep")
        self._request, self._card = request, card
        self._requests: list[Request] = []
        parameters = {parameter.name: parameter for parameter in card.targets}
        self.axes = tuple(AxisForm(request, parameters, which) for which in ("First", "Second"))
        self.both = named(
            QCheckBox("Sweep a second condition"),
            "Two conditions",
            "A film for each pair of values of two conditions.",
        )
        self.both.setEnabled(len(parameters) > 1)
        self.words, self.support = quiet(), quiet()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setText("Add to the queue")
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(JUDGE_MS)
        self._pause.timeout.connect(self._judge)
        self._lay_out()
        FormUndo(self)
        self.both.toggled.connect(self._offer_second)
        for form in self.axes:
            form.changed.connect(self._check)
        self.accepted.connect(
            lambda: self.sweep_requested.emit(self._requests, ",".join(form.axis().name for form in self._used()))
        )
        self._check()

    def _used(self) -> tuple[AxisForm, ...]:
        return self.axes if self.both.isChecked() else self.axes[:1]

    def _offer_second(self, on: bool) -> None:
        first, second = self.axes
        if on and second.condition.currentIndex() == first.condition.currentIndex():
            second.condition.setCurrentIndex((first.condition.currentIndex() + 1) % second.condition.count())
        second.setVisible(on)
        self._check()

    def _check(self) -> None:
        try:
            axes = [form.axis() for form in self._used()]
            self._requests = sweep_requests(self._request, axes)
        except InputError as error:
            self._requests = []
            self.words.setText(str(error))
        else:
            steps = 1
            for axis in axes:
                steps *= axis.steps
            missing = steps - len(self._requests)
            left_out = f" {missing} of {steps} combinations are impossible and left out." if missing else ""
            self.words.setText(
                f"{len(self._requests)} films with seed {self._request.seed}; the other targets stay.{left_out}"
            )
        self.support.setText("")
        self._pause.start()
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(bool(self._requests))

    def _judge(self) -> None:
        """Say how many of the films the training data do not support."""
        verdicts = [
            judge_request(self._card, request.targets, request.size, request.voxel_nm) for request in self._requests
        ]
        known = [verdict.support for verdict in verdicts if verdict.support is not None]
        outside = sum(support < SPARSE for support in known)
        if known:
            told = f"The training data hardly support {outside} of them." if outside else "All are well supported."
            self.support.setText(told)

    def _lay_out(self) -> None:
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        for widget in (self.axes[0], self.both, self.axes[1], self.words, self.support):
            column.addWidget(widget)
        column.addStretch(1)
        column.addWidget(self.buttons)
        self.axes[1].hide()
        self.setMinimumWidth(400)
