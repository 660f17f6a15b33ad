"""All file formats of volumes: what writes each, and what opens the files of which extension."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from microdesigner.io import (
    dream3d,
    graspi_text,
    hdf5,
    ising_morphology,
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
FOLDER = Reader("Folder of slices", (), "microdesigner.io.slices:scan")
_RAW = Reader("Raw numbers", (), raw.scan)


def format_of(path: Path) -> Format:
    """The format in which a file of this name is written; raises InputError naming the known ones."""
    name = path.name.lower()
    for candidate in sorted(FORMATS.values(), key=lambda entry: -len(entry.extensions[0])):
        if name.endswith(candidate.extensions):
            return candidate
    known = ", ".join(extension for candidate in FORMATS.values() for extension in candidate.extensions)
    raise InputError(f"{path} has no known extension; known are {known}.")


def numbered(path: Path, number: int) -> Path:
    """PATH-0000.EXT for one of several files, where EXT is the whole extension of the format, such as .ome.tif."""
    extension = next(ending for ending in format_of(path).extensions if path.name.lower().endswith(ending))
    stem, extension = path.name[: -len(extension)], path.name[-len(extension) :]
    return path.with_name(f"{stem}-{number:04d}{extension}")


def named_format(name: str) -> Format:
    """The format called `name`, such as vti or tiff; raises InputError naming the known ones."""
    if name not in FORMATS:
        raise InputError(f"The format '{name}' is not known; known are {', '.join(FORMATS)}.")
    return FORMATS[name]


def reader_of(path: Path, options: ImportOptions = AS_THE_FILE_SAYS) -> Reader:
    """What opens `path`; raises InputError naming the known extensions."""
    if path.is_dir() and path.suffix.lower() not in zarr_store.EXTENSIONS:
        return FOLDER
    if options.raw is not None:
        return _RAW
    for reader in READERS:
        if path.suffix.lower() in reader.extensions:
            return reader
    raise InputError(
        f"{path} has no known extension; known are {', '.join(SCANNED)}, folders of slices, and any file of plain "
        "numbers with --raw X Y Z DTYPE."
    )
