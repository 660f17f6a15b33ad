"""Own volumes as the wizard looks into them, shows them segmented, and imports them. What reads files runs in workers:
looks in a warm one that holds the file last read, the import in one of its own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from microdesigner.app.workers.messages import Answer
from microdesigner.app.workers.opening import Question
from microdesigner.core.events import Progress
from microdesigner.core.microstructure import PHASE_NAMES
from microdesigner.io.options import AS_THE_FILE_SAYS, ImportOptions, MissingOptionError

if TYPE_CHECKING:
    from microdesigner.data.importing import ImportPlan

Shape = tuple[int, int, int]


@dataclass(frozen=True)
class Found:
    """What lies in the places that the user named; see `data.importing.FoundVolumes`. `first` are path and item of the
    first volume, from which all but `count` is read."""

    summary: str
    count: int
    first: tuple[Path, str | None]
    shape: Shape
    levels: tuple[float, ...] | None
    voxel_nm: tuple[float, float, float] | None
    lateral: str | None
    oriented: bool
    mapping: tuple[tuple[float, int], ...]
    fractions: tuple[float, ...]
    edges_without_unit: tuple[float, float, float] | None = None
    axes_from: str = "file"
    array: str | None = None
    arrays: tuple[str, ...] = ()

    @property
    def grey(self) -> bool:
        """Whether the values need a segmentation."""
        return self.levels is None


@dataclass(frozen=True)
class Preview:
    """A layer [x, y] in grey and in phases, and the share of each phase by name.

    `counts` (bins) and `edges` (bins + 1) are the histogram of the whole volume, `limits` the greatest grey values of
    the darker bands (empty for labels), `bands` the phase of each band. `pieces` are the size of the pieces into which
    the volume is cut and how many are for training and validation; None where it stays whole. `names`: of the labels.
    """

    grey: NDArray[np.float32]
    phases: NDArray[np.uint8]
    fractions: dict[str, float]
    counts: NDArray[np.int64]
    edges: NDArray[np.float64]
    limits: tuple[float, ...]
    bands: tuple[int, ...]
    pieces: tuple[Shape, int, int] | None = None
    names: tuple[str, ...] = PHASE_NAMES

    def divided(self, limits: Sequence[float]) -> "Preview":
        """The same layer divided at other limits, at once; shares are those of the histogram's bins."""
        bands = np.array(self.bands, np.uint8)
        middles = (self.edges[1:] + self.edges[:-1]) / 2
        shares = np.bincount(bands[np.digitize(middles, limits, right=True)], self.counts, len(self.names))
        return replace(
            self,
            phases=bands[np.digitize(self.grey, limits, right=True)],
            fractions={name: float(shares[self.names.index(name)] / self.counts.sum()) for name in self.fractions},
            limits=tuple(limits),
        )


@dataclass(frozen=True)
class LookTask:
    """Answers what lies in `sources` when they are read by `reading`, or the Question that must be answered first;
    raises InputError naming what is missing or unreadable."""

    sources: tuple[str, ...]
    reading: ImportOptions = AS_THE_FILE_SAYS

    def events(self) -> Iterator[Progress | Answer]:
        """Look."""
        from microdesigner.data.importing import find_volumes

        try:
            found = find_volumes(self.sources, self.reading)
        except MissingOptionError as error:
            yield Answer(Question(error.question, str(error), error.found))
            return
        first = found.volumes[0]
        yield Answer(
            Found(
                found.summary, len(found.volumes), (first.path, first.item), found.shape, found.levels, found.voxel_nm,
                found.lateral, found.oriented, found.suggested_mapping, found.fractions,
                found.edges_without_unit, found.axes_from, found.array, found.arrays,
            )
        )  # fmt: skip


@dataclass(frozen=True)
class PreviewTask:
    """Answers the middle layer of the volume `first` as `plan`, the fields of an ImportPlan, would segment it."""

    first: tuple[Path, str | None]
    plan: dict[str, Any]

    def events(self) -> Iterator[Progress | Answer]:
        """Segment."""
        from microdesigner.data.importing import SourceVolume, segmentation_preview

        plan = import_plan(self.plan)
        shown = segmentation_preview(SourceVolume(*self.first), plan)
        film = (shown.grey.shape[0], shown.grey.shape[1], shown.layers)
        yield Answer(
            Preview(
                shown.grey, shown.phases, shown.fractions, shown.counts, shown.edges, shown.limits,
                tuple(phase for _, phase in plan.mapping), _pieces(plan, film),
            )
        )  # fmt: skip


def import_volumes(path: Path, plan: dict[str, Any], workers: int) -> Iterator[Progress]:
    """Import into the data set `path`; `plan` holds the fields of an ImportPlan, its parts as fields again."""
    from microdesigner.data.importing import import_dataset

    path.parent.mkdir(parents=True, exist_ok=True)
    return import_dataset(path, import_plan(plan), workers)


def import_plan(plan: dict[str, Any]) -> "ImportPlan":
    """The plan with these fields; raises InputError naming an answer that cannot be."""
    from microdesigner.data.importing import Cut, ImportPlan, Segmentation

    parts: dict[str, Any] = {}
    if plan.get("segmentation"):
        parts["segmentation"] = Segmentation(**plan["segmentation"])
    if plan.get("cut"):
        parts["cut"] = Cut(**plan["cut"])
    return ImportPlan(**{**plan, **parts})


def _pieces(plan: "ImportPlan", film: Shape) -> tuple[Shape, int, int] | None:
    if plan.cut is None:
        return None
    from microdesigner.data.importing.windows import split_windows

    windows = split_windows(film, plan.cut)
    held_out = sum(window.held_out is True for window in windows)
    return (*windows[0].size, film[2]), sum(window.held_out is False for window in windows), held_out
