"""The data set file: HDF5, one dataset per volume at the root, its labels as that dataset's attributes.

This is the layout in which the published data sets come. File attributes add what a model must know: phase names,
voxel size, lateral boundary, the names of conditions and of processing parameters, and how to rebuild the file.
"""

import hashlib
import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Lateral, PhaseArray
from microdesigner.core.paths import atomic_path, check_room

SCHEMA = 1
SERIES, HELD_OUT = "series", "held_out"
STATED = "stated_"  # before the name of a label that a source states and that is measured too
OWN, CHECKS = "microdesigner", "checks"
VALIDATION_EVERY = 8
COMPRESSION = 1


@dataclass(frozen=True)
class Volume:
    """One labelled volume [x, y, z] with its number-valued labels (descriptors, recipe, series, seed)."""

    name: str
    phases: PhaseArray
    labels: dict[str, float]


@dataclass(frozen=True)
class PackedVolume:
    """A volume as the file stores it: `chunk` is its compressed bytes, so that the processes that make volumes share
    the work of packing them."""

    name: str
    shape: tuple[int, ...]
    chunk: bytes
    labels: dict[str, float]


def packed(volume: Volume) -> PackedVolume:
    """`volume` ready for the file."""
    chunk = zlib.compress(np.ascontiguousarray(volume.phases, np.uint8).data, COMPRESSION)
    return PackedVolume(volume.name, volume.phases.shape, chunk, volume.labels)


@dataclass(frozen=True)
class Description:
    """What holds for the whole data set. `origin` records how to rebuild it, `units` those of labels that have one."""

    phase_names: tuple[str, ...]
    lateral: Lateral
    conditions: tuple[str, ...]
    process: tuple[str, ...]
    voxel_nm: tuple[float, float, float] = (1.0, 1.0, 1.0)
    origin: dict[str, Any] | None = None
    units: dict[str, str] = field(default_factory=dict)


@contextmanager
def new_dataset(path: Path, description: Description) -> Iterator[Callable[[Volume | PackedVolume], None]]:
    """A function that adds volumes to a new file, which appears whole when the block ends well, else not at all.

    Raises InputError when nothing was added.
    """
    with atomic_path(path) as temporary, h5py.File(temporary, "w", libver="latest") as file:
        write_description(file, description)

        def add(volume: Volume | PackedVolume) -> None:
            check_room(path)
            volume = packed(volume) if isinstance(volume, Volume) else volume
            stored = file.create_dataset(
                volume.name, volume.shape, np.uint8, chunks=volume.shape, compression="gzip",
                compression_opts=COMPRESSION,
            )  # fmt: skip
            stored.id.write_direct_chunk((0,) * len(volume.shape), volume.chunk)
            stored.attrs.update(volume.labels)

        yield add
        if len(file) == 0:
            raise InputError(f"No volume was left to write to {path}; simulate more series or longer times.")


def write_description(file: h5py.File, description: Description) -> None:
    """Write or replace what `file` says of all its volumes."""
    file.attrs[OWN] = json.dumps({"schema": SCHEMA, **vars(description)})


class VolumeDataset:
    """A data set opened for reading; label columns are read at once, volumes one by one.

    Raises InputError naming a file that is missing, damaged or of another layout.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._file = h5py.File(path, "r")
            document = json.loads(self._file.attrs[OWN])
        except FileNotFoundError:
            raise InputError(f"{path} does not exist; build a data set with `microdesigner dataset build`.") from None
        except (OSError, KeyError, ValueError) as error:
            raise InputError(f"{path} is not a readable data set ({error}); build it again.") from None
        if document.pop("schema", None) != SCHEMA:
            raise InputError(f"{path} is a data set of another schema; build it again.")
        self.description = _description(document)
        self.names = list(self._file)
        if not self.names:
            raise InputError(f"{path} holds no volume; build it again.")

    def __len__(self) -> int:
        return len(self.names)

    @cached_property
    def table(self) -> dict[str, NDArray[np.float64]]:
        """Every label that all volumes carry, a column each."""
        rows = [dict(self._file[name].attrs) for name in self.names]
        shared = set.intersection(*(set(row) for row in rows))
        return {label: np.array([float(row[label]) for row in rows]) for label in sorted(shared)}

    @property
    def shape(self) -> tuple[int, int, int]:
        """Voxels along x, y, z of the first volume."""
        x, y, z = self._file[self.names[0]].shape
        return x, y, z

    def columns(self, labels: Iterable[str]) -> NDArray[np.float32]:
        """The named labels as float32 [volumes, labels]."""
        return np.stack([self.table[label] for label in labels], axis=1).astype(np.float32)

    def phases(self, index: int) -> PhaseArray:
        """Labels [x, y, z] of volume `index`."""
        volume: PhaseArray = self._file[self.names[index]][...]
        return volume

    @cached_property
    def held_out(self) -> NDArray[np.bool_]:
        """Volumes kept for validation: those labelled so, else whole series, never single snapshots, since neighbours
        in time are alike."""
        if HELD_OUT in self.table:
            return self.table[HELD_OUT] > 0
        return held_out_groups(self.table[SERIES].astype(np.int64))

    @cached_property
    def fingerprint(self) -> str:
        """Identifies the volumes, by name, size and every label: a training goes on with those it began with."""
        digest = hashlib.sha256(
            json.dumps([self.names, self.shape, self.description.phase_names, *self.table]).encode()
        )
        for column in self.table.values():
            digest.update(column.tobytes())
        return digest.hexdigest()

    @property
    def checks(self) -> dict[str, Any]:
        """What was found when the file was made: {"version", "findings"}, empty where it was not checked."""
        recorded: dict[str, Any] = json.loads(self._file.attrs.get(CHECKS, "{}"))
        return recorded

    @property
    def shapes(self) -> set[tuple[int, ...]]:
        """Every size that a volume has."""
        return {self._file[name].shape for name in self.names}

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def held_out_groups(groups: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which volumes are kept for validation, given the number of each one's group: whole groups.

    One group in `VALIDATION_EVERY`, drawn at random by number: every n-th point of a Sobol design would lie in one
    strip of it and leave a gap in training.
    """
    numbers = np.unique(groups)
    shuffled = sorted(numbers.tolist(), key=lambda number: np.random.default_rng(number).random())
    kept = shuffled[: max(1, round(len(numbers) / VALIDATION_EVERY))]
    mask: NDArray[np.bool_] = np.isin(groups, kept)
    return mask


def _description(document: dict[str, Any]) -> Description:
    for key in ("phase_names", "conditions", "process", "voxel_nm"):
        document[key] = tuple(document[key])
    return Description(**document)
