"""All file formats, and the two doors through which volumes enter and leave the program."""

from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from microdesigner.core.errors import InputError
from microdesigner.core.events import Progress
from microdesigner.core.microstructure import PHASE_NAMES, Microstructure
from microdesigner.io import (
    dream3d,
    graspi_text,
    hdf5,
    ising_morphology,
    isolation,
    labelling,
    metaimage,
    mrc,
    npy,
    nrrd,
    ome,
    ome_zarr,
    raw,
    slices,
    tiff,
    vti,
    vtk_legacy,
    zarr_store,
)  # fmt: skip
from microdesigner.io.options import AS_THE_FILE_SAYS, ImportOptions
from microdesigner.io.scans import Scan
from microdesigner.io.tiled import PutTile, TiledVolume


@dataclass(frozen=True)
class Format:
    """A file format: its title for dialogues, its extensions (the first is written), its writer, and whether it can
    hold a mixed phase (see `mixed_phase`)."""

    title: str
    extensions: tuple[str, ...]
    write: Callable[[Microstructure, Path], None]
    holds_mixed: bool = True


@dataclass(frozen=True)
class Reader:
    """What opens the files of some extensions: a function, or the name of one that runs in a process of its own
    because its library can crash or hang on a damaged file (see `isolation`)."""

    title: str
    extensions: tuple[str, ...]
    scan: Callable[[Path, ImportOptions], Scan] | str


FORMATS: dict[str, Format] = {
    "vti": Format("VTK image data", (".vti",), vti.write),
    "vtk": Format("VTK legacy structured points", (".vtk",), vtk_legacy.write),
    "raw": Format("Raw labels with JSON header", (".raw",), raw.write),
    "mhd": Format("Raw labels with MetaImage header", (".mhd",), metaimage.write),
    "mha": Format("MetaImage", (".mha",), metaimage.write_single),
    "tiff": Format("TIFF stack", (".tif", ".tiff"), tiff.write),
    "ome-tiff": Format("OME-TIFF", (".ome.tif", ".ome.tiff"), ome.write),
    "nrrd": Format("NRRD", (".nrrd",), nrrd.write),
    "hdf5": Format("HDF5", (".h5", ".hdf5"), hdf5.write),
    "dream3d": Format("DREAM.3D", (".dream3d",), dream3d.write),
    "npy": Format("NumPy array", (".npy",), npy.write),
    "graspi": Format("GraSPI text", (".txt",), graspi_text.write),
    "ising": Format("Ising_OPV morphology for Excimontec", (".ising.txt",), ising_morphology.write, False),
    "zarr": Format("OME-Zarr", (".ome.zarr", ".zarr"), ome_zarr.write),
}

TILED_FORMATS: dict[str, Callable[[TiledVolume, Path], AbstractContextManager[PutTile]]] = {
    "zarr": ome_zarr.tiled,
    "raw": raw.tiled,
}
"""By name of the format, what opens a file for a volume that comes tile by tile."""

READERS: tuple[Reader, ...] = (
    Reader("VTK grids", (".vti", ".vtr"), vti.scan),
    Reader("VTK legacy files", (".vtk",), vtk_legacy.scan),
    Reader("Raw numbers", (".raw",), raw.scan),
    Reader("MetaImage", (".mhd", ".mha"), metaimage.scan),
    Reader("TIFF and OME-TIFF", (".tif", ".tiff"), "microdesigner.io.tiff:scan"),
    Reader("NRRD", nrrd.EXTENSIONS, nrrd.scan),
    Reader("HDF5 and DREAM.3D", (*hdf5.EXTENSIONS, *dream3d.EXTENSIONS), "microdesigner.io.hdf5:scan"),
    Reader("NumPy arrays", (".npy", ".npz"), npy.scan),
    Reader("GraSPI text and Ising_OPV morphologies", (".txt",), graspi_text.scan),
    Reader("Tomograms", mrc.EXTENSIONS, mrc.scan),
    Reader("MATLAB", (".mat",), "microdesigner.io.matlab:scan"),
    Reader("Zarr and OME-Zarr", zarr_store.EXTENSIONS, "microdesigner.io.zarr_store:scan"),
    Reader("Pictures", slices.PICTURES, slices.picture),
)
SCANNED = tuple(extension for reader in READERS for extension in reader.extensions)
_LONGEST_MESSAGE = 400
_FOLDER = Reader("Folder of slices", (), "microdesigner.io.slices:scan")
_RAW = Reader("Raw numbers", (), raw.scan)


def read(path: str | Path, options: ImportOptions = AS_THE_FILE_SAYS) -> Microstructure:
    """Read a volume of phase labels in the format of its extension; a folder is a stack of slices.

    Parameters
    ----------
    path
        File of a format in `READERS`, or folder of slices.
    options
        What the user says where the file says nothing, or something else.

    Returns
    -------
    Microstructure
        Labels (x, y, z) with what the file says of voxel edges, boundary, phase names and origin; the rest is unknown.

    Raises
    ------
    InputError
        Whatever is wrong with the file: one sentence naming it and the remedy; MissingOptionError where only an option
        is missing.

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
    return labelling.finished(reading(path, options))


def reading(path: str | Path, options: ImportOptions = AS_THE_FILE_SAYS) -> labelling.Working:
    """`read` in steps, for large files.

    Parameters
    ----------
    path, options
        As `read` takes them.

    Yields
    ------
    Progress or Coarse
        Progress, and a coarse view as soon as there is one of a large volume; closing the generator stops.

    Returns
    -------
    Microstructure
        The volume, what `yield from` gives.

    Raises
    ------
    InputError
        As `read` does.
    """
    path = Path(path)
    scanned = yield from scanning(path, options)
    return (yield from labelling_of(path, scanned, options))


def scanning(path: Path, options: ImportOptions) -> Generator[Progress, None, Scan]:
    """The first step of `reading`: `scan` with progress."""
    return (yield from _guarded(path, _scanning(path, options)))


def labelling_of(
    path: Path, scanned: Scan, options: ImportOptions, standard: Sequence[str] = PHASE_NAMES
) -> labelling.Working:
    """The second step of `reading`: from the numbers of `scanned` to the volume; `standard`: see `labelling`."""
    return (yield from _guarded(path, labelling.labelling(path, scanned, options, standard)))


def scan(path: str | Path, options: ImportOptions = AS_THE_FILE_SAYS) -> Scan:
    """Read a volume of any numbers, labels or grey values, in the format of its extension.

    Parameters
    ----------
    path, options
        As `read` takes them; `flip`, `mapping` and `segmentation` come later, see `labelling`.

    Returns
    -------
    Scan
        Numbers (x, y, z) and what the file says of them; what it does not say is unknown.

    Raises
    ------
    InputError
        Whatever is wrong with the file: one sentence naming it and the remedy.
    """
    return _ended(_guarded(Path(path), _scanning(Path(path), options)))


def described(path: str | Path, options: ImportOptions = AS_THE_FILE_SAYS) -> tuple[Scan, Microstructure]:
    """What a file says of its volume, and the volume."""
    scanned = scan(path, options)
    return scanned, _ended(_guarded(Path(path), labelling.labelling(Path(path), scanned, options)))


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
    """The format in which a file of this name is written; raises InputError naming the known ones."""
    name = path.name.lower()
    for candidate in sorted(FORMATS.values(), key=lambda entry: -len(entry.extensions[0])):
        if name.endswith(candidate.extensions):
            return candidate
    known = ", ".join(extension for candidate in FORMATS.values() for extension in candidate.extensions)
    raise InputError(f"{path} has no known extension; known are {known}.")


def named_format(name: str) -> Format:
    """The format called `name`, such as vti or tiff; raises InputError naming the known ones."""
    if name not in FORMATS:
        raise InputError(f"The format '{name}' is not known; known are {', '.join(FORMATS)}.")
    return FORMATS[name]


def reader_of(path: Path, options: ImportOptions = AS_THE_FILE_SAYS) -> Reader:
    """What opens `path`; raises InputError naming the known extensions."""
    if path.is_dir() and path.suffix.lower() not in zarr_store.EXTENSIONS:
        return _FOLDER
    if options.raw is not None:
        return _RAW
    for reader in READERS:
        if path.suffix.lower() in reader.extensions:
            return reader
    raise InputError(
        f"{path} has no known extension; known are {', '.join(SCANNED)}, folders of slices, and any file of plain "
        "numbers with --raw X Y Z DTYPE."
    )


def _scanning(path: Path, options: ImportOptions) -> Generator[Any, None, Scan]:
    reader = reader_of(path, options)
    if not path.exists():
        raise InputError(f"{path} does not exist; check the name.")
    if path.is_dir() and reader is not _FOLDER and path.suffix.lower() not in zarr_store.EXTENSIONS:
        raise InputError(f"{path} is a folder; give the file of a volume in it.")
    yield Progress("read", 0, 1)
    if isinstance(reader.scan, str):
        work = isolation.isolated(reader.scan, path, options)
        try:
            while True:
                next(work)
                yield Progress("read", 0, 1)  # the library tells nothing of its progress; here one may stop
        except StopIteration as end:
            found: Scan = end.value
        finally:
            work.close()
    else:
        found = reader.scan(path, options)
    yield Progress("read", 1, 1)
    if options.voxel_nm is None:
        return found
    return replace(found, voxel_nm=options.voxel_nm, voxel_from="option", edges_without_unit=None)


def _guarded(path: Path, work: Generator[Any, None, Any]) -> Generator[Any, None, Any]:
    """`work` with the errors of the system told in one sentence, and without what cannot be printed of a file."""
    try:
        return (yield from work)
    except InputError as error:
        error.args = (_printable(str(error)), *error.args[1:])
        raise
    except OSError as error:
        raise InputError(
            f"{path} cannot be read ({error.strerror or error}); check the file and its permissions."
        ) from None
    except MemoryError:
        raise InputError(f"{path} is too large for this computer's memory; crop the volume.") from None


def _printable(message: str) -> str:
    text = "".join(letter if letter.isprintable() else "?" for letter in message)
    return text if len(text) <= _LONGEST_MESSAGE else text[: _LONGEST_MESSAGE - 4] + " ..."


def _ended(work: Generator[Any, None, Any]) -> Any:
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value
