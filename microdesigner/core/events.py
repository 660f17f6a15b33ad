"""What long work tells whoever listens. Work is a generator of these; closing the generator cancels it."""

from collections.abc import Callable
from dataclasses import dataclass

from microdesigner.core.microstructure import PhaseArray
from microdesigner.core.result import Result, Sample


@dataclass(frozen=True)
class Progress:
    """`done` of `total` units of `stage` are finished."""

    stage: str
    done: int
    total: int


Listener = Callable[[Progress], None]
"""Who is told of progress."""


@dataclass(frozen=True)
class Preview:
    """A coarse look at the first volume while it is being denoised: labels [x, y, z], fewer voxels than the result."""

    phases: PhaseArray


@dataclass(frozen=True)
class Draft:
    """The answer to a request for a quick look: coarse labels [x, y, z] of the whole first volume."""

    phases: PhaseArray


@dataclass(frozen=True)
class SampleDone:
    """Sample `index` of the request is decoded and measured."""

    index: int
    sample: Sample


@dataclass(frozen=True)
class Finished:
    """The last event of a generation."""

    result: Result


GenerationEvent = Progress | Preview | Draft | SampleDone | Finished
