"""NumPy arrays (.npy) and archives of them (.npz). The formats record neither axes nor voxel edges: [x, y, z] is this
program's convention."""

import zipfile
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy_format
from numpy.typing import NDArray

from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.paths import write_bytes_atomic
from microdesigner.core.slabs import SLAB_BYTES
from microdesigner.io.arrays import chosen
from microdesigner.io.axes import in_xyz, three_of
from microdesigner.io.damage import BEST_COMPRESSION
from microdesigner.io.labels import check_size
from microdesigner.io.mapped_arrays import from_bytes
from microdesigner.io.options import ImportOptions
from microdesigner.io.scans import Scan

_LETTERS = "xyz"


def scan(path: Path, options: ImportOptions) -> Scan:
    """Read numbers [x, y, z]. Pickled objects are refused."""
    if _header_bytes(path) > path.stat().st_size:
        raise _damaged(path)  # NumPy would ask for memory for all of it
    try:
        values = np.load(path, mmap_mode="r", allow_pickle=False)
    except OSError:
        raise
    except Exception:  # noqa: BLE001 - a damaged header is parsed as Python and ends in any of its parser's errors
        raise _damaged(path) from None
    if not isinstance(values, np.ndarray):
        values.close()
        return scan_archive(path, options)
    return _scan(path, values, options)


def scan_archive(path: Path, options: ImportOptions) -> Scan:
    """Read an archive's only array of three dimensions, or the one that is named."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
            shapes = {}
            for name, info in entries.items():
                with archive.open(info) as file:
                    shape, _, number = _declared(file)
                    shapes[name] = shape if number.kind in "biuf" else ()
            volumes = [name for name, shape in shapes.items() if three_of(shape, _letters(len(shape))) is not None]
            name = chosen(path, volumes, options)
            check_size(path, (1, 1, int(np.prod(shapes[name]))), most=BEST_COMPRESSION * entries[name].compress_size)
            with archive.open(entries[name]) as file:
                values = _numbers(file)
    except (InputError, OSError):
        raise
    except Exception:  # noqa: BLE001 - as above, and in any of the archive's
        raise _damaged(path) from None
    return _scan(path, values, options, name, tuple(volumes))


def write(microstructure: Microstructure, path: Path) -> None:
    """Write the labels as uint8 [x, y, z]."""
    content = BytesIO()  # into a file NumPy writes by itself, and does not notice that the disk is full
    np.save(content, np.ascontiguousarray(microstructure.phases), allow_pickle=False)
    write_bytes_atomic(path, content.getvalue())


def _scan(
    path: Path, values: NDArray[Any], options: ImportOptions, array: str | None = None, arrays: tuple[str, ...] = ()
) -> Scan:
    turned, source = in_xyz(path, values, _letters(values.ndim), options, "convention")
    check_size(path, turned.shape)
    return Scan(turned, axes_from=source, array=array, arrays=arrays)


def _header_bytes(path: Path) -> int:
    """How long the header says that it is: two bytes tell it in version 1, four in later ones; 0 in an archive."""
    with path.open("rb") as file:
        start = file.read(12)
    if start[:6] != npy_format.MAGIC_PREFIX:
        return 0
    return int.from_bytes(start[8:10] if start[6:7] == b"\x01" else start[8:12], "little")


def _letters(dimensions: int) -> str:
    """x, y, z for the first three axes; further ones must hold one voxel."""
    return _LETTERS[:dimensions] + "c" * (dimensions - len(_LETTERS))


def _numbers(file: IO[bytes]) -> NDArray[Any]:
    """The array that follows; NumPy's own reader would hold it in memory. Raises ValueError where it is cut short."""
    shape, columns, number = _declared(file)
    stored = from_bytes(shape[::-1] if columns else shape, number, iter(lambda: file.read(SLAB_BYTES), b""))
    return stored.T if columns else stored


def _declared(file: IO[bytes]) -> tuple[tuple[int, ...], bool, "np.dtype[Any]"]:
    """Shape of the array that follows, whether its first index is the fastest, and the type of its numbers."""
    read = {(1, 0): npy_format.read_array_header_1_0, (2, 0): npy_format.read_array_header_2_0}
    return read[npy_format.read_magic(file)](file)


def _damaged(path: Path) -> InputError:
    return InputError(f"{path} is not a whole NumPy array of numbers; save it again with numpy.save.")
