"""What should be known about the data before hours are spent on them."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget, QWizardPage

from microdesigner.app.workers.datasets import DatasetReport
from microdesigner.core.descriptor_spec import spec_of
from microdesigner.core.quantity import size_words
from microdesigner.gui import theme
from microdesigner.gui.background_task import BackgroundTask
from microdesigner.gui.widgets import plotting
from microdesigner.gui.widgets.basics import axis_html, heading, quiet
from microdesigner.gui.widgets.messages import ErrorBar
from microdesigner.gui.widgets.task_bar import TaskBar

MARKS = {"error": ("✗", theme.BAD), "warning": ("!", theme.EDGE), "note": ("i", theme.EDGE), "good": ("✓", theme.GOOD)}
PLOT_HEIGHT, COLUMNS = 100, 3


class ChecksPage(QWizardPage):
    """Findings in words and the ranges of what can be learned; complete unless one of them forbids training."""

    def __init__(self) -> None:
        super().__init__()
        self.setTitle("Checks")
        self.setSubTitle("Findings are recorded in the model, so that whoever uses it can read them.")
        self.report: DatasetReport | None = None
        self.task = BackgroundTask(self)
        self.error_bar = ErrorBar()
        self.error_bar.hide()
        self.summary = heading("")
        self.summary.setWordWrap(True)
        self._findings = QGridLayout()
        self._findings.setColumnStretch(1, 1)
        self._plots = QGridLayout()
        self._lay_out()
        self.task.result.connect(self._show)
        self.task.failed.connect(self.error_bar.show_error)

    def check(self, dataset: Path) -> None:
        """Check a data set in the background."""
        self.report = None
        self.error_bar.hide()
        _empty(self._findings)
        _empty(self._plots)
        self.summary.setText("Checking…")
        self.task.start("microdesigner.app.workers.datasets:report_dataset", dataset)

    def restyle(self) -> None:
        """Take over a changed light or dark look."""
        if self.report is not None:
            self._show(self.report)

    def cleanupPage(self) -> None:  # noqa: N802
        """Leave the checks behind."""
        self.task.close()

    def isComplete(self) -> bool:  # noqa: N802
        """Whether training can start on these data."""
        return self.report is not None and self.report.usable

    def _show(self, report: DatasetReport) -> None:
        self.report = report
        _empty(self._findings)
        _empty(self._plots)
        size, phases = size_words(report.shape), ", ".join(report.description.phase_names)
        self.summary.setText(
            f"{report.volumes} volumes of {size} voxels ({phases}), {report.held_out} of them kept for validation"
        )
        for row, check in enumerate(report.checks):
            sign, colours = MARKS[check.severity]
            mark = QLabel(f"<b style='color:{theme.status_colour(colours)}'>{sign}</b>")
            mark.setToolTip(check.severity)
            mark.setAccessibleName(check.severity)
            words = QLabel(_with_titles(f"{check.sentence} {check.remedy}".strip(), report.labels))
            words.setWordWrap(True)
            self._findings.addWidget(mark, row, 0, Qt.AlignmentFlag.AlignTop)
            self._findings.addWidget(words, row, 1)
        by_label = {entry.label: entry for entry in report.distributions}
        known = (*report.description.conditions, *report.description.process)
        for number, distribution in enumerate(by_label[label] for label in known if label in by_label):
            self._plots.addWidget(_histogram(distribution), number // COLUMNS, number % COLUMNS)
        self.completeChanged.emit()

    def _lay_out(self) -> None:
        content = QWidget()
        column = QVBoxLayout(content)
        column.addWidget(self.summary)
        column.addLayout(self._findings)
        column.addWidget(quiet("Ranges in the training volumes (filled) and in those kept for validation (line):"))
        column.addLayout(self._plots)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidget(content)
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        whole = QVBoxLayout(self)
        whole.addWidget(self.error_bar)
        whole.addWidget(TaskBar(self.task))
        whole.addWidget(area, 1)


def _histogram(distribution: Any) -> QWidget:
    """Shares of training and held-out volumes per bin."""
    import pyqtgraph

    spec = spec_of(distribution.label)
    widget = plotting.make_plot(f"Range of {distribution.label}", spec.meaning)
    widget.setFixedHeight(PLOT_HEIGHT)
    widget.getAxis("left").hide()
    edges = np.pad(distribution.edges, 1, mode="edge")  # bins of no width, so that the outline comes down at the ends
    for counts, colour, filled in (
        (distribution.training, plotting.accent(), True),
        (distribution.held_out, plotting.neutral(), False),
    ):
        shares = np.pad(counts / max(1, counts.sum()), 1)
        fill = {"fillLevel": 0, "brush": plotting.accent(90)} if filled else {}
        curve = pyqtgraph.PlotDataItem(edges, shares, stepMode="center", pen=colour, **fill)
        widget.addItem(curve)
    title = QLabel(axis_html(spec))
    title.setWordWrap(True)
    title.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom)
    whole = QWidget()
    column = QVBoxLayout(whole)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(title, 1)
    column.addWidget(widget)
    return whole


def _with_titles(sentence: str, labels: Sequence[str]) -> str:
    """`sentence` with the titles of labels in place of their names."""
    for label in sorted(labels, key=len, reverse=True):
        sentence = re.sub(rf"\b{re.escape(label)}\b", spec_of(label).title, sentence)
    return sentence


def _empty(layout: QGridLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.deleteLater()
