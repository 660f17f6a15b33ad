"""From a source volume to a film of phases: limits, bands, mapping, orientation, nearest-neighbour resize."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import PHASE_NAMES, Lateral, PhaseArray
from microdesigner.core.phases import MOST_PHASES, check_phase_names, has_donor_and_acceptor
from microdesigner.core.quantity import size_words
from microdesigner.data.importing.plan import ImportPlan, Triple
from microdesigner.data.importing.sources import FoundVolumes, SourceVolume, read_source
from microdesigner.io.labelling import label_names
from microdesigner.io.labels import Voxel
from microdesigner.io.options import AS_THE_FILE_SAYS, ImportOptions, Mapping, MissingOptionError
from microdesigner.io.orientation import Face, turned
from microdesigner.io.segmentation import BANDS, Segmentation, banded, limits
from microdesigner.io.value_mapping import which_phases, which_segmentation

IDENTITY: Mapping = tuple((float(label), label) for label in range(MOST_PHASES))
UNMAPPED = 255


@dataclass(frozen=True)
class FilmPlan:
    """The answers that turn a source volume into phases, none of them open any more.

    `voxel_nm` is along the source's axes; `stated_voxel` tells that it came from the files, which must then agree.
    `phase_names` are those of the labels that the film may hold.
    """

    voxel_nm: Voxel
    stated_voxel: bool
    cathode: Face
    lateral: Lateral
    segmentation: Segmentation | None
    mapping: Mapping
    reading: ImportOptions = AS_THE_FILE_SAYS
    phase_names: tuple[str, ...] = PHASE_NAMES


def film_plan(plan: ImportPlan, found: FoundVolumes) -> FilmPlan:
    """`plan` with what `found` says where it leaves a question open; raises InputError naming what is still open."""
    path = found.volumes[0].path
    if found.grey and plan.segmentation is None:
        raise which_segmentation(path, *found.value_range)
    mapping = _mapping(plan, found)
    voxel = plan.voxel_nm or found.voxel_nm
    if voxel is None:
        raise _which_edges(path, found.edges_without_unit)
    highest = max(phase for _, phase in mapping)
    names = label_names(found.value_names, bool(plan.segmentation), plan.names, mapping, highest)
    check_phase_names(names)
    up = found.oriented or not has_donor_and_acceptor(names)  # without electrodes the first layer is below
    cathode: Face | None = plan.cathode or ("z-" if up else None)
    if cathode is None:
        raise InputError(
            f"{path} does not say where the electrodes are; give the face at the cathode, such as --cathode z- (the "
            "first layer along z)."
        )
    lateral: Lateral = "no-flux" if plan.cut else plan.lateral or found.lateral or "no-flux"
    return FilmPlan(voxel, plan.voxel_nm is None, cathode, lateral, plan.segmentation, mapping, plan.reading, names)


def load_film(source: SourceVolume, plan: FilmPlan) -> PhaseArray:
    """Phases [x, y, z] of `source`, z = 0 at the cathode; the film last loaded is kept, since many windows share it.

    Raises InputError naming the source.
    """
    return _film(source, plan, source.path.stat().st_mtime_ns)


@lru_cache(maxsize=1)
def _film(source: SourceVolume, plan: FilmPlan, changed: int) -> PhaseArray:  # noqa: ARG001 - a part of the cache key
    scan = read_source(source, plan.reading)
    if plan.stated_voxel and (scan.voxel_nm is None or not np.allclose(scan.voxel_nm, plan.voxel_nm, rtol=1e-3)):
        raise InputError(
            f"{source.path} has voxels of {_edges(scan.voxel_nm)}, other than the {_edges(plan.voxel_nm)} of the first "
            "volume; give one voxel size for all, or import them apart."
        )
    found = limits_of(source, scan.values, plan.segmentation)
    return oriented(mapped(source, banded(scan.values, found) if found else scan.values, plan.mapping), plan.cathode)


def limits_of(source: SourceVolume, values: NDArray[Any], how: Segmentation | None) -> tuple[float, ...]:
    """Limits between the bands of grey `values`, none without segmentation; raises InputError naming the source."""
    if how is None:
        return ()
    try:
        return limits(values, how)
    except InputError as error:
        raise InputError(f"{source.path} cannot be segmented: {error}") from None


def mapped(source: SourceVolume, values: NDArray[Any], mapping: Mapping) -> PhaseArray:
    """Phase labels of `values`; raises InputError naming a value that no phase has."""
    phases = np.full(values.shape, UNMAPPED, np.uint8)
    for value, phase in mapping:
        phases[values == value] = phase
    unknown = phases == UNMAPPED
    if unknown.any():
        raise InputError(
            f"{source.path} holds the value {values[unknown][0]:g}, which is mapped to no phase; map it, or segment "
            "the volume."
        )
    return phases


def oriented(values: NDArray[Any], cathode: Face) -> NDArray[Any]:
    """`values` with the axis of face `cathode` last and that face at z = 0."""
    return np.ascontiguousarray(turned(values, cathode))


def resized(phases: PhaseArray, shape: Triple) -> PhaseArray:
    """Nearest-neighbour resize to `shape`."""
    index = [
        np.floor((np.arange(new) + 0.5) * old / new).astype(int) for new, old in zip(shape, phases.shape, strict=True)
    ]
    return np.ascontiguousarray(phases[np.ix_(*index)])


def _mapping(plan: ImportPlan, found: FoundVolumes) -> Mapping:
    if plan.mapping:
        return plan.mapping
    if plan.segmentation:
        return BANDS[plan.segmentation.bands]
    if not found.labelled:
        raise which_phases(found.volumes[0].path, found.value_names, found.levels or (), MOST_PHASES - 1)
    if all(value == phase for value, phase in found.mapping or ()):
        # a data set names its phases, also those that its first volume lacks
        named = len(found.value_names) if found.oriented and found.volumes[0].item is not None else 0
        return IDENTITY[: max(2, named, *(phase + 1 for _, phase in found.mapping or ((0, 1),)))]
    return found.mapping or IDENTITY[: len(PHASE_NAMES)]


def _which_edges(path: Path, without_unit: Voxel | None) -> MissingOptionError:
    """How large are the voxels? Names their edges where only the unit is missing."""
    says = "does not record its voxel edges"
    if without_unit:
        says = f"records the voxel edges {', '.join(f'{edge:g}' for edge in without_unit)} without a unit"
    example = " ".join(f"{edge:g}" for edge in without_unit or (2.0,))
    return MissingOptionError(f"{path} {says}; give them, such as --voxel {example} nm.", "voxel", without_unit or ())


def _edges(voxel: Voxel | None) -> str:
    return size_words(voxel) + " nm" if voxel else "unknown size"
