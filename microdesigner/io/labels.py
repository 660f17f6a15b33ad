"""What every format shares: from the numbers in a file to a checked volume, with errors that name the file."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import MAX_VOXELS, PHASE_NAMES, Microstructure, PhaseArray
from microdesigner.core.quantity import size_words
from microdesigner.core.slabs import greatest
from microdesigner.io.tiled import TiledVolume

Voxel = tuple[float, float, float]
# provenance of a volume whose file gives voxel edges without their unit; the edges stand beside it where they are not
# taken as nm by a convention of the format
UNIT_UNKNOWN = {"voxel_unit": "not recorded"}
UNIT_TAKEN = {"voxel_unit": "not recorded; taken as nm"}
EDGES_WITHOUT_UNIT = "voxel_edges"


def check_size(path: Path, shape: tuple[int, ...], most: int = MAX_VOXELS) -> None:
    """Raise InputError unless `shape` is three positive edges of at most `most` voxels.

    Called with what a header declares, before memory is taken for it.
    """
    if len(shape) != 3 or min(shape) < 1:
        raise InputError(
            f"{path} is not a volume (its shape is {size_words(shape)}); give a file with three dimensions."
        )
    voxels = int(np.prod([int(edge) for edge in shape], dtype=object))
    if voxels > MAX_VOXELS:
        raise InputError(
            f"{path} declares {size_words(shape)} voxels, more than the {MAX_VOXELS} that fit; crop the volume."
        )
    if voxels > most:
        raise InputError(f"{path} declares {size_words(shape)} voxels but holds fewer; copy or export it again.")


def volume(path: Path, phases: PhaseArray, voxel_nm: Voxel | None, record: Any = None) -> Microstructure:
    """The Microstructure of labels [x, y, z] and of what the file records about them (see `record_of`).

    Without a record the lateral faces do not wrap, and the phases are donor, acceptor and, where label 2 occurs, mixed.
    """
    record = record if isinstance(record, Mapping) else {}
    names = record.get("phase_names") or PHASE_NAMES[: max(2, min(greatest(phases) + 1, 3))]
    lateral = record.get("lateral", "no-flux")
    provenance = record.get("provenance") or {}
    if lateral not in ("periodic", "no-flux"):
        raise InputError(f"{path} has the lateral boundary {lateral!r}; it must be periodic or no-flux.")
    if not isinstance(provenance, dict) or not isinstance(names, list | tuple):
        raise InputError(f"{path} has a damaged record of its origin; export it again.")
    _check_labels(path, phases, len(names))
    try:
        return Microstructure(phases, voxel_nm, lateral, tuple(map(str, names)), provenance)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


def record_of(microstructure: Microstructure | TiledVolume) -> dict[str, Any]:
    """What a file should remember besides labels and voxel edges; the inverse of `volume`."""
    return {
        "lateral": microstructure.lateral,
        "phase_names": list(microstructure.phase_names),
        "provenance": microstructure.provenance,
    }


def parsed(path: Path, text: str) -> Any:
    """The JSON document `text` found in `path`, halves of letters replaced; raises InputError naming the file."""
    try:
        document = json.loads(text)
        return json.loads(json.dumps(document, ensure_ascii=False).encode("utf-8", "replace"))
    except (ValueError, RecursionError):
        raise InputError(f"{path} has a damaged JSON record; export it again.") from None


def voxel_of(path: Path, edges: Any) -> Voxel:
    """Three voxel edges in nm from JSON or a header; raises InputError naming the file."""
    try:
        x, y, z = (float(edge) for edge in edges)
    except (TypeError, ValueError):
        raise InputError(f"{path} gives no three voxel edges in nm; add them as numbers.") from None
    return x, y, z


def _check_labels(path: Path, phases: PhaseArray, named: int) -> None:
    highest = greatest(phases)
    if highest >= named:
        raise InputError(
            f"{path} holds the label {highest} but names {named} phases; segment it into labels 0, 1, 2 first."
        )
