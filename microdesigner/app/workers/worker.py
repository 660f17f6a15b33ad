"""The window's side of a worker process. No method waits for the process or for a pipe: threads do."""

import queue
import signal
import threading
import time
from collections import deque

from microdesigner.app.workers.link import Link, Message
from microdesigner.app.workers.messages import ENDS, Cancelled, Failed, Report, Task
from microdesigner.app.workers.process import SECONDS_TO_END
from microdesigner.core.processes import StopWatch

SECONDS_TO_CANCEL = 10.0  # a task that does not obey for so long is ended with its process when another one waits


class Worker:
    """Computes tasks one after the other in a process of lower priority, started with the first of them.

    A process that crashes, or is stopped from outside, is replaced: the task that ran fails with one sentence, those
    that wait go to the new process. All methods belong to one thread; `poll` brings what happened since.

    Parameters
    ----------
    name : str
        What stops unexpectedly, in the user's words; begins the sentence that says so.
    """

    def __init__(self, name: str = "The background work") -> None:
        self.name = name
        self._state = threading.Condition()
        self._waiting: deque[tuple[int, Task]] = deque()
        self._inbox: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._link: Link | None = None
        self._number = 0
        self._unfinished: set[int] = set()
        self._cancelled_at = 0.0
        self._watch = StopWatch()

    @property
    def busy(self) -> bool:
        """Whether the end of a task is still to be polled."""
        return bool(self._unfinished)

    @property
    def pid(self) -> int | None:
        """The process's number; None where there is none yet."""
        return self._link.pid if self._link else None

    def start(self) -> None:
        """Start the process ahead of the first task."""
        if self._link is None:
            self._link = Link(self._state, self._waiting, self._inbox)

    def ask(self, task: Task) -> int:
        """Queue a task; returns the number that its reports carry."""
        self._number += 1
        self._unfinished.add(self._number)
        with self._state:
            self._waiting.append((self._number, task))
            self._state.notify_all()
        self.start()
        return self._number

    def cancel(self, number: int | None = None) -> None:
        """Cancel task `number`, or every task asked so far: one that waits at once, one that runs at its next event."""
        with self._state:
            for waiting in [task for task in self._waiting if number in (None, task[0])]:
                self._waiting.remove(waiting)
                self._inbox.put((waiting[0], Cancelled()))
            link = self._link
            if link is not None and number in (None, link.current) and link.cancel():
                self._cancelled_at = time.monotonic()

    def restart(self, reason: Failed | Cancelled | None = None) -> None:
        """Kill the process and start another; the task that runs ends with `reason`, those that wait go on."""
        link, self._link = self._link, None
        if link is not None:
            link.end(seconds=0)
            if (number := link.current) is not None:
                self._inbox.put((number, reason or Cancelled()))
        self.start()

    def poll(self) -> list[Report]:
        """Reports since the last call, in their order; the last of a task is Done, Failed or Cancelled."""
        self._look_after()
        reports: list[Report] = []
        while not self._inbox.empty():
            message = self._inbox.get()
            if isinstance(message, Link):
                ends = self._after_death(message) if message is self._link else []
            else:
                ends = [message]
            for number, event in ends:
                if number in self._unfinished:
                    reports.append((number, event))
                    if isinstance(event, ENDS):
                        self._unfinished.discard(number)
        return reports

    def close(self) -> None:
        """Cancel everything and end the process, by force when it has not ended in two seconds; returns at once."""
        self.cancel()
        link, self._link = self._link, None
        self._unfinished.clear()
        if link is not None:
            link.end(SECONDS_TO_END)

    def _after_death(self, link: Link) -> list[Report]:
        """Reports of what ended with its process."""
        self._link = None
        failure = Failed(self._obituary(link), link.fate, fatal=True)
        if not link.connected:  # another one would not start either
            with self._state:
                numbers = [number for number, _ in self._waiting]
                self._waiting.clear()
            return [(number, failure) for number in numbers]
        self.start()
        if link.current is None:
            return []
        return [(link.current, Cancelled() if link.cancelled else failure)]

    def _obituary(self, link: Link) -> str:
        if not link.connected:
            return f"{self.name} could not be started; close other programs and try again."
        if link.exit_code == -getattr(signal, "SIGKILL", 9):
            return (
                f"{self.name} was ended by the system, perhaps for lack of memory; it was started again, so try again."
            )
        return f"{self.name} stopped unexpectedly; it was started again, so try again."

    def _look_after(self) -> None:
        """Replace a process that does not end a cancelled task while another one waits, or that was stopped."""
        link, now = self._link, time.monotonic()
        if link is None or link.current is None:
            return
        if link.cancelled and self._waiting and now - self._cancelled_at > SECONDS_TO_CANCEL:
            self.restart()
        elif self._watch.standing([link.pid]):
            self.restart(Failed(f"{self.name} stood still and was started again, so try again.", fatal=True))
