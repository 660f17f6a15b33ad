"""Generations as tasks. The engine is imported in the worker process with the first of them, and stays loaded there."""

import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from microdesigner.app.workers.messages import Answer, Ready
from microdesigner.core.card import CARD_FILE
from microdesigner.core.events import Draft, GenerationEvent, Progress
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.request import Request
from microdesigner.core.result import Sample

ENGINE = "microdesigner.engine:Engine"


class EngineLike(Protocol):
    """What a generation needs of an engine."""

    def generate(self, request: Request) -> Iterator[GenerationEvent]:
        """Events of one request; closing the iterator cancels it."""
        ...

    def draft(self, request: Request) -> Draft:
        """A coarse look at what a request makes."""
        ...

    def analyse(self, volume: Microstructure) -> Sample:
        """What the model sees in a volume that it did not generate."""
        ...


@dataclass(frozen=True)
class LoadModel:
    """Loads the model in the folder `bundle`.

    Attributes
    ----------
    model : str
        Its name.
    bundle : Path
    engine : str
        A class with `load(folder, device, threads)`, as "module:class".
    device : str
        What computes: "auto", "cpu", "cuda" or "mps".
    threads : int or None
        Threads of one operation on the CPU; None for the engine's choice.
    """

    model: str
    bundle: Path
    engine: str = ENGINE
    device: str = "auto"
    threads: int | None = None

    def events(self) -> Iterator[Ready]:
        """Say that the model is loaded."""
        yield Ready(self.model, str(getattr(self.loaded(), "device", "cpu")))

    def loaded(self) -> EngineLike:
        """The engine with this model, which stays loaded until another model or device is asked for or its files
        change."""
        key = (self.engine, self.bundle, self.device, self.threads, _written(self.bundle / CARD_FILE))
        if key not in _loaded:
            _loaded.clear()
            module, _, name = self.engine.partition(":")
            engine = getattr(importlib.import_module(module), name)
            _loaded[key] = engine.load(str(self.bundle), self.device, self.threads)
        return _loaded[key]


@dataclass(frozen=True)
class Generate:
    """Serves a request by the model of `load`."""

    load: LoadModel
    request: Request

    def events(self) -> Iterator[GenerationEvent]:
        """Events of the generation."""
        yield from self.load.loaded().generate(self.request)


@dataclass(frozen=True)
class MakeDraft:
    """Makes a draft of what a request makes, by the model of `load`."""

    load: LoadModel
    request: Request

    def events(self) -> Iterator[Draft]:
        """The draft."""
        yield self.load.loaded().draft(self.request)


@dataclass(frozen=True)
class Analyse:
    """Answers the Sample that the model of `load` sees in a volume of other origin, with recipe and verdict."""

    load: LoadModel
    volume: Microstructure

    def events(self) -> Iterator[Progress | Answer]:
        """Load, then look."""
        engine = self.load.loaded()
        yield Progress("analyse", 0, 1)  # a volume that nobody looks at any more is dropped here
        yield Answer(engine.analyse(self.volume))


_loaded: dict[tuple[Any, ...], EngineLike] = {}  # of the worker process: one model at a time


def _written(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
