"""The queue of generations: jobs in the order of their turn."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from microdesigner.core.request import Request
from microdesigner.core.result import Sample

MAX_ENDED = 2000  # older ones leave the list; what they made stays in the history


class State(StrEnum):
    """What has become of a job."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN_STATES = (State.WAITING, State.RUNNING)


@dataclass(frozen=True)
class Job:
    """A request and what has become of it.

    The steps of a sweep share the key `sweep` and differ in the condition `swept`, or in two, parted by a comma; those
    of a morph, for which it is "morph", in where they lie between two films.
    `samples` holds the seed and the measured values of what is finished, `message` why a job failed.
    """

    key: str
    request: Request
    state: State = State.WAITING
    message: str = ""
    sweep: str = ""
    swept: str = ""
    samples: tuple[dict[str, Any], ...] = ()

    @property
    def open(self) -> bool:
        """Whether there is still something to do."""
        return self.state in OPEN_STATES


class JobQueue:
    """The rules of the queue. `on_change` hears of every change, with all jobs in their order."""

    def __init__(self, on_change: Callable[[Sequence[Job]], None]) -> None:
        self.jobs: tuple[Job, ...] = ()
        self._on_change = on_change

    def load(self, jobs: Sequence[Job]) -> None:
        """Take over what an earlier run left; a job that it did not finish waits again."""
        self._set([replace(job, state=State.WAITING, samples=()) if job.open else job for job in jobs])

    def add(self, requests: Sequence[Request], swept: str = "") -> list[Job]:
        """Put requests at the end; with `swept` they are the steps of one sweep over that condition."""
        sweep = uuid.uuid4().hex if swept else ""
        added = [Job(uuid.uuid4().hex, request, sweep=sweep, swept=swept) for request in requests]
        self._set([*self.jobs, *added])
        return added

    def get(self, key: str) -> Job | None:
        """The job with this key."""
        return next((job for job in self.jobs if job.key == key), None)

    def next(self) -> Job | None:
        """The first job that waits."""
        return next((job for job in self.jobs if job.state is State.WAITING), None)

    def steps(self, sweep: str) -> list[Job]:
        """The steps of a sweep in their order."""
        return [job for job in self.jobs if sweep and job.sweep == sweep]

    def start(self, key: str) -> None:
        """A job has its turn."""
        self._change(key, lambda job: replace(job, state=State.RUNNING))

    def sampled(self, key: str, sample: Sample) -> None:
        """A running job has finished one of its samples."""
        record = {"seed": sample.seed, "measured": sample.measured}
        self._change(key, lambda job: replace(job, samples=(*job.samples, record)))

    def end(self, key: str, state: State, message: str = "") -> None:
        """An open job has come to `state`; one that ended already stays as it is."""
        self._change(key, lambda job: replace(job, state=state, message=message) if job.open else job)

    def lose(self, key: str, message: str) -> None:
        """What a job made could not be kept, so it is not done; `message` says why."""
        self._set(without_films(self.jobs, {key: message}))

    def again(self, key: str) -> None:
        """Let a job that ended wait for another turn."""
        self._change(key, lambda job: job if job.open else replace(job, state=State.WAITING, message="", samples=()))

    def move(self, key: str, by: int) -> None:
        """Let a waiting job come earlier (`by` < 0) or later among those that wait."""
        waiting = [job for job in self.jobs if job.state is State.WAITING]
        place = next((index for index, job in enumerate(waiting) if job.key == key), None)
        if place is None:
            return
        moved = waiting.pop(place)
        waiting.insert(min(len(waiting), max(0, place + by)), moved)
        order = iter(waiting)
        self._set([next(order) if job.state is State.WAITING else job for job in self.jobs])

    def remove(self, keys: Sequence[str]) -> None:
        """Forget jobs; a running one stays."""
        self._set([job for job in self.jobs if job.key not in keys or job.state is State.RUNNING])

    def clear_ended(self) -> None:
        """Remove all finished jobs from the list."""
        self._set([job for job in self.jobs if job.open])

    def _change(self, key: str, change: Callable[[Job], Job]) -> None:
        self._set([change(job) if job.key == key else job for job in self.jobs])

    def _set(self, jobs: Sequence[Job]) -> None:
        surplus = sum(not job.open for job in jobs) - MAX_ENDED
        listed = []
        for job in jobs:
            if surplus > 0 and not job.open:
                surplus -= 1
            else:
                listed.append(job)
        if tuple(listed) != self.jobs:
            self.jobs = tuple(listed)
            self._on_change(self.jobs)


def without_films(jobs: Sequence[Job], lost: Mapping[str, str]) -> list[Job]:
    """The jobs as they stand where films could not be kept; `lost` tells why, by the key of the job."""
    return [
        replace(job, state=State.FAILED, message=lost[job.key]) if job.key in lost and job.state is State.DONE else job
        for job in jobs
    ]
