"""From the numbers of a scan to a Microstructure: what the file says, else the user's options, else a question."""

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.errors import InputError
from microdesigner.core.events import Progress
from microdesigner.core.microstructure import MIXED, PHASE_NAMES, Microstructure, PhaseArray
from microdesigner.core.slabs import MAPPED_BYTES, greatest, release, settled, slabs
from microdesigner.core.steps import result_of
from microdesigner.io.labels import EDGES_WITHOUT_UNIT, UNIT_TAKEN, UNIT_UNKNOWN, volume
from microdesigner.io.options import ImportOptions, Mapping, MissingOptionError
from microdesigner.io.scans import Scan
from microdesigner.io.segmentation import BANDS, banded, limits
from microdesigner.io.value_mapping import file_mapping

COARSE_EDGE = 64  # voxels along each axis of a first look, at most twice as many
_UNMAPPED = 255


@dataclass(frozen=True)
class Coarse:
    """A first look at a large volume of `size` voxels: every so many of them along each axis, as they are."""

    microstructure: Microstructure
    size: tuple[int, int, int]


Working = Generator[Progress | Coarse, None, Microstructure]


def labelled(path: Path, scan: Scan, options: ImportOptions, standard: Sequence[str] = PHASE_NAMES) -> Microstructure:
    """The volume of `scan`; raises InputError, or MissingOptionError where the values are no phases by themselves."""
    return result_of(labelling(path, scan, options, standard))


def labelling(path: Path, scan: Scan, options: ImportOptions, standard: Sequence[str] = PHASE_NAMES) -> Working:
    """`labelled` in steps, with a coarse view in between where the volume is large; `standard` names the labels where
    nobody does, from 0 on."""
    values = flipped(scan.values, options.flip)
    if values.dtype.kind not in "biuf":
        raise InputError(f"{path} holds {values.dtype} values instead of phase labels or grey values; export numbers.")
    if (look := _look(path, scan, values, options, standard)) is not None:
        yield look
    bounds: tuple[float, ...] = ()
    if options.segmentation:
        bounds = _limits(path, values, options)
        mapping: Mapping | None = options.mapping or BANDS[options.segmentation.bands]
    else:
        mapping = options.mapping or (yield from file_mapping(path, scan, values))
    if mapping is None and values.dtype == np.uint8:
        return _described(path, scan, options, settled(values), mapping, standard)
    phases = _room_for_labels(values)
    done = 0
    for part in slabs(values):
        phases[part] = _mapped(path, values[part], bounds, mapping)
        done += phases[part].size
        yield Progress("label", done, values.size)
    return _described(path, scan, options, settled(phases), mapping, standard)


def _room_for_labels(values: NDArray[Any]) -> PhaseArray:
    """Where the labels of `values` go: into their place where they are bytes of which memory holds many."""
    if values.dtype == np.uint8 and values.flags.writeable and values.nbytes > MAPPED_BYTES:
        return values
    return np.empty_like(values, np.uint8, subok=False)


def flipped(values: NDArray[Any], axes: str) -> NDArray[Any]:
    """`values` with the named axes reversed."""
    return values[tuple(slice(None, None, -1 if axis in axes else 1) for axis in "xyz")] if axes else values


def _limits(path: Path, values: NDArray[Any], options: ImportOptions) -> tuple[float, ...]:
    assert options.segmentation
    try:
        return limits(values, options.segmentation)
    except InputError as error:
        raise InputError(f"{path} cannot be segmented: {error}") from None


def _mapped(path: Path, values: NDArray[Any], bounds: tuple[float, ...], mapping: Mapping | None) -> PhaseArray:
    """Labels of `values`; raises MissingOptionError naming a value that is mapped to none."""
    if bounds:
        values = banded(values, bounds)
    if mapping is None:
        return values
    if values.dtype == np.uint8:
        table = np.full(256, _UNMAPPED, np.uint8)
        for value, label in mapping:
            if 0 <= value < 256 and float(value).is_integer():
                table[int(value)] = label
        phases: PhaseArray = table[values]
    else:
        phases = np.full(values.shape, _UNMAPPED, np.uint8)
        for value, label in mapping:
            phases[values == value] = label
    unknown = phases == _UNMAPPED
    if unknown.any():
        value = float(values[unknown].flat[0])
        raise MissingOptionError(
            f"{path} holds the value {value:g}, which is mapped to no phase; add it to --map, such as {value:g}=0.",
            "map",
            (value,),
        )
    return phases


def label_names(
    value_names: dict[str, str], segmented: bool, given: Iterable[tuple[int, str]], mapping: Mapping | None,
    highest: int, standard: Sequence[str] = PHASE_NAMES,
) -> tuple[str, ...]:  # fmt: skip
    """Names of the labels 0 to `highest`: those `given`, else those that the file gives to the values that they are
    mapped from, else the `standard` ones; where the file names some, or the user one of the standard labels otherwise,
    the others have no name but their number."""
    given = tuple(given)
    of_file: dict[int, list[str]] = {}
    for value, label in () if segmented else mapping or [(float(n), n) for n in range(highest + 1)]:
        if name := value_names.get(f"{value:g}"):
            of_file.setdefault(label, []).append(name)
    names = {label: " + ".join(found) for label, found in of_file.items()} | dict(given)
    own = any(name not in PHASE_NAMES[label : label + 1] for label, name in given if label < len(PHASE_NAMES))
    unnamed = () if of_file or own else standard
    return tuple(
        names.get(label, unnamed[label] if label < len(unnamed) else f"phase {label}") for label in range(highest + 1)
    )


def _described(
    path: Path, scan: Scan, options: ImportOptions, phases: PhaseArray, mapping: Mapping | None, standard: Sequence[str]
) -> Microstructure:
    """The Microstructure of `phases`, named and sized by the file and the user."""
    record = dict(scan.record) if isinstance(scan.record, dict) else {}
    if options.mapping or options.segmentation or options.names or not record.get("phase_names"):
        highest = max(min(greatest(phases), MIXED), 1, *(label for _, label in mapping or ()))
        record["phase_names"] = label_names(
            scan.value_names, bool(options.segmentation), options.names, mapping, highest, standard
        )
    found = volume(path, phases, options.voxel_nm or scan.voxel_nm, record)
    if options.voxel_nm:
        origin = {
            key: value for key, value in found.provenance.items() if key not in (*UNIT_UNKNOWN, EDGES_WITHOUT_UNIT)
        }
        return Microstructure(found.phases, found.voxel_nm, found.lateral, found.phase_names, origin).with_provenance(
            voxel_nm_given=list(options.voxel_nm)
        )
    if scan.voxel_from == "convention":
        return found.with_provenance(**UNIT_TAKEN)
    if scan.edges_without_unit:
        return found.with_provenance(**UNIT_UNKNOWN, **{EDGES_WITHOUT_UNIT: list(scan.edges_without_unit)})
    return found


def _look(
    path: Path, scan: Scan, values: NDArray[Any], options: ImportOptions, standard: Sequence[str]
) -> Coarse | None:
    """The first look at `values`; None for small ones, and where these few leave a question open."""
    every = [max(1, edge // COARSE_EDGE) for edge in values.shape]
    if max(every) == 1:
        return None
    few = np.ascontiguousarray(values[tuple(slice(None, None, step) for step in every)])
    release(values)
    try:
        volume = labelled(path, replace(scan, values=few), replace(options, flip=""), standard)
    except InputError:
        return None
    x, y, z = (edge * step for edge, step in zip(volume.spacing, every, strict=True))
    known = (x, y, z) if volume.voxel_nm else None
    nx, ny, nz = values.shape
    return Coarse(Microstructure(volume.phases, known, "no-flux", volume.phase_names), (nx, ny, nz))
