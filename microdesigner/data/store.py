"""The data set file: HDF5, one dataset per volume at the root, its labels as that dataset's attributes.

This is the layout in which the published data sets come. File attributes add what a model must know: phase names,
voxel size, lateral boundary, the names of conditions and of processing parameters, and how to rebuild the file.
"""

import hashlib
import json
import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, TypeVar

import h5py
import numpy as np
from msgspec import Meta, Struct
from numpy.typing import NDArray

from microdesigner.core.documents import Line, parse_document
from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Lateral, PhaseArray
from microdesigner.data.hdf5_text import read_apart

SCHEMA = 1
SERIES, HELD_OUT = "series", "held_out"
RENAMED = {"skin_voxels": "interphase_voxels"}  # labels of version 0.1.0
STATED = "stated_"  # before the name of a label that a source states and that is measured too
OWN, CHECKS = "microdesigner", "checks"
VALIDATION_EVERY = 8
MOST_VOXELS, MOST_COMPRESSED = 1 << 31, 1100
"""Bounds of a volume: deflate stores no more than about 1030 bytes in one."""
_Edge = Annotated[float, Meta(gt=0, le=1e9)]
_Kind = TypeVar("_Kind")


@dataclass(frozen=True)
class Description:
    """What holds for the whole data set. `origin` records how to rebuild it, `units` those of labels that have one;
    `isotropic`: volumes may be turned and mirrored in space."""

    phase_names: tuple[str, ...]
    lateral: Lateral
    conditions: tuple[str, ...]
    process: tuple[str, ...]
    voxel_nm: tuple[float, float, float] = (1.0, 1.0, 1.0)
    origin: dict[str, Any] | None = None
    units: dict[str, str] = field(default_factory=dict)
    isotropic: bool = False


class VolumeDataset:
    """A data set opened for reading; label columns are read at once, volumes one by one.

    The file may come from anywhere: what is missing, damaged or of another layout is refused by an InputError that
    names the file and the entry. `description` spares reading the file's own.
    """

    def __init__(self, path: Path, description: Description | None = None) -> None:
        self.path = path
        if not path.exists():
            raise InputError(f"{path} does not exist; build a data set with `microdesigner dataset build`.")
        try:
            self._file = h5py.File(path, "r")
            names = list(self._file)
        except Exception as error:  # noqa: BLE001  (HDF5 raises almost anything at damage)
            raise InputError(f"{path} is not a readable data set ({_reason(error)}); build it again.") from None
        if not names:
            raise InputError(f"{path} holds no volume; build it again.")
        self.names: list[str] = names
        self.description = description or self._read_description()
        self.shape  # noqa: B018  (refuses a first entry that is no volume)

    def __len__(self) -> int:
        return len(self.names)

    @cached_property
    def table(self) -> dict[str, NDArray[np.float64]]:
        """Every label that all volumes carry, a column each."""
        return {RENAMED.get(label, label): column for label, column in self._stored_table.items()}

    @cached_property
    def _stored_table(self) -> dict[str, NDArray[np.float64]]:
        rows = [self._labels(name) for name in self.names]
        shared = set.intersection(*(set(row) for row in rows))
        return {label: np.array([row[label] for row in rows]) for label in sorted(shared)}

    @property
    def shape(self) -> tuple[int, int, int]:
        """Voxels along x, y, z of the first volume."""
        x, y, z = self._shape(self.names[0])
        return x, y, z

    def columns(self, labels: Iterable[str]) -> NDArray[np.float32]:
        """The named labels as float32 [volumes, labels]."""
        return np.stack([self._column(label) for label in labels], axis=1).astype(np.float32)

    def phases(self, index: int) -> PhaseArray:
        """Labels [x, y, z] of volume `index`."""
        name = self.names[index]
        shape, last = self._shape(name), len(self.description.phase_names) - 1
        with self._damage_of(name):
            volume: PhaseArray = self._file[name][...]
        if volume.shape != shape or int(volume.max()) > last:
            raise InputError(f"{self.path}: the volume '{_shown(name)}' holds labels above {last}; build it again.")
        return volume

    @cached_property
    def held_out(self) -> NDArray[np.bool_]:
        """Volumes for validation: those labelled so, else whole series, never single snapshots, since neighbours in
        time are alike."""
        if HELD_OUT in self.table:
            return self.table[HELD_OUT] > 0
        series = self._column(SERIES)
        if not (np.abs(series) < 1 << 53).all():  # what is no number compares as false
            raise InputError(f"{self.path}: the label {SERIES} is no whole number in some volumes; build it again.")
        return held_out_groups(series.astype(np.int64))

    @cached_property
    def fingerprint(self) -> str:
        """Identifies the volumes, by name, size and every label: a training goes on with those it began with."""
        document = [self.names, self.shape, self.description.phase_names, *self._stored_table]
        digest = hashlib.sha256(json.dumps(document).encode())
        for column in self._stored_table.values():
            digest.update(column.tobytes())
        return digest.hexdigest()

    @property
    def checks(self) -> dict[str, Any]:
        """What was found when the file was made: {"version", "findings"}, empty where it was not checked."""
        return self._document(CHECKS, dict[str, Any]) if CHECKS in self._file.attrs else {}

    @property
    def shapes(self) -> set[tuple[int, ...]]:
        """Every size that a volume has."""
        return {self._shape(name) for name in self.names}

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _read_description(self) -> Description:
        stored = self._document(OWN, _StoredDescription)
        return Description(**{name: getattr(stored, name) for name in Description.__dataclass_fields__})

    def _document(self, name: str, kind: type[_Kind]) -> _Kind:
        """The JSON text in the file's attribute `name`."""
        with self._damage_of(name):
            fixed_length = not self._file.attrs.get_id(name).get_type().is_variable_str()
            stored = bytes(self._file.attrs[name]) if fixed_length else None
        text = read_apart(self.path, name) if stored is None else stored
        return parse_document(text, kind, f"{self.path} ({name})", "the description of a data set", "build it again")

    def _labels(self, name: str) -> dict[str, float]:
        """The labels of a volume that are numbers."""
        with self._damage_of(name):
            entries = dict(self._file[name].attrs)
        labels = {}
        for label, value in entries.items():
            if np.ndim(value) or not isinstance(value, int | float | np.number | np.bool_) or np.iscomplexobj(value):
                raise InputError(
                    f"{self.path}: the label '{_shown(label)}' of '{_shown(name)}' is not a number; build it again."
                )
            labels[label] = float(value)
        return labels

    def _column(self, label: str) -> NDArray[np.float64]:
        if label not in self.table:
            raise InputError(f"{self.path}: not every volume has the label '{_shown(label)}'; build it again.")
        return self.table[label]

    def _shape(self, name: str) -> tuple[int, ...]:
        with self._damage_of(name):
            entry = self._file[name]
            volume = isinstance(entry, h5py.Dataset) and entry.dtype == np.uint8 and entry.ndim == 3
            shape = tuple(int(edge) for edge in entry.shape) if volume else ()
            stored = entry.id.get_storage_size() if volume else 0
        voxels = math.prod(shape)
        if not shape or not 0 < voxels <= min(MOST_VOXELS, max(1, stored) * MOST_COMPRESSED):
            raise InputError(
                f"{self.path}: the entry '{_shown(name)}' is not a volume of labels (uint8, x, y, z); build it again."
            )
        return shape

    @contextmanager
    def _damage_of(self, entry: str) -> Iterator[None]:
        """Whatever HDF5 raises at damage as an InputError that names the file and the entry."""
        try:
            yield
        except Exception as error:  # noqa: BLE001  (HDF5 raises almost anything)
            raise InputError(
                f"{self.path}: the entry '{_shown(entry)}' cannot be read ({_reason(error)}); build it again."
            ) from None


class _StoredDescription(Struct, frozen=True):
    """`Description` as the file holds it."""

    schema: Annotated[int, Meta(ge=SCHEMA, le=SCHEMA)]
    phase_names: Annotated[tuple[Line, ...], Meta(min_length=2, max_length=16)]
    lateral: Lateral
    conditions: Annotated[tuple[Line, ...], Meta(max_length=256)]
    process: Annotated[tuple[Line, ...], Meta(max_length=256)]
    voxel_nm: tuple[_Edge, _Edge, _Edge] = (1.0, 1.0, 1.0)
    origin: dict[str, Any] | None = None
    units: dict[str, str] = {}
    isotropic: bool = False


def _shown(name: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in name[:80])


def _reason(error: Exception) -> str:
    return _shown(" ".join(str(error).split()) or type(error).__name__)


def held_out_groups(groups: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which volumes are kept for validation, given the number of each one's group: whole groups.

    One group in `VALIDATION_EVERY`, drawn at random by number: every n-th point of a Sobol design would lie in one
    strip of it and leave a gap in training.
    """
    numbers = np.unique(groups)
    shuffled = sorted(numbers.tolist(), key=lambda number: np.random.default_rng(number).random())
    held_out = shuffled[: max(1, round(len(numbers) / VALIDATION_EVERY))]
    mask: NDArray[np.bool_] = np.isin(groups, held_out)
    return mask
