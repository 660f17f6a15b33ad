"""All file formats, and the two doors through which volumes enter and leave the program."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from microdesigner.io import graspi_text, hdf5, metaimage, npy, nrrd, raw, tiff, vti, vtk_legacy


@dataclass(frozen=True)
class Format:
    """A file format: its title for dialogues, its extensions (the first is written) and its reader and writer."""

    title: str
    extensions: tuple[str, ...]
    read: Callable[[Path], Microstructure]
    write: Callable[[Microstructure, Path], None]


FORMATS: dict[str, Format] = {
    "vti": Format("VTK image data", (".vti",), vti.read, vti.write),
    "vtk": Format("VTK legacy structured points", (".vtk",), vtk_legacy.read, vtk_legacy.write),
    "raw": Format("Raw labels with JSON header", (".raw",), raw.read, raw.write),
    "mhd": Format("Raw labels with MetaImage header", (".mhd",), metaimage.read, metaimage.write),
    "tiff": Format("TIFF stack", (".tif", ".tiff"), tiff.read, tiff.write),
    "nrrd": Format("NRRD", (".nrrd",), nrrd.read, nrrd.write),
    "hdf5": Format("HDF5", (".h5", ".hdf5"), hdf5.read, hdf5.write),
    "npy": Format("NumPy array", (".npy",), npy.read, npy.write),
    "graspi": Format("GraSPI text", (".txt",), graspi_text.read, graspi_text.write),
}


def read(path: str | Path) -> Microstructure:
    """Read a volume in the format of its extension.

    Raises InputError, one sentence naming the file and the remedy, whatever is wrong with it.
    """
    path = Path(path)
    chosen = format_of(path)
    if path.is_dir():
        raise InputError(f"{path} is a folder; give the file of a volume in it.")
    if not path.exists():
        raise InputError(f"{path} does not exist; check the name.")
    try:
        return chosen.read(path)
    except OSError as error:
        raise InputError(
            f"{path} cannot be read ({error.strerror or error}); check the file and its permissions."
        ) from None
    except MemoryError:
        raise InputError(f"{path} is too large for this computer's memory; crop the volume.") from None


def write(microstructure: Microstructure, path: str | Path, format: str | None = None) -> None:
    """Write a volume in the named format, by default that of the extension; the file is whole or absent.

    Raises InputError for an unknown format, a volume the format cannot hold, or a place that cannot be written.
    """
    path = Path(path)
    chosen = format_of(path) if format is None else named_format(format)
    try:
        chosen.write(microstructure, path)
    except OSError as error:
        raise InputError(f"{path} cannot be written ({error.strerror or error}); choose another place.") from None


def format_of(path: Path) -> Format:
    """The format of a file's extension; raises InputError naming the known ones."""
    for candidate in FORMATS.values():
        if path.suffix.lower() in candidate.extensions:
            return candidate
    known = ", ".join(extension for candidate in FORMATS.values() for extension in candidate.extensions)
    raise InputError(f"{path} has no known extension; known are {known}.")


def named_format(name: str) -> Format:
    """The format called `name`, such as vti or tiff; raises InputError naming the known ones."""
    if name not in FORMATS:
        raise InputError(f"The format '{name}' is not known; known are {', '.join(FORMATS)}.")
    return FORMATS[name]
