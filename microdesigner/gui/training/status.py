"""A training in the status bar of the window, whether its wizard is open or not."""

from PySide6.QtCore import QObject, QTimer, Signal

from microdesigner.app.training_progress import RunProgress, duration
from microdesigner.app.training_runs import RunState, TrainingRun, known_runs
from microdesigner.gui.widgets.basics import tool_button
from microdesigner.training.events import EventReader

FOLLOW_MS, LOOK_MS = 1000, 5000
STATES: dict[RunState, str] = {
    "running": "trains", "paused": "is paused", "stopping": "comes to its end", "interrupted": "was interrupted",
    "finished": "is trained",
}  # fmt: skip
TIP = "Show the training: its curves and samples, pause and stop."


class TrainingStatus(QObject):
    """Follows the training that runs, or the newest that does; `button` tells of it until a finished one was looked at.

    Trainings are processes of their own: one that was started before the window, or by a script, is found too.
    """

    run_requested = Signal(object)  # TrainingRun

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.run: TrainingRun | None = None
        self._progress = RunProgress({})
        self._reader: EventReader | None = None
        self.button = tool_button("", "Training", TIP, self._show)
        self.button.setAutoRaise(True)
        self.button.hide()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.follow)

    def start(self) -> None:
        """Look for trainings from now on."""
        self.follow()

    def stop(self) -> None:
        """Follow none any more."""
        self._timer.stop()

    def follow(self) -> None:
        """Take in what is new, and a training that began since."""
        if self.run is None or not self.run.unfinished:
            self._take(next((run for run in known_runs() if run.unfinished), self.run))
        if self.run is not None and self._reader is not None:
            for event in self._reader.read():
                self._progress.add(event)
            self._tell(self.run)
        self._timer.start(FOLLOW_MS if self.run is not None else LOOK_MS)

    def _take(self, run: TrainingRun | None) -> None:
        if run is None or (self.run is not None and run.folder == self.run.folder):
            return
        self.run, self._progress = run, RunProgress(run.config.estimated_seconds)
        self._reader = EventReader(run.folder / "events.jsonl")

    def _tell(self, run: TrainingRun) -> None:
        state: RunState = "finished" if self._progress.model is not None else run.state
        words = f"{run.config.name} {STATES[state]}"
        if state in ("running", "paused", "stopping"):
            words += f", {100 * self._progress.share:.0f} %"
        if state == "running" and self._progress.seconds_left:
            words += f", about {duration(self._progress.seconds_left)} left"
        self.button.setText(words)
        self.button.setToolTip(f"{words}.\n{TIP}")
        self.button.show()

    def _show(self) -> None:
        run = self.run
        if run is None:
            return
        if not run.unfinished:
            self.run = self._reader = None
            self.button.hide()
        self.run_requested.emit(run)
