"""Sweeps in the window: the question, the steps in the queue, the contact sheet at the end."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QDialog, QWidget

from microdesigner.app.jobs import Job
from microdesigner.app.settings import Settings
from microdesigner.app.sweep import sweep_table
from microdesigner.gui.contact_sheet import contact_sheet
from microdesigner.gui.panels.targets import TargetsPanel
from microdesigner.gui.queue_link import QueueLink
from microdesigner.gui.widgets.sheet_dialog import SheetDialog
from microdesigner.gui.widgets.sweep_dialog import SweepDialog


class Sweeps(QObject):
    """Opens the two dialogues; everything between them is the queue's."""

    def __init__(self, targets: TargetsPanel, queue: QueueLink, settings: Settings, window: QWidget) -> None:
        super().__init__(window)
        self._targets, self._queue, self._settings, self._window = targets, queue, settings, window
        queue.swept.connect(self._ended)
        queue.sheet_ready.connect(self._show)

    def ask(self) -> None:
        """Ask what to sweep and let its steps wait for their turn."""
        request = self._targets.request()
        if request is None or self._targets.targets is None:
            return
        dialog = SweepDialog(request, self._targets.targets.parameters, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.wanted.connect(self._queue.enqueue)
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
