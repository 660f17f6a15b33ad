"""Worker processes as Qt objects hear of them."""

from typing import Any

from PySide6.QtCore import QObject, QTimer

from microdesigner.app.workers import Task, Worker

POLL_MS = 10


class WorkerClient(QObject):
    """Asks a worker, and has `_take` told of every report while one is expected."""

    def __init__(self, worker: Worker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker = worker
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self._poll)

    @property
    def pid(self) -> int | None:
        """Number of the worker's process; None where there is none."""
        return self._worker.pid

    def close(self) -> None:
        """End the process and hear nothing more; returns at once."""
        self._timer.stop()
        self._worker.close()

    def _ask(self, task: Task) -> int:
        number = self._worker.ask(task)
        self._timer.start()
        return number

    def _poll(self) -> None:
        for number, event in self._worker.poll():
            self._take(number, event)
        if not self._worker.busy:
            self._timer.stop()

    def _take(self, number: int, event: Any) -> None:
        raise NotImplementedError
