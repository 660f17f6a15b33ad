"""All file formats, and the two doors through which volumes enter and leave the program."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from microdesigner.io import graspi_text, hdf5, metaimage, mrc, npy, nrrd, raw, tiff, vti, vtk_legacy
from microdesigner.io.scans import Scan


@dataclass(frozen=True)
class Format:
    """A file format: its title for dialogues, its extensions (the first is written), its reader and its writer."""

    title: str
    extensions: tuple[str, ...]
    scan: Callable[[Path], Scan]
    write: Callable[[Microstructure, Path], None]


FORMATS: dict[str, Format] = {
    "vti": Format("VTK image data", (".vti",), vti.scan, vti.write),
    "vtk": Format("VTK legacy structured points", (".vtk",), vtk_legacy.scan, vtk_legacy.write),
    "raw": Format("Raw labels with JSON header", (".raw",), raw.scan, raw.write),
    "mhd": Format("Raw labels with MetaImage header", (".mhd",), metaimage.scan, metaimage.write),
    "tiff": Format("TIFF stack", (".tif", ".tiff"), tiff.scan, tiff.write),
    "nrrd": Format("NRRD", (".nrrd",), nrrd.scan, nrrd.write),
    "hdf5": Format("HDF5", (".h5", ".hdf5"), hdf5.scan, hdf5.write),
    "npy": Format("NumPy array", (".npy",), npy.scan, npy.write),
    "graspi": Format("GraSPI text", (".txt",), graspi_text.scan, graspi_text.write),
}


# formats of grey values, which are not written
SCANNERS: dict[str, Callable[[Path], Scan]] = dict.fromkeys(mrc.EXTENSIONS, mrc.scan)
SCANNED = (*(extension for entry in FORMATS.values() for extension in entry.extensions), *SCANNERS)


def read(path: str | Path) -> Microstructure:
    """Read a volume of phase labels in the format of its extension.

    Parameters
    ----------
    path
        File of a format in `FORMATS`.

    Returns
    -------
    Microstructure
        Labels (x, y, z) with what the file says of voxel edges, boundary, phase names and origin.

    Raises
    ------
    InputError
        Whatever is wrong with the file: one sentence naming it and the remedy.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> volume = Microstructure(np.zeros((4, 5, 6), np.uint8), voxel_nm=(2.0, 2.0, 1.0))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write(volume, Path(folder) / "film.vti")
    ...     again = read(Path(folder) / "film.vti")
    >>> again.shape, again.voxel_nm
    ((4, 5, 6), (2.0, 2.0, 1.0))
    """
    return scan(path).labelled(Path(path))


def scan(path: str | Path) -> Scan:
    """Read a volume of any numbers, labels or grey values, in the format of its extension.

    Parameters
    ----------
    path
        File of a format in `FORMATS` or `SCANNERS`.

    Returns
    -------
    Scan
        Numbers (x, y, z) and what the file says of them; what it does not say is unknown.

    Raises
    ------
    InputError
        Whatever is wrong with the file: one sentence naming it and the remedy.
    """
    path = Path(path)
    scanner = SCANNERS.get(path.suffix.lower()) or format_of(path).scan
    if path.is_dir():
        raise InputError(f"{path} is a folder; give the file of a volume in it.")
    if not path.exists():
        raise InputError(f"{path} does not exist; check the name.")
    try:
        return scanner(path)
    except OSError as error:
        raise InputError(
            f"{path} cannot be read ({error.strerror or error}); check the file and its permissions."
        ) from None
    except MemoryError:
        raise InputError(f"{path} is too large for this computer's memory; crop the volume.") from None


def write(microstructure: Microstructure, path: str | Path, format: str | None = None) -> None:
    """Write a volume; the file is whole or absent.

    Parameters
    ----------
    microstructure
        The volume.
    path
        File to write; one that is there is replaced.
    format
        Name of a format in `FORMATS`, by default that of the extension.

    Raises
    ------
    InputError
        For an unknown format, a volume the format cannot hold, or a place that cannot be written.
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
