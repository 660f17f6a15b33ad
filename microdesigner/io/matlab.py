"""MATLAB files (.mat): version 5 to 7, whose arrays SciPy lists, and version 7.3 as the HDF5 file that it is.

The format records neither axes nor voxel edges: the first index is x, the second y, the third z by convention.
"""

from pathlib import Path

from microdesigner.core.errors import InputError
from microdesigner.io import hdf5
from microdesigner.io.arrays import chosen
from microdesigner.io.axes import in_xyz, three_of
from microdesigner.io.damage import BEST_COMPRESSION, DamagedError
from microdesigner.io.labels import check_size
from microdesigner.io.matlab_elements import numbers_of
from microdesigner.io.options import ImportOptions
from microdesigner.io.scans import Scan

_HDF5_START = b"\x89HDF"
_USER_BLOCK = 512


def scan(path: Path, options: ImportOptions) -> Scan:
    """Read the only array of three dimensions, or the one that is named; objects and structures are passed over."""
    with path.open("rb") as file:
        start = file.read(_USER_BLOCK + len(_HDF5_START))
    if _HDF5_START in (start[: len(_HDF5_START)], start[_USER_BLOCK:]):
        return hdf5.scan(path, options)
    try:
        return _scan(path, options)
    except (InputError, MemoryError, PermissionError):
        raise
    except DamagedError as error:
        raise InputError(f"{path} cannot be read as a MATLAB file ({error}); save it again.") from None
    except Exception:  # noqa: BLE001 - SciPy has no common error for damage
        raise InputError(f"{path} is not a whole MATLAB file; save it again.") from None


def _scan(path: Path, options: ImportOptions) -> Scan:
    from scipy.io import whosmat

    entries = whosmat(path)
    volumes = [
        name
        for name, shape, kind in entries
        if kind not in ("cell", "struct", "object", "char", "function", "opaque", "sparse")
        and len(shape) >= 3
        and three_of(shape, "xyz" + "c" * (len(shape) - 3)) is not None
    ]
    name = chosen(path, volumes, options)
    shape = next(shape for entry, shape, _ in entries if entry == name)
    check_size(path, (1, 1, _product(shape)), most=BEST_COMPRESSION * path.stat().st_size)
    values = numbers_of(path, name, shape)
    turned, source = in_xyz(path, values, "xyz" + "c" * (values.ndim - 3), options, "convention")
    return Scan(turned, axes_from=source, array=name, arrays=tuple(volumes))


def _product(shape: tuple[int, ...]) -> int:
    product = 1
    for edge in shape:
        product *= int(edge)
    return product
