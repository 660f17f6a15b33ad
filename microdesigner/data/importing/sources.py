"""What lies in files and folders, told before anything is imported."""

from dataclasses import dataclass
from pathlib import Path

from microdesigner.core.microstructure import Lateral

MOST_LEVELS = 8


@dataclass(frozen=True)
class SourceVolume:
    """One volume: a file, a folder of image slices, or the dataset `item` of an HDF5 file."""

    path: Path
    item: str | None = None

    @property
    def name(self) -> str:
        """Name for messages, tables and the data set."""
        return f"{self.path.stem}-{self.item}" if self.item else self.path.stem


@dataclass(frozen=True)
class FoundVolumes:
    """What a place holds. All but `volumes` and `labels` is read from the first volume.

    `shape`: voxels along the source's x, y, z. `levels`: its distinct values in rising order where they are few (label
    volumes), None for grey values. `value_range`: least and greatest value. `voxel_nm`, `lateral`: None where the file
    does not say. `oriented`: the format says that z = 0 is the cathode side. `labels`: number-valued labels that the
    volumes carry. `fractions`: phase fractions that the file states, darkest first (a hint for the segmentation).
    """

    volumes: tuple[SourceVolume, ...]
    shape: tuple[int, int, int]
    levels: tuple[float, ...] | None
    value_range: tuple[float, float]
    voxel_nm: tuple[float, float, float] | None
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
    def suggested_mapping(self) -> tuple[tuple[float, int], ...]:
        """Values to phases in rising order (donor, acceptor; three levels: donor, mixed, acceptor), to be confirmed."""
        raise NotImplementedError

    @property
    def summary(self) -> str:
        """What was found, in one sentence."""
        raise NotImplementedError


def find_volumes(sources: tuple[str, ...]) -> FoundVolumes:
    """Look into files, folders and glob patterns: HDF5 parts (one dataset per volume), volume files, folders of volume
    files or of numbered slices. Reads one volume and the list of names.

    Raises InputError naming what is missing, empty, mixed or unreadable.
    """
    raise NotImplementedError
