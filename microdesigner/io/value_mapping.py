"""Which phase a value of a file means: what the values say by themselves, else a question."""

from collections.abc import Generator, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.errors import InputError
from microdesigner.core.events import Progress
from microdesigner.core.microstructure import ACCEPTOR, DONOR, MIXED
from microdesigner.core.slabs import slabs
from microdesigner.io.options import MOST_LABELS, Mapping, MissingOptionError
from microdesigner.io.scans import Scan

MOST_LEVELS = 8
GRASPI_LABELS = ("ABS_f_D", "CT_f_D_tort1", "vol_frac_D", "tortuosity_D")
_SOME_VOXELS = 100_000


def distinct(values: NDArray[Any], most: int = MOST_LEVELS) -> Generator[Progress, None, tuple[float, ...] | None]:
    """The distinct values in rising order, None where there are more than `most` or some are no numbers."""
    some = values.ravel()[:: max(1, values.size // _SOME_VOXELS)] if values.size <= _SOME_VOXELS else _sampled(values)
    found = {float(value) for value in np.unique(some)}
    done = 0
    for part in slabs(values):
        if len(found) > most:
            return None
        found |= {float(value) for value in _unique(values[part])}
        done += values[part].size
        yield Progress("look", done, values.size)
    if len(found) > most or not all(np.isfinite(list(found))):
        return None
    return tuple(sorted(found))


def as_phases(levels: Iterable[float], dtype: np.dtype[Any]) -> Mapping | None:
    """Labels of values that can be nothing else: 0, 1 and 2 in a row from 0, or 0 and the type's largest value; None
    where the user must say."""
    found = tuple(levels)
    if found in ((0.0,), (1.0,), (0.0, 1.0), (0.0, 1.0, 2.0)):
        return tuple((level, int(level)) for level in found)
    largest = float(np.iinfo(dtype).max) if dtype.kind in "iu" else 255.0
    if found in ((0.0, 255.0), (0.0, largest)):
        return ((0.0, 0), (found[1], 1))
    return None


def stated_phases(labels: Iterable[str], levels: Sequence[float]) -> Mapping | None:
    """The phases of a volume that carries GraSPI's descriptors of donor and acceptor among its `labels`, as published
    data sets do: 0 donor, 1 acceptor, and 2 or the grey between them mixed; None for other volumes."""
    if not {*GRASPI_LABELS} & {*labels}:
        return None
    phases = {0.0: DONOR, 1.0: ACCEPTOR, **({0.5: MIXED} if 0.5 in levels else {2.0: MIXED})}
    return tuple((level, phases[level]) for level in levels) if {*levels} <= {*phases} else None


def which_phases(
    path: Path, value_names: dict[str, str], levels: tuple[float, ...], highest: int = MOST_LABELS
) -> MissingOptionError:
    """Which phase is which value? Names the values, with their names where the file tells them, and in an example
    labels up to the `highest` that there may be."""
    shown = ", ".join(_named(level, value_names) for level in levels)
    example = " ".join(f"{level:g}={min(label, highest)}" for label, level in enumerate(levels))
    verb = "value" if len(levels) == 1 else "values"
    return MissingOptionError(
        f"{path} holds the {verb} {shown}, which may mean any phases; say which is which, such as --map {example} (0 "
        "donor, 1 acceptor, 2 mixed, or names of your own as in 0=0:grain), or segment it with --segment otsu.",
        "map",
        levels,
    )


def which_segmentation(path: Path, low: float, high: float) -> MissingOptionError:
    """How do grey values become phases? Names their range."""
    return MissingOptionError(
        f"{path} holds grey values from {low:g} to {high:g} instead of phase labels; segment it, such as with "
        "--segment otsu or --segment threshold=T.",
        "segment",
        (low, high),
    )


def _named(level: float, value_names: dict[str, str]) -> str:
    name = value_names.get(f"{level:g}")
    return f"{level:g} ({name})" if name else f"{level:g}"


def _sampled(values: NDArray[Any]) -> NDArray[Any]:
    steps = tuple(max(1, edge // 46) for edge in values.shape)  # 46³ are about _SOME_VOXELS
    return values[tuple(slice(None, None, step) for step in steps)].ravel()


def _unique(part: NDArray[Any]) -> NDArray[Any]:
    if part.dtype == np.uint8:  # NumPy counts in 64-bit numbers, eight times the slab
        return np.flatnonzero(np.bincount(part.ravel(order="K"), minlength=256))
    return np.unique(part)


def file_mapping(path: Path, scan: Scan, values: NDArray[Any]) -> Generator[Progress, None, Mapping | None]:
    """The mapping that the file's values ask for by themselves, None for labels as they are."""
    if scan.phases_known:
        if values.dtype == np.uint8:
            return None
        levels = yield from distinct(values, MOST_LABELS)
        if levels is None or not all(level.is_integer() and 0 <= level < MOST_LABELS for level in levels):
            raise InputError(f"{path} must hold phase labels but holds other numbers; export it again.")
        return tuple((level, int(level)) for level in levels)
    levels = yield from distinct(values)
    if levels is None:
        raise _grey(path, values)
    mapping = as_phases(levels, values.dtype)
    if mapping is None:
        raise which_phases(path, scan.value_names, levels)
    unchanged = values.dtype == np.uint8 and all(value == label for value, label in mapping)
    return None if unchanged else mapping


def _grey(path: Path, values: NDArray[Any]) -> InputError:
    low, high = float(values.min()), float(values.max())
    if not np.isfinite((low, high)).all():
        return InputError(f"{path} holds values that are no numbers (NaN or infinite); export the volume without them.")
    return which_segmentation(path, low, high)
