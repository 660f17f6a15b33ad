"""What a file does not say about its volume: asked, with a layer that shows what comes of the answers."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, QTimer, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from microdesigner.app.volume_open import Choices
from microdesigner.app.workers.opening import Question, Survey, SurveyTask
from microdesigner.core.errors import InputError
from microdesigner.core.quantity import size_words
from microdesigner.gui import theme
from microdesigner.gui.compute_client import ComputeClient
from microdesigner.gui.importing.answers_form import AnswersForm
from microdesigner.gui.importing.layer_column import LayerColumn
from microdesigner.gui.importing.reading_form import ReadingForm
from microdesigner.gui.importing.slice_form import SliceForm
from microdesigner.gui.widgets.basics import fit_screen, named, quiet, scrolled
from microdesigner.gui.widgets.form_undo import FormUndo
from microdesigner.io.slices import is_picture

PAUSE_MS = 150  # so that a value being typed asks for one look
FORM_WIDTH, PICTURE_EDGE = 500, 230
SIZE = QSize(1020, 560)


class ImportDialog(QDialog):
    """Looks into one file and follows the choices; `given` has them when the user presses Open."""

    given = Signal(object)  # Choices

    def __init__(
        self, path: Path, reader: ComputeClient, before: Choices | None, last_nm: tuple[float, float, float] | None,
        parent: QWidget | None = None, for_training: bool = False, film: tuple[int, int, int] | None = None,
    ) -> None:  # fmt: skip
        """`for_training`: the file is the first of those that a data set is made of, which needs voxel edges. `film`:
        voxels of the film to be generated, of which one layer may be a slice; None where there is none."""
        super().__init__(parent)
        self.setWindowTitle(f"{'Import' if for_training else 'Open'} {path.name}")
        self._for_training = for_training
        self.path, self._film = path, film
        self.survey: Survey | None = None
        self._reader, self._before = reader, before
        self._pending: SurveyTask | None = None
        self._settled = False  # the survey is that of the choices as they stand
        self._failure = ""
        self.summary = quiet("Reading the file…")
        self.reading = ReadingForm()
        self.answers = answers = AnswersForm(last_nm, for_training)
        self.slice = SliceForm()
        self.slice.hide()
        self._place_before = before.place if before is not None else None
        self.voxel, self.voxel_source, self.as_before = answers.voxel, answers.voxel_source, answers.as_before
        self.cathode, self.cathode_source, self.phases = answers.cathode, answers.cathode_source, answers.phases
        self.picture = LayerColumn(PICTURE_EDGE)
        self.preview, self.layer = self.picture.preview, self.picture.layer
        self.message = QLabel()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._lay_out()
        self._connect()
        FormUndo(self)
        if before is not None:
            self.reading.show_options(before.options, _size(path))
            self.cathode.setCurrentIndex(max(0, self.cathode.findData(before.cathode)))
        self._look()

    def choices(self) -> Choices:
        """The answers as they stand."""
        survey, options = self.survey, self.reading.options()
        if survey is None:
            return Choices(options, self.cathode.currentData())
        options = self.answers.added_to(options, survey)
        place = self.slice.place() if self._one_layer() else None
        return Choices(options, self.cathode.currentData(), place)

    def accept(self) -> None:
        """Hand the answers over, unless one is missing."""
        if self._settled and not self._open_question():
            super().accept()
            self.given.emit(self.choices())

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Ask nothing more."""
        self._end()
        super().closeEvent(event)

    def restyle(self) -> None:
        """Take over a changed light or dark look."""
        self.preview.restyle()
        self._show_state()

    def _one_layer(self) -> bool:
        """Whether it can be a slice of a film to come."""
        return self._film is not None and self.survey is not None and 1 in self.survey.shape

    def _open_question(self) -> str:
        """The first sentence about what is missing; empty when all is there."""
        if self._failure:
            return self._failure
        if sentence := self.reading.open_question:
            return sentence
        if self.survey is None:
            return "Reading the file…"
        return self.answers.open_question

    def _look_soon(self) -> None:
        self._pending, self._settled = None, False
        self._pause.start()
        self._show_state()

    def _look(self) -> None:
        """Ask for what the file says and for a layer, by the choices as they stand."""
        self._failure, self._settled = "", False
        if self.reading.open_question:
            self._show_state()
            return
        choices = Choices(self.reading.options(), self.cathode.currentData())
        try:
            segmentation = self.answers.segmented()
        except InputError as error:
            self._failure = str(error)
            self._show_state()
            return
        choices = replace(choices, options=replace(choices.options, segmentation=segmentation))
        layer = None if self.survey is None else self.layer.value()
        self._pending = SurveyTask(self.path, choices, layer)
        self._reader.ask(self._pending)
        self._show_state()

    def _take(self, task: object, value: Any) -> None:
        if task is not self._pending:
            return
        self._settled = True
        if isinstance(value, Question):
            self._take_question(value)
        else:
            self._take_survey(value)
        self._show_state()

    def _take_question(self, question: Question) -> None:
        self.survey = None
        if question.topic == "raw":
            self.reading.ask_layout(_size(self.path))
        elif question.topic == "array":
            self.reading.show_arrays(question.found, None)
        else:
            self._failure = question.sentence

    def _take_survey(self, survey: Survey) -> None:
        known, self.survey = self.survey, survey
        self.reading.show_arrays(survey.arrays, survey.array)
        self.reading.show_axes(survey.axes_from)
        if known is None or (known.levels, known.voxel_nm, known.array) != (
            survey.levels,
            survey.voxel_nm,
            survey.array,
        ):
            before, self._before = self._before, None
            self.answers.show_facts(survey, before)
        self.picture.show_range(survey)
        self._show_layer()
        if survey.grey and not survey.limits:
            self._look()  # now with limits

    def _show_layer(self) -> None:
        """Draw the layer by the names as they stand."""
        if self.survey is not None:
            preview = self.picture.show_layer(self.survey, self.phases.names())
            if self.survey.grey:
                self.phases.show_preview(preview)

    def _show_state(self) -> None:
        """Show what is there, and what is missing before the volume can be opened."""
        survey = self.survey
        for widget in (self.answers, self.picture):
            widget.setVisible(survey is not None)
        self.slice.setVisible(self._one_layer())
        if survey is not None:
            size = size_words(survey.shape, " × ")
            kind = "grey values" if survey.grey else f"the values {', '.join(f'{v:g}' for v in survey.levels or ())}"
            self.summary.setText(f"{size} voxels along x, y and z; {kind}, stored as {survey.number}.")
            self.answers.show_sources(survey)
            if self._film is not None and self._one_layer():
                self.slice.show_layer(survey.shape, self._film, is_picture(self.path), self._place_before)
        elif self.reading.open_question:
            self.summary.setText("The file does not say how its numbers are to be read.")
        missing = self._open_question()
        colour = theme.status_colour(theme.BAD if self._failure else theme.EDGE)
        self.message.setText(missing)
        self.message.setStyleSheet(f"color: {colour}" if missing else "")
        self.open_button.setEnabled(not missing and self._settled)

    def _fail(self, task: object, sentence: str) -> None:
        if task is self._pending:
            self._failure = sentence
            self.summary.setText("")
            self._show_state()

    def _end(self) -> None:
        self._pause.stop()
        self._pending = None

    def _connect(self) -> None:
        self._reader.answered.connect(self._take)
        self._reader.failed.connect(self._fail)
        self._pause.timeout.connect(self._look)
        self.finished.connect(lambda _: self._end())
        self.reading.changed.connect(self._look_soon)
        self.voxel.changed.connect(self._show_state)
        self.answers.cathode_chosen.connect(self._look_soon)
        self.layer.valueChanged.connect(lambda _: self._look_soon())
        self.phases.changed.connect(self._phases_changed)
        self.preview.histogram.dragged.connect(lambda _: self._pause.stop())
        self.preview.limits_chosen.connect(self.phases.take_limits)

    def _phases_changed(self) -> None:
        """Names change the picture at once; limits are found in the file."""
        if self.survey is not None and self.survey.grey:
            self._look_soon()
        else:
            self._show_layer()
            self._show_state()

    def _lay_out(self) -> None:
        left = QWidget()
        column = QVBoxLayout(left)
        column.addWidget(self.reading)
        column.addWidget(self.answers)
        column.addWidget(self.slice)
        column.addStretch(1)
        middle = QHBoxLayout()
        area = scrolled(left)
        area.setFixedWidth(FORM_WIDTH)
        middle.addWidget(area)
        middle.addWidget(self.picture, 1)
        middle.addStretch()
        self.message.setWordWrap(True)
        foot = QHBoxLayout()
        foot.addWidget(self.message, 1)
        foot.addWidget(self._buttons())
        whole = QVBoxLayout(self)
        whole.addWidget(self.summary)
        whole.addLayout(middle, 1)
        whole.addLayout(foot)
        fit_screen(self, SIZE)

    def _buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox()
        word, tip = (
            ("Use", "Read the files so.") if self._for_training else ("Open", "Open the file with these answers.")
        )
        self.open_button = named(QPushButton(word), "Open the volume", tip)
        self.open_button.setProperty("role", "primary")
        self.open_button.setDefault(True)
        self.cancel = named(QPushButton("Cancel"), "Cancel", "Leave everything as it was.")
        for button in (self.as_before, self.phases.apart, self.cancel):
            button.setAutoDefault(False)  # the key Return opens, or does nothing
        buttons.addButton(self.open_button, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(self.cancel, QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        return buttons


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0
