"""Files as the window opens them: a volume, the question that a file leaves open, or what it says of itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from microdesigner.app.workers.messages import Answer
from microdesigner.core.events import Progress
from microdesigner.io.options import ImportOptions, MissingOptionError
from microdesigner.io.options import Question as Topic

if TYPE_CHECKING:
    from microdesigner.app.volume_open import Choices
    from microdesigner.io.scans import Scan

Shape = tuple[int, int, int]
Voxel = tuple[float, float, float]


@dataclass(frozen=True)
class Question:
    """A file leaves `topic` open; `found` is what there is to choose from, see `io.MissingOptionError`."""

    topic: Topic
    sentence: str
    found: tuple[Any, ...]


@dataclass(frozen=True)
class OpenTask:
    """Answers the Opened volume, or the Question that must be answered first; raises InputError for a bad file."""

    path: Path
    choices: "Choices"

    def events(self) -> Iterator[Any]:
        """Read; a coarse view of a large volume comes first."""
        from microdesigner.app.volume_open import opening

        try:
            opened = yield from opening(self.path, self.choices)
        except MissingOptionError as error:
            yield Answer(Question(error.question, str(error), error.found))
        else:
            yield Answer(opened)


@dataclass(frozen=True)
class Survey:
    """What a file says of its volume, and one layer of it.

    The facts are those of `io.scans.Facts` (None or empty: not recorded); `own_names` are the names of labels where the
    file defines its phases. `shape` is that of the volume as it is read. `levels` are its distinct values where they
    are few, `shares` their shares; None and empty for grey values. `mapping` are the labels that the levels can only
    have, None where the user must say. `values` is layer `layer` [x, y] of the `layers` after the turn to the cathode.
    `counts` (bins) and `edges` (bins + 1) are the histogram of grey values, `limits` those between its bands.
    """

    shape: Shape
    number: str
    voxel_nm: Voxel | None
    voxel_from: str
    edges_without_unit: Voxel | None
    axes_from: str
    array: str | None
    arrays: tuple[str, ...]
    oriented: bool
    own_names: tuple[str, ...]
    value_names: dict[str, str]
    fractions: tuple[float, ...]
    levels: tuple[float, ...] | None
    shares: tuple[float, ...]
    mapping: tuple[tuple[float, int], ...] | None
    values: NDArray[Any]
    layer: int
    layers: int
    counts: NDArray[np.int64]
    edges: NDArray[np.float64]
    limits: tuple[float, ...]

    @property
    def unit_unknown(self) -> Voxel | None:
        """Voxel edges whose unit only the user knows, also where a convention would take one."""
        return self.voxel_nm if self.voxel_from == "convention" else self.edges_without_unit

    @property
    def grey(self) -> bool:
        """Whether the values need a segmentation."""
        return self.levels is None


@dataclass(frozen=True)
class SurveyTask:
    """Answers the Survey of a file read by `choices` at `layer` (None: the middle), or the Question that comes first.

    The file last read is kept, so that a change of segmentation, side or layer reads nothing.
    """

    path: Path
    choices: "Choices"
    layer: int | None = None

    def events(self) -> Iterator[Progress | Answer]:
        """Look."""
        from microdesigner.io.segmentation import limits

        try:
            read = _read(self.path, _reading(self.choices.options), _changed(self.path))
        except MissingOptionError as error:
            yield Answer(Question(error.question, str(error), error.found))
            return
        segmentation = self.choices.options.segmentation
        found = limits(read.scan.values, segmentation) if segmentation and read.levels is None else ()
        yield Answer(_survey(read, self.choices, self.layer, found))


@dataclass(frozen=True)
class _Read:
    """A file's numbers with what takes a pass over all of them."""

    scan: "Scan"
    levels: tuple[float, ...] | None
    shares: tuple[float, ...]
    counts: NDArray[np.int64]
    edges: NDArray[np.float64]


def _reading(options: ImportOptions) -> ImportOptions:
    """The part of `options` that decides which numbers are read."""
    return ImportOptions(array=options.array, axes=options.axes, raw=options.raw)


def _changed(path: Path) -> int:
    return path.stat().st_mtime_ns if path.exists() else 0


@lru_cache(maxsize=1)
def _read(path: Path, reading: ImportOptions, changed: int) -> _Read:  # noqa: ARG001 - a part of the cache key
    from microdesigner.core.errors import InputError
    from microdesigner.core.steps import result_of
    from microdesigner.io import scan
    from microdesigner.io.segmentation import extent, histogram
    from microdesigner.io.value_mapping import distinct

    read = scan(path, reading)
    values = read.values
    if values.dtype.kind not in "biuf":
        raise InputError(f"{path} holds {values.dtype} values instead of phase labels or grey values; export numbers.")
    levels = result_of(distinct(values))
    if levels is not None:
        return _Read(read, levels, _shares(values, levels), np.zeros(0, np.int64), np.zeros(0))
    if not np.isfinite(extent(values)).all():
        raise InputError(f"{path} holds values that are no numbers (NaN or infinite); export the volume without them.")
    return _Read(read, None, (), *histogram(values))


def _shares(values: NDArray[Any], levels: tuple[float, ...]) -> tuple[float, ...]:
    """The share of each of the `levels`."""
    from microdesigner.core.slabs import slabs

    counts = np.zeros(len(levels), np.int64)
    for part in slabs(values):
        counts += [np.count_nonzero(values[part] == level) for level in levels]
    return tuple(float(count / values.size) for count in counts)


def _survey(read: _Read, choices: "Choices", layer: int | None, limits: tuple[float, ...]) -> Survey:
    from microdesigner.app.volume_open import phases_defined
    from microdesigner.core.microstructure import PHASE_NAMES
    from microdesigner.io.orientation import turned
    from microdesigner.io.value_mapping import as_phases, stated_phases

    scan, levels = read.scan, read.levels
    film = turned(scan.values, choices.cathode)
    layers = film.shape[2]
    shown = layers // 2 if layer is None else min(layer, layers - 1)
    own = tuple(map(str, (scan.record or {}).get("phase_names", PHASE_NAMES))) if phases_defined(scan) else ()
    mapping = None if levels is None else as_phases(levels, scan.values.dtype)
    if levels is not None and scan.phases_known:
        mapping = tuple((level, int(level)) for level in levels)
    value_names = scan.value_names
    if levels is not None and (stated := stated_phases(scan.labels, levels)):
        mapping = stated
        value_names = {f"{value:g}": PHASE_NAMES[label] for value, label in stated}
    x, y, z = scan.values.shape
    return Survey(
        (x, y, z), str(scan.values.dtype), scan.voxel_nm, scan.voxel_from, scan.edges_without_unit,
        scan.axes_from, scan.array, scan.arrays, scan.oriented, own, value_names, scan.fractions, levels,
        read.shares, mapping, np.array(film[:, :, shown]), shown, layers, read.counts, read.edges, limits,
    )  # fmt: skip
