"""The films of one `generate`: made in this process, or in several of this machine or of a cluster, and written."""

import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from microdesigner.core.events import Finished, GenerationEvent, Progress, SampleDone
from microdesigner.core.paths import remove_leftovers
from microdesigner.core.request import Request
from microdesigner.core.request_check import MOST_STREAMED, MOST_VOXELS, check_request
from microdesigner.core.result import Sample

if TYPE_CHECKING:
    from microdesigner.engine import Engine
    from microdesigner.engine.streaming import Crew

Entry = dict[str, Any]
_ONE_AT_A_TIME = Lock()  # threads of a cluster's worker share its engine


@dataclass(frozen=True)
class Written:
    """Film `index` is written: its `entry` of result.json, which names its file."""

    index: int
    entry: Entry


@dataclass(frozen=True)
class Ended:
    """All films are written; `seconds` of each stage."""

    seconds: dict[str, float]


FilmEvent = GenerationEvent | Written | Ended


@dataclass(frozen=True)
class Place:
    """Where films are written and as what: the folder, the formats' names, whether a picture is wanted."""

    folder: Path
    formats: tuple[str, ...]
    picture: bool

    @property
    def extensions(self) -> list[str]:
        """Those of the files of each film."""
        from microdesigner.io.registry import named_format

        return [named_format(name).extensions[0] for name in self.formats] + [".png"] * self.picture

    @property
    def tiled(self) -> bool:
        """Whether they can be written tile by tile."""
        from microdesigner.io.registry import TILED_FORMATS

        return len(self.formats) == 1 and self.formats[0] in TILED_FORMATS and not self.picture

    @staticmethod
    def stem(index: int) -> str:
        """Name of the files of film `index`, without an extension."""
        return f"sample-{index:04d}"

    def first(self, index: int) -> Path:
        """The file of film `index` in the first format."""
        return self.folder / f"{self.stem(index)}{self.extensions[0]}"

    def write(self, index: int, sample: Sample) -> Entry:
        """Write film `index` in every format, each file whole or absent; returns its entry of result.json."""
        from microdesigner.io.volumes import write

        stem, *others = (f"{self.stem(index)}{extension}" for extension in self.extensions)
        entry = sample.to_json(stem)
        volume = sample.microstructure.with_provenance(sample=entry)
        for file in (stem, *others):
            if not file.endswith(".png"):
                write(volume, self.folder / file)
        if self.picture:
            from microdesigner.view3d.pictures import picture

            picture(volume, self.folder / others[-1])
        return entry


@dataclass(frozen=True)
class Films:
    """Films to make: `count` of one request; or if `swept` one of each request of a sweep, which differ in their
    targets, or of a morph, which lie between two given films.

    A film is the same to the bit whether it is made alone or among others, by this process or by a worker that computes
    with as many threads.
    """

    requests: tuple[Request, ...]
    swept: bool

    def __len__(self) -> int:
        return len(self.requests) if self.swept else self.requests[0].count

    @property
    def targets(self) -> list[dict[str, float]] | None:
        """Those of each film of a sweep or a morph."""
        return [request.targets for request in self.requests] if self.swept else None

    def check(self, engine: "Engine", streamed: bool) -> None:
        """Raise InputError when the model cannot serve a request."""
        for request in self.requests:
            check_request(engine.card, request, MOST_STREAMED if streamed else MOST_VOXELS)

    def entry(self, index: int, entry: Entry) -> Entry:
        """The entry of film `index` in result.json: in a sweep or a morph with its own targets, in that with its place
        between the two films, 0 to 1."""
        if not self.swept:
            return entry
        given = self.requests[index].given
        own = {"blend": given.blend} if given and given.other else {}
        return {**entry, "targets": self.requests[index].targets, **own}

    def made_here(self, engine: "Engine", place: Place, wanted: Sequence[int]) -> Iterator[FilmEvent]:
        """Make and write the films `wanted` in this process."""
        for event in self._events(engine, wanted):
            if isinstance(event, SampleDone):
                yield Written(event.index, self.entry(event.index, place.write(event.index, event.sample)))
            elif isinstance(event, Finished):
                yield Ended(event.result.seconds)
            else:
                yield event
        if self.swept:
            yield Ended({})

    def _events(self, engine: "Engine", wanted: Sequence[int]) -> Iterator[GenerationEvent]:
        if not self.swept:
            yield from engine.generate(self.requests[0], keep_samples=False, wanted=wanted)
            return
        done = len(self) - len(wanted)
        yield Progress("sweep", done, len(self))
        requests = [self.requests[index] for index in wanted]
        alike = all(request.given == requests[0].given for request in requests)
        samples = engine.generate_each(requests) if alike else map(partial(_sample, engine), requests)
        for number, (index, sample) in enumerate(zip(wanted, samples, strict=True), done + 1):
            yield SampleDone(index, sample)
            yield Progress("sweep", number, len(self))

    def request_of(self, index: int) -> tuple[Request, int]:
        """The request that film `index` belongs to, and its number there."""
        return (self.requests[index], 0) if self.swept else (self.requests[0], index)


def _sample(engine: "Engine", request: Request) -> Sample:
    """The one sample of a request."""
    *_, last = engine.generate(request)
    assert isinstance(last, Finished)
    return last.result.samples[0]


def device_type(crew: "Crew | None", engine: "Engine") -> str:
    """The type of device that makes films; on a cluster that of the worker that is asked first."""
    from microdesigner.data.processes import task_processes

    if crew is None or crew.scheduler is None:
        return engine.device.type
    with task_processes(crew.workers, crew.scheduler) as processes:
        (found,) = processes.results([(_device_type, crew.device)])
    return str(found)


def made_by(
    crew: "Crew", films: Films, model: dict[str, str], device: str, place: Place, wanted: Sequence[int]
) -> Iterator[FilmEvent]:
    """Have `crew` make and write the films `wanted`, by the very weights `model` on devices of the type `device`; they
    come in any order.

    Raises InputError where a worker does not see the folder, has other weights or another type of device.
    """
    from microdesigner.data.processes import task_processes

    done, total = len(films) - len(wanted), len(films)
    yield Progress("films", done, total)
    seconds: dict[str, float] = {}
    place = replace(place, folder=place.folder.resolve())
    tasks = ((_make_film, *films.request_of(index), index, place, model, crew.device, device) for index in wanted)
    with task_processes(crew.workers, crew.scheduler) as processes:
        try:
            with closing(processes.results(tasks)) as results:
                for number, (index, entry, spent) in enumerate(results, done + 1):
                    for stage, value in spent.items():
                        seconds[stage] = seconds.get(stage, 0.0) + value
                    yield Written(index, films.entry(index, entry))
                    yield Progress("films", number, total)
        finally:
            remove_leftovers(place.folder)
    yield Ended(seconds)


def streamed(films: Films, engine: "Engine", crew: "Crew", place: Place, wanted: Sequence[int]) -> Iterator[FilmEvent]:
    """Have `crew` make the films `wanted` one after the other, each tile by tile."""
    from microdesigner.engine.streaming import FilmWritten

    started = time.perf_counter()
    for index in wanted:
        for event in engine.stream(films.requests[0], place.first(index), place.formats[0], index, crew):
            yield Written(index, event.entry) if isinstance(event, FilmWritten) else event
    yield Ended({"stream": time.perf_counter() - started})


def _make_film(
    request: Request, number: int, index: int, place: Place, model: dict[str, str], device: str, device_type: str
) -> tuple[int, Entry, dict[str, float]]:
    """Make sample `number` of `request` in a worker and write it as film `index`; returns `index`, its entry and the
    seconds of each stage."""
    from microdesigner.data.processes import visible
    from microdesigner.engine.worker_engine import worker_engine

    visible(place.folder)
    with _ONE_AT_A_TIME:
        engine = worker_engine(request.model, device, model, device_type)
        for event in engine.generate(request, keep_samples=False, wanted=[number]):
            if isinstance(event, SampleDone):
                entry = place.write(index, event.sample)
            elif isinstance(event, Finished):
                seconds = event.result.seconds
    return index, entry, seconds


def _device_type(device: str) -> str:
    from microdesigner.compute import choose_device

    return choose_device(device).type
