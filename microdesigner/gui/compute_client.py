"""Between the window and the process that measures: tasks go out, answers come back."""

from PySide6.QtCore import QObject, QTimer, Signal

from microdesigner.app.analyst import AnalystProcess
from microdesigner.app.messages import EngineEvent, Failed
from microdesigner.app.tasks import Answer, Task
from microdesigner.core.events import Progress
from microdesigner.gui.engine_client import POLL_MS


class ComputeClient(QObject):
    """Computes tasks in a process of its own, one after the other; it starts with the first of them."""

    answered = Signal(object, object)  # task, value
    progressed = Signal(object, int, int)  # task, done, total
    failed = Signal(object, str, str)  # task, sentence, details

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process = AnalystProcess()
        self._tasks: dict[int, Task] = {}
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self._poll)

    @property
    def busy(self) -> bool:
        """Whether a task is under way."""
        return bool(self._tasks)

    def ask(self, task: Task) -> None:
        """Compute a task; `answered` or `failed` tells of it."""
        if self._process.pid is None:
            self._process.start()
        self._tasks[self._process.ask(task)] = task
        self._timer.start()

    def close(self) -> None:
        """Stop everything; returns within a second."""
        self._timer.stop()
        self._tasks.clear()
        self._process.close()

    def _poll(self) -> None:
        for number, event in self._process.poll():
            if isinstance(event, Failed) and event.fatal:
                for task in list(self._tasks.values()):
                    self.failed.emit(task, event.message, event.details)
                self._tasks.clear()
            else:
                self._tell(number, event)
        if not self._tasks:
            self._timer.stop()

    def _tell(self, number: int, event: EngineEvent) -> None:
        if number in self._tasks and isinstance(event, Progress):
            self.progressed.emit(self._tasks[number], event.done, event.total)
        elif number in self._tasks and isinstance(event, Answer | Failed):
            task = self._tasks.pop(number)
            if isinstance(event, Answer):
                self.answered.emit(task, event.value)
            else:
                self.failed.emit(task, event.message, event.details)
