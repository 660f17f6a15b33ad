"""One warm process beside the window that holds the engine."""

import contextlib
import multiprocessing
import queue
import threading
from multiprocessing.connection import Connection
from pathlib import Path

from microdesigner.app.messages import Failed, Report
from microdesigner.app.tasks import Task
from microdesigner.app.worker import Job, serve
from microdesigner.core.errors import MicrodesignerError
from microdesigner.core.request import Request

ENGINE = "microdesigner.engine:Engine"
SECONDS_TO_CLOSE = 0.3
RESTARTS = 3


class EngineProcess:
    """Starts, feeds and restarts the engine's process. All methods return at once; `poll` brings what happened since.

    `factory` names a class with `load(folder)` by module and attribute, imported in the process alone.
    """

    def __init__(self, factory: str = ENGINE) -> None:
        self._factory = factory
        self._context = multiprocessing.get_context("spawn")
        self._cancelled_up_to = self._context.Value("q", -1)
        self._reports: queue.SimpleQueue[Report | None] = queue.SimpleQueue()
        self._process: multiprocessing.process.BaseProcess | None = None
        self._connection: Connection | None = None
        self._reader: threading.Thread | None = None
        self._number = 0
        self._restarts = 0

    @property
    def running(self) -> bool:
        """Whether the process lives."""
        return self._process is not None and self._process.is_alive()

    @property
    def pid(self) -> int | None:
        """The process's number."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start the process; it imports the engine when the first model is asked for."""
        ours, theirs = self._context.Pipe()
        self._process = self._context.Process(
            target=serve, args=(theirs, self._cancelled_up_to, self._factory), name="microdesigner-engine", daemon=True
        )
        self._process.start()
        theirs.close()
        self._connection = ours
        self._reader = threading.Thread(target=self._read, args=(ours,), name="engine-reader", daemon=True)
        self._reader.start()

    def warm(self, model: str, bundle: Path) -> int:
        """Load the model in the folder `bundle` ahead of its first request."""
        return self._send(model, str(bundle), None)

    def submit(self, request: Request, bundle: Path) -> int:
        """Queue a request for the model in the folder `bundle`; returns the number that its reports carry."""
        return self._send(request.model, str(bundle), request)

    def draft(self, request: Request, bundle: Path) -> int:
        """Queue a request for which a Draft is enough; returns the number that its reports carry."""
        return self._send(request.model, str(bundle), request, draft=True)

    def cancel(self) -> None:
        """Stop every job submitted so far at its next event."""
        self._cancelled_up_to.value = self._number

    def poll(self) -> list[Report]:
        """Reports since the last call; when the process died, a fatal Failed comes last and it is started again."""
        reports: list[Report] = []
        with contextlib.suppress(queue.Empty):
            while True:
                report = self._reports.get_nowait()
                reports.append(report if report is not None else self._after_death())
        return reports

    def close(self) -> None:
        """End the process, by force when it does not answer at once."""
        self.cancel()
        process, connection, reader = self._process, self._connection, self._reader
        self._process = self._connection = self._reader = None
        if process is None or connection is None or reader is None:
            return
        with contextlib.suppress(OSError):
            connection.send(None)
        process.join(SECONDS_TO_CLOSE)
        if process.is_alive():
            process.kill()
            process.join()
        reader.join()
        connection.close()
        process.close()

    def _send(self, model: str, bundle: str, request: Request | Task | None, draft: bool = False) -> int:
        self._number += 1
        if self._connection is None:
            raise MicrodesignerError("The engine is not running; start the program again.")
        # A process that just died is noticed by the reader, which reports it.
        with contextlib.suppress(OSError):
            self._connection.send(Job(self._number, model, bundle, request, draft))
        return self._number

    def _read(self, connection: Connection) -> None:
        try:
            while True:
                self._reports.put(connection.recv())
        except (EOFError, OSError):
            self._reports.put(None)

    def _after_death(self) -> Report:
        if self._process is None:
            return self._number, Failed("The engine was closed.", fatal=True)
        self._process.join(SECONDS_TO_CLOSE)
        code = self._process.exitcode
        self._restarts += 1
        again = self._restarts <= RESTARTS
        if again:
            self.start()
        remedy = "it was started again, so try once more" if again else "close other programs and start this one again"
        return self._number, Failed(f"The engine stopped unexpectedly; {remedy}.", f"Exit code {code}.", True)
