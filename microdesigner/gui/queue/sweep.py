"""Sweeps in the window: the question, the steps in the queue, the contact sheet at the end."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QFormLayout, QWidget

from microdesigner.app.request_model import RequestModel
from microdesigner.app.store.jobs import Job
from microdesigner.app.store.settings import Settings
from microdesigner.app.sweep import MAX_STEPS, sweep_requests, sweep_table
from microdesigner.core.card import Parameter
from microdesigner.core.descriptor_spec import spec_of
from microdesigner.core.errors import InputError
from microdesigner.core.request import Request
from microdesigner.gui.queue.contact_sheet import SheetDialog, contact_sheet
from microdesigner.gui.queue.controller import QueueController
from microdesigner.gui.widgets.basics import named, quiet
from microdesigner.gui.widgets.form_undo import FormUndo
from microdesigner.gui.widgets.number_field import IntegerField, NumberField


class SweepController(QObject):
    """Opens the two dialogues; everything between them is the queue's."""

    def __init__(self, model: RequestModel, queue: QueueController, settings: Settings, window: QWidget) -> None:
        super().__init__(window)
        self._model, self._queue, self._settings, self._window = model, queue, settings, window
        queue.swept.connect(self._ended)
        queue.sheet_ready.connect(self._show)

    def ask(self) -> None:
        """Ask what to sweep and let its steps wait for their turn."""
        request, targets = self._model.request(), self._model.targets
        if request is None or targets is None:
            return
        dialog = SweepDialog(request, targets.parameters, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.sweep_requested.connect(self._queue.enqueue)
        dialog.open()

    def _ended(self, sweep: str) -> None:
        """The sheet at once; not over a dialogue in use, after which the queue's button still shows it."""
        if not any(dialog.isVisible() for dialog in self._window.findChildren(QDialog)):
            self._queue.request_sheet(sweep)

    def _show(self, steps: Sequence[Job], pictures: Sequence[bytes | None]) -> None:
        if not any(step.samples for step in steps):
            return
        sheet = contact_sheet(steps, pictures)
        dialog = SheetDialog(sheet, sweep_table(steps), self._settings.export_folder, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.show()


START_STEPS = 6


class SweepDialog(QDialog):
    """Proposes the trained range of a condition; `sweep_requested` gives requests and condition on acceptance."""

    sweep_requested = Signal(object, str)

    def __init__(self, request: Request, parameters: Mapping[str, Parameter], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Sweep")
        self._request = request
        self._parameters = parameters
        self._requests: list[Request] = []
        self.condition = named(QComboBox(), "Condition to sweep", "The target that takes a new value at each step.")
        for name in parameters:
            self.condition.addItem(spec_of(name).title, name)
        self.low = named(NumberField(), "From", "Value of the first step.")
        self.high = named(NumberField(), "To", "Value of the last step.")
        self.steps = named(IntegerField(), "Steps", "How many equally spaced values, both ends included.")
        self.steps.setRange(2, MAX_STEPS)
        self.steps.setValue(START_STEPS)
        self.words = quiet()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setText("Add to the queue")
        self._lay_out()
        self.condition.currentIndexChanged.connect(lambda _: self._propose())
        for box in (self.low, self.high, self.steps):
            box.valueChanged.connect(lambda _: self._check())
        self.accepted.connect(lambda: self.sweep_requested.emit(self._requests, self.condition.currentData()))
        self._propose()
        FormUndo(self)

    def _propose(self) -> None:
        name = self.condition.currentData()
        spec, parameter = spec_of(name), self._parameters[name]
        for box, value in ((self.low, parameter.low), (self.high, parameter.high)):
            box.setDecimals(spec.decimals)
            box.setRange(max(spec.low, -1e9), min(spec.high, 1e9))
            box.setSingleStep((parameter.high - parameter.low) / 20)
            box.setValue(value)
        room = 1 - sum(v for n, v in self._request.targets.items() if n != name and spec_of(n).kind == "fraction")
        if spec.kind == "fraction":
            self.high.setValue(min(self.high.value(), room))
        self._check()

    def _check(self) -> None:
        try:
            self._requests = sweep_requests(
                self._request, self.condition.currentData(), self.low.value(), self.high.value(), self.steps.value()
            )
        except InputError as error:
            self._requests = []
            self.words.setText(str(error))
        else:
            self.words.setText(f"{len(self._requests)} volumes with seed {self._request.seed}; the other targets stay.")
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(bool(self._requests))

    def _lay_out(self) -> None:
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        form = QFormLayout(self)
        form.addRow("Condition", self.condition)
        form.addRow("From", self.low)
        form.addRow("To", self.high)
        form.addRow("Steps", self.steps)
        form.addRow(self.words)
        form.addRow(self.buttons)
        self.setMinimumWidth(380)
