"""What lies in files and folders, told before anything is imported."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import PHASE_NAMES, Lateral
from microdesigner.data.importing import parts
from microdesigner.io import SCANNED, scan
from microdesigner.io.labels import Voxel, check_size
from microdesigner.io.scans import Scan

MOST_LEVELS = 8
SOME_VOXELS = 100_000
TEXT = ".txt"
SLICES = (".tif", ".tiff")
Mapping = tuple[tuple[float, int], ...]


@dataclass(frozen=True)
class SourceVolume:
    """One volume: a file, a folder of image slices, or the dataset `item` of an HDF5 file."""

    path: Path
    item: str | None = None

    @property
    def name(self) -> str:
        """Name for messages, tables and the data set."""
        if self.item is not None:
            return f"{self.path.stem}-{self.item}"
        return self.path.name if self.path.is_dir() else self.path.stem


@dataclass(frozen=True)
class FoundVolumes:
    """What a place holds. All but `volumes` is read from the first volume.

    `shape`: voxels along the source's x, y, z. `levels`: its distinct values in rising order where they are few (label
    volumes), None for grey values. `value_range`: least and greatest value. `voxel_nm`, `lateral`: None where the file
    does not say. `oriented`: the format says that z = 0 is the cathode side. `labels`: number-valued labels that it
    carries. `fractions`: phase fractions that the file states (a hint for the segmentation).
    """

    volumes: tuple[SourceVolume, ...]
    shape: tuple[int, int, int]
    levels: tuple[float, ...] | None
    value_range: tuple[float, float]
    voxel_nm: Voxel | None
    lateral: Lateral | None
    oriented: bool
    labels: tuple[str, ...]
    fractions: tuple[float, ...] = ()

    @property
    def grey(self) -> bool:
        """Whether the values need a segmentation."""
        return self.levels is None

    @property
    def labelled(self) -> bool:
        """Whether the values are phase labels 0, 1 (, 2) already."""
        return self.levels is not None and set(self.levels) <= {0.0, 1.0, 2.0}

    @property
    def suggested_mapping(self) -> Mapping:
        """Values to phases in rising order (donor, acceptor; three levels: donor, mixed, acceptor), to be confirmed."""
        levels = self.levels or ()
        if self.labelled:
            return tuple((level, int(level)) for level in levels)
        order = {2: (0, 1), 3: (0, 2, 1)}.get(len(levels), ())
        return tuple(zip(levels, order, strict=True)) if order else ()

    @property
    def summary(self) -> str:
        """What was found, in one sentence."""
        count = f"{len(self.volumes)} volumes, the first" if len(self.volumes) > 1 else "One volume"
        low, high = self.value_range
        values = f"grey values {low:g} to {high:g}" if self.levels is None else f"the values {_listed(self.levels)}"
        voxel = "an unknown voxel size" if self.voxel_nm is None else f"voxels of {_times(self.voxel_nm)} nm"
        carried = f"; labels {', '.join(self.labels)}" if self.labels else ""
        stated = f"; it states the phase fractions {_listed(self.fractions)}" if self.fractions else ""
        return f"{count} of {_times(self.shape)} voxels with {values} and {voxel}{carried}{stated}."


def find_volumes(sources: tuple[str, ...]) -> FoundVolumes:
    """Look into files, folders and glob patterns: HDF5 parts (one dataset per volume), volume files, folders of volume
    files or of numbered slices. Reads one volume and the list of names.

    Raises InputError naming what is missing, empty or unreadable.
    """
    volumes = tuple(volume for path in _paths(sources) for volume in _volumes(path))
    first = read_source(volumes[0])
    x, y, z = first.values.shape
    return FoundVolumes(
        volumes,
        (x, y, z),
        _levels(first.values),
        (float(np.nanmin(first.values)), float(np.nanmax(first.values))),
        first.voxel_nm,
        first.lateral,
        first.oriented,
        tuple(sorted(first.labels)),
        first.fractions,
    )


def read_source(source: SourceVolume) -> Scan:
    """The values of one source; raises InputError naming it."""
    if source.item is not None:
        return parts.read_part(source.path, source.item)
    return _stack(source.path) if source.path.is_dir() else scan(source.path)


def natural(text: str) -> list[str | int]:
    """Sort key that counts: slice2 before slice10."""
    return [int(word) if word.isdigit() else word for word in re.split(r"(\d+)", text)]


def mapping_text(mapping: Mapping) -> str:
    """`mapping` as the command takes it."""
    return " ".join(f"{value:g}={PHASE_NAMES[phase]}" for value, phase in mapping) or "0=donor 1=acceptor"


def _levels(values: NDArray[Any]) -> tuple[float, ...] | None:
    """The distinct values where they are few; a look at some voxels spares sorting a large grey volume."""
    some = values.ravel()[:: max(1, values.size // SOME_VOXELS)]
    if len(np.unique(some)) > MOST_LEVELS:
        return None
    levels = np.unique(values)
    return tuple(map(float, levels)) if len(levels) <= MOST_LEVELS and np.isfinite(levels).all() else None


def _paths(sources: Iterable[str]) -> list[Path]:
    found = []
    for source in sources:
        path = Path(source)
        pattern = str(path.relative_to(path.anchor))  # Path.glob refuses patterns that begin at the root
        matches = [path] if path.exists() else sorted(Path(path.anchor).glob(pattern), key=lambda p: natural(str(p)))
        if not matches:
            raise InputError(f"{source} does not exist and matches no file; check the name.")
        found += [_described(match) for match in matches]
    return list(dict.fromkeys(found))


def _described(path: Path) -> Path:
    """The RAW file that the XML file `path` beside it describes; any other file is itself."""
    raw = path.with_suffix(".raw")
    return raw if path.suffix.lower() == ".xml" and raw.exists() else path


def _volumes(path: Path) -> list[SourceVolume]:
    if path.is_dir():
        return _in_folder(path)
    items = parts.part_items(path) if path.suffix.lower() in parts.EXTENSIONS else []
    return [SourceVolume(path, item) for item in sorted(items, key=natural)] or [SourceVolume(path)]


def _in_folder(folder: Path) -> list[SourceVolume]:
    files = _files(folder)
    if not files:
        raise InputError(f"{folder} holds no file of a known volume format; give the folder of the volumes.")
    if len(files) > 1 and all(file.suffix.lower() in SLICES for file in files) and scan(files[0]).values.shape[2] == 1:
        return [SourceVolume(folder)]
    return [volume for file in files for volume in _volumes(file)]


def _files(folder: Path) -> list[Path]:
    """The volumes in `folder` in the order of their numbers; beside other volumes a text is a note."""
    files = sorted((entry for entry in folder.iterdir() if _is_volume(entry)), key=lambda entry: natural(entry.name))
    return [file for file in files if file.suffix.lower() != TEXT] or files


def _is_volume(entry: Path) -> bool:
    """Whether `entry` is a volume by its name; raw data that a MetaImage header points to count once."""
    if entry.name.startswith(".") or not entry.is_file() or entry.suffix.lower() not in SCANNED:
        return False
    return entry.suffix.lower() != ".raw" or not entry.with_suffix(".mhd").exists()


def _stack(folder: Path) -> Scan:
    """Slices in the order of their numbers as layers along z; nothing tells the distance between layers."""
    files = _files(folder)
    layers = [scan(file).values for file in files]
    odd = next((n for n, layer in enumerate(layers) if layer.shape != (*layers[0].shape[:2], 1)), None)
    if odd is not None:
        raise InputError(f"{files[odd]} is no slice of the size of {files[0].name}; keep one stack per folder.")
    check_size(folder, (*layers[0].shape[:2], len(layers)))
    return Scan(np.concatenate(layers, axis=2))


def _listed(values: Iterable[float]) -> str:
    return ", ".join(f"{value:g}" for value in values)


def _times(values: Iterable[float]) -> str:
    return "×".join(f"{value:g}" for value in values)
