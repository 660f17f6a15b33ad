"""The queue under the views: what waits, runs and ended, in the order of its turn."""

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from microdesigner.app.store.jobs import Job, State
from microdesigner.app.sweep import MORPH, swept_names
from microdesigner.app.value_words import symbol_html
from microdesigner.core.descriptor_spec import spec_of
from microdesigner.gui.widgets.basics import CollapsibleSection, as_text, named, tool_button
from microdesigner.gui.widgets.rich_text import RICH, RichDelegate, plain

HEIGHT = 98
_KEY = Qt.ItemDataRole.UserRole
_MARKS = {State.WAITING: "…", State.RUNNING: "▶", State.DONE: "✓", State.FAILED: "⚠", State.CANCELLED: "✕"}
HINT = "Generations in their order. Generate adds to them while one runs; the queue is kept when the program ends."


class QueuePanel(QWidget):
    """Shows jobs and tells what the user wants of them."""

    moved = Signal(str, int)
    removed = Signal(object)  # keys
    cancelled = Signal(str)
    repeated = Signal(str)
    paused = Signal(bool)
    cleared = Signal()
    sheet_requested = Signal(str)  # sweep

    def __init__(self) -> None:
        super().__init__()
        self.list = named(_List(), "Queue", HINT)
        self.list.unwanted.connect(self._remove)
        self.list.currentItemChanged.connect(lambda *_: self._show_possible())
        self._jobs: dict[str, Job] = {}
        self.pause = tool_button("Pause", "Pause the queue", "Start no further jobs until you continue.", lambda: None)
        self.pause.setCheckable(True)
        self.pause.toggled.connect(self._show_paused)
        self.pause.toggled.connect(self.paused)
        self.up = tool_button("↑", "Earlier", "Move the selected job up.", lambda: self._move(-1))
        self.down = tool_button("↓", "Later", "Move the selected job down.", lambda: self._move(1))
        self.cancel = tool_button("Cancel", "Cancel job", "Cancel the selected job.", self._cancel)
        self.again = tool_button("Again", "Run again", "Add the selected job to the queue again.", self._repeat)
        self.remove = tool_button(
            "Remove", "Remove job", "Remove the selected jobs from the list (Delete).", self._remove
        )
        self.sheet = tool_button(
            "Sheet…",
            "Contact sheet",
            "Show the films of the selected job's sweep side by side.",
            self._request_sheet,
        )
        self.clear = tool_button(
            "Clear", "Clear ended jobs", "Remove all finished jobs from the list.", self.cleared.emit
        )
        content = QWidget()
        self._lay_out(content)
        self.section = CollapsibleSection("Queue", content, HINT)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.section)
        self.show_jobs(())

    def show_jobs(self, jobs: Sequence[Job]) -> None:
        """Show these jobs; what is chosen stays so."""
        if list(self._jobs) == [job.key for job in jobs]:
            for row, job in enumerate(jobs):
                if job is not self._jobs[job.key]:
                    self._fill(row, job)
        else:
            chosen, current = set(self.chosen()), self._current()
            self.list.clear()
            self.list.addTopLevelItems([QTreeWidgetItem() for _ in jobs])
            for row, job in enumerate(jobs):
                self._fill(row, job)
                item = self.list.topLevelItem(row)
                if item is not None and current is not None and job.key == current.key:
                    self.list.setCurrentItem(item)
                if item is not None:
                    item.setSelected(job.key in chosen)
        self._jobs = {job.key: job for job in jobs}
        waiting = sum(job.state is State.WAITING for job in jobs)
        self.section.button.setText(f"Queue ({waiting} waiting)" if waiting else "Queue")
        self._show_possible()

    def _fill(self, row: int, job: Job) -> None:
        """Tell of a job in its row."""
        item = self.list.topLevelItem(row)
        if item is None:
            return
        item.setData(0, _KEY, job.key)
        for column, html in enumerate((f"{_MARKS[job.state]} {job.state}", describe(job), outcome(job))):
            item.setText(column, plain(html))
            if column:
                item.setData(column, RICH, html)
            item.setToolTip(column, as_text(explain(job)))
        if job.state is State.RUNNING:
            self.list.scrollToItem(item)

    def chosen(self) -> list[str]:
        """Keys of the chosen jobs."""
        return [str(item.data(0, _KEY)) for item in self.list.selectedItems()]

    def choose(self, key: str) -> None:
        """Choose one job."""
        for row in range(self.list.topLevelItemCount()):
            item = self.list.topLevelItem(row)
            if item is not None and item.data(0, _KEY) == key:
                self.list.setCurrentItem(item)

    def _current(self) -> Job | None:
        item = self.list.currentItem()
        return self._jobs.get(item.data(0, _KEY)) if item is not None else None

    def _show_paused(self, paused: bool) -> None:
        self.pause.setText("Continue" if paused else "Pause")

    def _show_possible(self) -> None:
        job = self._current()
        waiting = job is not None and job.state is State.WAITING
        self.up.setEnabled(waiting)
        self.down.setEnabled(waiting)
        self.cancel.setEnabled(job is not None and job.open)
        self.again.setEnabled(job is not None and not job.open)
        self.remove.setEnabled(job is not None and job.state is not State.RUNNING)
        self.sheet.setEnabled(job is not None and job.swept not in ("", MORPH))
        self.clear.setEnabled(any(not job.open for job in self._jobs.values()))

    def _move(self, by: int) -> None:
        if (job := self._current()) is not None:
            self.moved.emit(job.key, by)

    def _cancel(self) -> None:
        if (job := self._current()) is not None:
            self.cancelled.emit(job.key)

    def _repeat(self) -> None:
        if (job := self._current()) is not None:
            self.repeated.emit(job.key)

    def _remove(self) -> None:
        self.removed.emit(self.chosen())

    def _request_sheet(self) -> None:
        if (job := self._current()) is not None:
            self.sheet_requested.emit(job.sweep)

    def _lay_out(self, content: QWidget) -> None:
        buttons = QGridLayout()
        buttons.setSpacing(4)
        places = (
            (self.pause, self.sheet, self.clear), (self.cancel, self.again, self.remove), (self.up, self.down),
        )  # fmt: skip
        for row, beside in enumerate(places):
            for column, button in enumerate(beside):
                button.setSizePolicy(button.sizePolicy().Policy.Expanding, button.sizePolicy().Policy.Fixed)
                buttons.addWidget(button, row, column)
        row_layout = QHBoxLayout(content)
        row_layout.setContentsMargins(0, 0, 0, 0)
        row_layout.addWidget(self.list, 1)
        row_layout.addLayout(buttons)


class _List(QTreeWidget):
    """A table of jobs; Delete does not want the chosen ones."""

    unwanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setHeaderLabels(["State", "Request", "Outcome"])
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setFixedHeight(HEIGHT)
        self._delegate = RichDelegate(self)
        self.setItemDelegate(self._delegate)
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self.header().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.header().setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Delete; everything else as in every list."""
        if event.key() == Qt.Key.Key_Delete:
            self.unwanted.emit()
        else:
            super().keyPressEvent(event)


def describe(job: Job) -> str:
    """What a job asks for, in few words, as HTML; what is swept comes first, where little room cuts it last."""
    request = job.request
    swept_first = sorted(request.targets.items(), key=lambda target: target[0] not in swept_names(job.swept))
    targets = [_told(name, value) for name, value in swept_first]
    count = f"{request.count} samples, " if request.count > 1 else ""
    between = f"{escape(request.given.region)} · " if request.given and request.given.other else ""
    return f"{between}{', '.join(targets) or 'free'} · {count}seed {request.seed} · {escape(request.model)}"


def explain(job: Job) -> str:
    """A job in words, line by line."""
    first = job.samples[0]["measured"] if job.samples else {}
    lines = [f"{job.state.capitalize()}: {job.request.model}, seed {job.request.seed}, {job.request.steps} steps"]
    for name, target in job.request.targets.items():
        measured = "" if first.get(name) is None else f", measured {spec_of(name).written(first[name])}"
        lines.append(f"{spec_of(name).title}: {spec_of(name).written(target)}{measured}")
    if (given := job.request.given) is not None:
        kept = f"Keeps {given.region or 'a part of a film'}, {100 * given.share:.3g} %"
        lines.append(given.region if given.other else kept)
    return "\n".join([*lines, *([job.message] if job.message else [])])


def outcome(job: Job) -> str:
    """What has become of a job, as HTML: what was measured, or why there is nothing."""
    if job.message:
        return escape(job.message)
    if job.state is State.RUNNING and job.request.count > 1:
        return f"{len(job.samples)} of {job.request.count}"
    if not job.samples:
        return ""
    measured_targets = [name for name in job.request.targets if job.samples[0]["measured"].get(name) is not None]
    return ", ".join(_told(name, job.samples[0]["measured"][name]) for name in measured_targets)


def _told(name: str, value: float) -> str:
    spec = spec_of(name)
    return f"{symbol_html(spec.symbol)}&nbsp;{spec.written(value)}"
