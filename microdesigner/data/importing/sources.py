"""What lies in files and folders, told before anything is imported."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Lateral
from microdesigner.core.phases import MOST_PHASES
from microdesigner.core.quantity import size_words
from microdesigner.core.steps import result_of
from microdesigner.data.importing import parts
from microdesigner.io import SCANNED, ImportOptions, scan
from microdesigner.io.labelling import flipped
from microdesigner.io.labels import Voxel
from microdesigner.io.options import AS_THE_FILE_SAYS, Mapping
from microdesigner.io.scans import Scan, Source
from microdesigner.io.slices import natural, slice_files
from microdesigner.io.value_mapping import as_phases, distinct, stated_phases

TEXT = ".txt"


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
    volumes), None for grey values. `mapping`: the only phases that these can mean, None where the user must say.
    `value_range`: least and greatest value. `voxel_nm`, `lateral`: None where the file does not say. `oriented`: the
    format says that z = 0 is the cathode side. `labels`: number-valued labels that it carries. `fractions`: phase
    fractions that the file states (a hint for the segmentation). `edges_without_unit`, `axes_from`, `array`, `arrays`,
    `value_names`: see `io.scans.Facts`; there are no arrays to choose from where each is a volume.
    """

    volumes: tuple[SourceVolume, ...]
    shape: tuple[int, int, int]
    levels: tuple[float, ...] | None
    mapping: Mapping | None
    value_range: tuple[float, float]
    voxel_nm: Voxel | None
    lateral: Lateral | None
    oriented: bool
    labels: tuple[str, ...]
    fractions: tuple[float, ...] = ()
    edges_without_unit: Voxel | None = None
    axes_from: Source = "file"
    array: str | None = None
    arrays: tuple[str, ...] = ()
    value_names: dict[str, str] = field(default_factory=dict)

    @property
    def grey(self) -> bool:
        """Whether the values need a segmentation."""
        return self.levels is None

    @property
    def labelled(self) -> bool:
        """Whether nothing but the file is needed to know the phases."""
        return self.mapping is not None

    @property
    def summary(self) -> str:
        """What was found, in one sentence."""
        count = f"{len(self.volumes)} volumes, the first" if len(self.volumes) > 1 else "One volume"
        low, high = self.value_range
        values = f"grey values {low:g} to {high:g}" if self.levels is None else f"the values {_listed(self.levels)}"
        voxel = "an unknown voxel size" if self.voxel_nm is None else f"voxels of {size_words(self.voxel_nm)} nm"
        if self.edges_without_unit:
            voxel = f"voxels of {size_words(self.edges_without_unit)} in a unit that it does not give"
        carried = f"; labels {', '.join(self.labels)}" if self.labels else ""
        stated = f"; it states the phase fractions {_listed(self.fractions)}" if self.fractions else ""
        return f"{count} of {size_words(self.shape)} voxels with {values} and {voxel}{carried}{stated}."


def find_volumes(sources: tuple[str, ...], options: ImportOptions = AS_THE_FILE_SAYS) -> FoundVolumes:
    """Look into files, folders and glob patterns: HDF5 parts (one dataset per volume), volume files, folders of volume
    files or of numbered slices. Reads one volume and the list of names.

    Raises InputError naming what is missing, empty or unreadable.
    """
    volumes = source_volumes(sources, options)
    first = read_source(volumes[0], options)
    x, y, z = first.values.shape
    levels = result_of(distinct(first.values))
    return FoundVolumes(
        volumes,
        (x, y, z),
        levels,
        _mapping(first, levels),
        (float(np.nanmin(first.values)), float(np.nanmax(first.values))),
        None if first.voxel_from == "convention" else first.voxel_nm,
        first.lateral,
        first.oriented,
        tuple(sorted(first.labels)),
        first.fractions,
        first.voxel_nm if first.voxel_from == "convention" else first.edges_without_unit,
        first.axes_from,
        first.array,
        first.arrays if volumes[0].item is None else (),
        first.value_names or _own_names(first),
    )


def source_volumes(sources: tuple[str, ...], options: ImportOptions = AS_THE_FILE_SAYS) -> tuple[SourceVolume, ...]:
    """The volumes in these places, in the order of their numbers, without reading them."""
    return tuple(volume for path in _paths(sources) for volume in _volumes(path, options))


def read_source(source: SourceVolume, options: ImportOptions = AS_THE_FILE_SAYS) -> Scan:
    """The values of one source, as `options` say; raises InputError naming it."""
    read = scan(source.path, options if source.item is None else replace(options, array=source.item))
    return replace(read, values=flipped(read.values, options.flip))


def _mapping(first: Scan, levels: tuple[float, ...] | None) -> Mapping | None:
    if levels is None:
        return None
    if first.phases_known and set(levels) <= {float(label) for label in range(MOST_PHASES)}:
        return tuple((level, int(level)) for level in levels)
    return stated_phases(first.labels, levels) or as_phases(levels, first.values.dtype)


def _own_names(first: Scan) -> dict[str, str]:
    names = first.record.get("phase_names", ()) if first.phases_known and isinstance(first.record, dict) else ()
    return {str(label): str(name) for label, name in enumerate(names)}


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


def _volumes(path: Path, options: ImportOptions) -> list[SourceVolume]:
    if path.is_dir() and path.suffix.lower() != ".zarr":
        return _in_folder(path, options)
    several = path.suffix.lower() in parts.EXTENSIONS and options.array is None
    items = parts.part_items(path) if several else []
    return [SourceVolume(path, item) for item in sorted(items, key=natural)] or [SourceVolume(path)]


def _in_folder(folder: Path, options: ImportOptions) -> list[SourceVolume]:
    files = _files(folder)
    if not files:
        raise InputError(f"{folder} holds no file of a known volume format; give the folder of the volumes.")
    slices = slice_files(folder)
    if len(slices) > 1 and {*files} <= {*slices} and scan(slices[0]).values.shape[2] == 1:
        return [SourceVolume(folder)]
    return [volume for file in files for volume in _volumes(file, options)]


def _files(folder: Path) -> list[Path]:
    """The volumes in `folder` in the order of their numbers; beside other volumes a text is a note."""
    files = sorted((entry for entry in folder.iterdir() if _is_volume(entry)), key=lambda entry: natural(entry.name))
    return [file for file in files if file.suffix.lower() != TEXT] or files


def _is_volume(entry: Path) -> bool:
    """Whether `entry` is a volume by its name; raw data that a MetaImage header points to count once."""
    if entry.name.startswith(".") or entry.suffix.lower() not in SCANNED:
        return False
    if not entry.is_file():
        return entry.suffix.lower() == ".zarr"
    return entry.suffix.lower() != ".raw" or not entry.with_suffix(".mhd").exists()


def _listed(values: Iterable[float]) -> str:
    return ", ".join(f"{value:g}" for value in values)
