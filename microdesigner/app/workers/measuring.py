"""Measures and plotted statistics of volumes as tasks: plain data in, plain data out."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from microdesigner.app.workers.messages import Answer
from microdesigner.core.events import Progress
from microdesigner.core.material_constants import MaterialConstants
from microdesigner.core.microstructure import Microstructure

PROFILE, TORTUOSITY, CORRELATION = "profile", "tortuosity", "correlation"
CHORDS: dict[str, Literal["x", "y", "z"]] = {"chords-x": "x", "chords-y": "y", "chords-z": "z"}
STATISTICS = (PROFILE, *CHORDS, TORTUOSITY, CORRELATION)  # the quickest first


@dataclass(frozen=True)
class Line:
    """`y` over `x` of one phase, float64 arrays of one length; empty where the statistic does not exist."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]


@dataclass(frozen=True)
class MeasureTask:
    """Answers the measured values and the reasons for those that do not exist, as of a generated sample."""

    microstructure: Microstructure

    def events(self) -> Iterator[Progress | Answer]:
        """Measure."""
        from microdesigner.descriptors import sample_values

        report = sample_values(self.microstructure)
        yield Answer((report.values, report.reasons))


@dataclass(frozen=True)
class DescribeTask:
    """Answers all descriptors of a film, and the reasons for those that do not exist."""

    microstructure: Microstructure

    def events(self) -> Iterator[Progress | Answer]:
        """Measure."""
        from microdesigner.descriptors import describe

        report = describe(self.microstructure, "full")
        yield Answer((report.values, report.reasons))


@dataclass(frozen=True)
class PropertiesTask:
    """Answers all properties of a film, and the reasons for those that do not exist."""

    microstructure: Microstructure
    constants: MaterialConstants

    def events(self) -> Iterator[Progress | Answer]:
        """Compute, property by property."""
        from microdesigner.properties import PropertiesDone, property_events

        for event in property_events(self.microstructure, self.constants):
            if isinstance(event, PropertiesDone):
                yield Answer((event.report.values, event.report.reasons))
            else:
                yield event


@dataclass(frozen=True)
class LinesTask:
    """Answers one of STATISTICS as a Line per phase."""

    microstructure: Microstructure
    statistic: str

    def events(self) -> Iterator[Progress | Answer]:
        """Compute, phase by phase."""
        lines, phases = [], len(self.microstructure.phase_names)
        for label in range(phases):
            yield Progress(self.statistic, label, phases)
            lines.append(self._line(label))
        yield Answer(lines)

    def _line(self, label: int) -> Line:
        from microdesigner.descriptors.chord_length import chord_lengths
        from microdesigner.descriptors.correlation import radial_correlation
        from microdesigner.descriptors.curve import Curve
        from microdesigner.descriptors.profile import depth_profile
        from microdesigner.descriptors.tortuosity_histogram import tortuosity_histogram

        if self.statistic in CHORDS:
            curve = chord_lengths(self.microstructure, label, CHORDS[self.statistic])
        else:
            measures: dict[str, Callable[[Microstructure, int], Curve]] = {
                PROFILE: depth_profile, CORRELATION: radial_correlation, TORTUOSITY: tortuosity_histogram
            }  # fmt: skip
            curve = measures[self.statistic](self.microstructure, label)
        return Line(curve.position, curve.value)
