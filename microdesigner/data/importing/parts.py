"""HDF5 as the published data come: one dataset per volume at the file's root, its labels as attributes."""

from pathlib import Path

from microdesigner.core.errors import InputError
from microdesigner.core.steps import result_of
from microdesigner.io.hdf5 import DATASET, EXTENSIONS, numbers_of
from microdesigner.io.isolation import isolated
from microdesigner.io.options import AS_THE_FILE_SAYS, ImportOptions

__all__ = ["EXTENSIONS", "part_items", "part_labels"]

_CATALOGUE = "microdesigner.data.importing.parts:catalogue"


def part_items(path: Path) -> list[str]:
    """Names of the volumes at the root; empty where the file is one volume of this program or holds none."""
    items = list(result_of(isolated(_CATALOGUE, path, AS_THE_FILE_SAYS)))
    return [] if items == [DATASET] else items


def part_labels(path: Path, items: list[str]) -> list[dict[str, float]]:
    """Number-valued labels of `items`, without reading their voxels."""
    found = result_of(isolated(_CATALOGUE, path, AS_THE_FILE_SAYS))
    return [found[item] for item in items]


def catalogue(path: Path, _options: ImportOptions) -> dict[str, dict[str, float]]:
    """The volumes at the root of a file with their number-valued labels."""
    import h5py

    try:
        with h5py.File(path, "r") as file:
            return {
                name: numbers_of(entry)
                for name, entry in file.items()
                if isinstance(entry, h5py.Dataset) and entry.ndim == 3 and entry.dtype.kind in "biuf"
            }
    except (OSError, KeyError, RuntimeError, TypeError, ValueError):  # what h5py makes of damage
        raise InputError(f"{path} is not a whole HDF5 file; copy it again.") from None
