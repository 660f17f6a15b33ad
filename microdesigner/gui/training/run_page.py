"""A training as it goes: curves, samples, targets against measured values, log, and the means to steer it."""

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWizardPage,
)

from microdesigner.app.training_progress import STAGE_TITLES, RunProgress, duration
from microdesigner.app.training_runs import RunState, TrainingRun
from microdesigner.core.errors import InputError
from microdesigner.gui.training.outcome import OutcomeBox
from microdesigner.gui.training.training_plots import TrainingPlots
from microdesigner.gui.widgets.basics import CollapsibleSection, named, scrolling_column
from microdesigner.gui.widgets.messages import ErrorBar
from microdesigner.training.events import EventReader

FOLLOW_MS = 500
PROGRESS_STEPS = 1000
WORDS: dict[RunState, str] = {
    "running": "Training",
    "paused": "Paused",
    "stopping": "Coming to its end",
    "interrupted": "Interrupted",
    "finished": "Finished",
}


class RunPage(QWizardPage):
    """Follows one run by its event log; the training neither knows nor needs this page."""

    installed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setTitle("Training")
        self.setSubTitle("A training goes on when this window is closed, and can be found here again.")
        self.run: TrainingRun | None = None
        self.progress = RunProgress({})
        self.status = QLabel()
        self.bar = named(QProgressBar(), "Progress of the training", "Progress of the whole training.")
        self.bar.setRange(0, PROGRESS_STEPS)
        self.error_bar = ErrorBar()
        self.plots: TrainingPlots | None = None  # made with the first run: plots take longer than all other pages
        self.outcome = OutcomeBox()
        self.log = named(QPlainTextEdit(), "Log", "What happened so far.")
        self.log.setReadOnly(True)
        self.log.setMaximumHeight(130)
        self.pause = named(QPushButton("Pause"), "Pause or continue", "Pause after writing a checkpoint, or continue.")
        self.stop = named(QPushButton("Stop and keep"), "Stop and keep the model",
            "End this stage now, run the remaining ones briefly, evaluate the model and keep it.")  # fmt: skip
        self.resume = named(QPushButton("Resume"), "Resume the training", "Go on from the last checkpoint.")
        self._interruption_shown = False
        self._connect_buttons()
        self._lay_out()
        self._reader: EventReader | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(FOLLOW_MS)
        self._timer.timeout.connect(self.follow)

    def show_run(self, run: TrainingRun) -> None:
        """Follow `run` from its first event on."""
        self.run = run
        self._interruption_shown = False
        for about_another in (self.error_bar, self.outcome):
            about_another.hide()
        self.setTitle(f"Training of {run.config.name}")
        self.progress = RunProgress(run.config.estimated_seconds)
        self._end_plots()
        self.log.clear()
        self.plots = TrainingPlots()
        self._middle.addWidget(self.plots)
        self._reader = EventReader(run.folder / "events.jsonl")
        self._timer.start()
        self.follow()

    def isComplete(self) -> bool:  # noqa: N802
        """A training can always be left to itself."""
        return True

    def follow(self) -> None:
        """Take in what is new."""
        if self.run is None or self._reader is None:
            return
        events = self._reader.read()
        before = self.progress.model
        for event in events:
            self.progress.add(event)
        if events:
            self._show_events()
        self._show_state("finished" if self.progress.model is not None else self.run.state)
        if self.progress.model is not None and before is None:
            self.outcome.show_model(self.progress.model, self.progress.accuracy)
            self.installed.emit(self.progress.model)

    def restyle(self) -> None:
        """Take over a changed light or dark look."""
        if self.plots is not None:
            self.plots.restyle()

    def close_all(self) -> None:
        """Stop following and free threads and graphics; the training goes on."""
        self._timer.stop()
        self._end_plots()

    def _end_plots(self) -> None:
        """Those of one training would keep curves and samples that another has not."""
        if self.plots is not None:
            self.plots.samples.close_scene()
            self.plots.deleteLater()
            self.plots = None

    def _show_events(self) -> None:
        progress = self.progress
        if self.plots is not None and self.run is not None:
            self.plots.show_progress(progress, self.run.folder)
        if self.log.blockCount() != len(progress.log):
            self.log.setPlainText("\n".join(progress.log))
            self.log.verticalScrollBar().setValue(self.log.verticalScrollBar().maximum())

    def _show_state(self, state: RunState) -> None:
        progress = self.progress
        words = [WORDS[state]]
        if state in ("running", "stopping") and not progress.log:
            words = ["Starting"]
        if state in ("running", "paused", "stopping"):
            words += [f"on {progress.device}"] if progress.device else []
            if progress.current and not progress.note:
                words.append(f"· {STAGE_TITLES[progress.current]}")
            words += [f"· {progress.note}"] if progress.note else []
        left = progress.seconds_left
        if state == "running" and left:
            words.append(f"· about {duration(left)} left")
        self.status.setText(" ".join(words))
        self.bar.setValue(round(PROGRESS_STEPS * (1.0 if state == "finished" else progress.share)))
        self.pause.setText("Continue" if state == "paused" else "Pause")
        for button, states in self._allowed.items():
            button.setVisible(state in states)
        if state != "interrupted" and self._interruption_shown:  # it was resumed, here or elsewhere
            self._interruption_shown = False
            self.error_bar.hide()
        elif state == "interrupted" and self.run is not None and not self._interruption_shown:
            self._interruption_shown = True
            self.error_bar.show_error(
                self.run.problem or "The training was interrupted; resume it from its last checkpoint.", self.run.log
            )

    def _toggle_pause(self) -> None:
        if self.run is not None:
            self.run.resume() if self.run.state == "paused" else self.run.pause()
            self.follow()

    def _stop(self) -> None:
        if self.run is not None:
            self.run.stop()
            self._interruption_shown = False
            self.error_bar.hide()
            self.follow()

    def _resume(self) -> None:
        if self.run is None:
            return
        try:
            self.run.start()
        except (InputError, OSError) as error:
            self.error_bar.show_error(
                f"The training could not be resumed ({error}); free some space or check its folder."
            )
            return
        self._interruption_shown = False
        self.error_bar.hide()
        self.follow()

    def _connect_buttons(self) -> None:
        self._allowed: dict[QPushButton, tuple[RunState, ...]] = {
            self.pause: ("running", "paused"),
            self.stop: ("running", "paused", "interrupted"),
            self.resume: ("interrupted",),
        }
        self.pause.clicked.connect(lambda: self._toggle_pause())
        self.stop.clicked.connect(lambda: self._stop())
        self.resume.clicked.connect(lambda: self._resume())

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self.status, 1)
        for button in self._allowed:
            top.addWidget(button)
        self._middle = QVBoxLayout()
        column = scrolling_column(self)
        column.addWidget(self.error_bar)
        column.addLayout(top)
        column.addWidget(self.bar)
        column.addWidget(self.outcome)
        column.addLayout(self._middle, 1)
        column.addWidget(CollapsibleSection("Log", self.log, "What happened so far."))
