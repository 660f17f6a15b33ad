"""Own volumes as the wizard looks into them and imports them, and how a layer of one is shown. What reads files runs in
workers: looks in a warm one, the import in one of its own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from microdesigner.app.workers.messages import Answer
from microdesigner.core.events import Progress
from microdesigner.core.microstructure import PHASE_NAMES
from microdesigner.io.options import AS_THE_FILE_SAYS, ImportOptions, MissingOptionError

if TYPE_CHECKING:
    from microdesigner.data.importing import ImportPlan

Shape = tuple[int, int, int]


@dataclass(frozen=True)
class Found:
    """What lies in the places that the user named; see `data.importing.FoundVolumes`. `first` are path and item of the
    first volume, from which all but `count` is read. `complete`: nothing is to be asked about it."""

    summary: str
    count: int
    first: tuple[Path, str | None]
    shape: Shape
    voxel_nm: tuple[float, float, float] | None
    complete: bool


@dataclass(frozen=True)
class Undecided:
    """The first volume, path and item, leaves a question open before its numbers can be read."""

    first: tuple[Path, str | None]


@dataclass(frozen=True)
class Preview:
    """A layer [x, y] in grey and in phases, and the share of each phase by name.

    `counts` (bins) and `edges` (bins + 1) are the histogram of the whole volume, `limits` the greatest grey values of
    the darker bands (empty for labels), `bands` the phase of each band. `names`: of the labels.
    """

    grey: NDArray[np.float32]
    phases: NDArray[np.uint8]
    fractions: dict[str, float]
    counts: NDArray[np.int64]
    edges: NDArray[np.float64]
    limits: tuple[float, ...]
    bands: tuple[int, ...]
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
    """Answers what lies in `sources` when they are read by `reading`, or that the first volume is Undecided; raises
    InputError naming what is missing or unreadable."""

    sources: tuple[str, ...]
    reading: ImportOptions = AS_THE_FILE_SAYS

    def events(self) -> Iterator[Progress | Answer]:
        """Look."""
        from microdesigner.data.importing import find_volumes, source_volumes

        first = source_volumes(self.sources, self.reading)[0]
        place = (first.path, first.item)
        try:
            found = find_volumes(self.sources, self.reading)
        except MissingOptionError:
            yield Answer(Undecided(place))
            return
        complete = found.labelled and found.oriented and found.voxel_nm is not None
        yield Answer(Found(found.summary, len(found.volumes), place, found.shape, found.voxel_nm, complete))


@dataclass(frozen=True)
class PiecesTask:
    """Answers into what pieces films of the shape `film` are cut by `cut`, the fields of a Cut: their shape, how many
    there are to learn from and for validation."""

    film: Shape
    cut: dict[str, Any]

    def events(self) -> Iterator[Progress | Answer]:
        """Count."""
        from microdesigner.data.importing import Cut
        from microdesigner.data.importing.windows import split_windows

        windows = split_windows(self.film, Cut(**self.cut))
        held_out = sum(window.held_out is True for window in windows)
        training = sum(window.held_out is False for window in windows)
        yield Answer((windows[0].size, training, held_out))


def import_volumes(path: Path, plan: dict[str, Any], workers: int) -> Iterator[Progress]:
    """Import into the data set `path`; `plan` holds the fields of an ImportPlan, its parts as fields again."""
    from microdesigner.data.importing import import_dataset

    path.parent.mkdir(parents=True, exist_ok=True)
    return import_dataset(path, import_plan(plan), workers)


def import_plan(plan: dict[str, Any]) -> "ImportPlan":
    """The plan with these fields; raises InputError naming an answer that cannot be."""
    from microdesigner.data.importing import Cut, ImportPlan

    parts = {"cut": Cut(**plan["cut"])} if plan.get("cut") else {}
    return ImportPlan(**{**plan, **parts})
