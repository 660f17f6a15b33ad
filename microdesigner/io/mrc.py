"""Electron tomograms (.mrc, .map, .rec, .st), read by mrcfile; their unit of length is the ångström.

Sources: Cheng et al., J. Struct. Biol. 192 (2015) 146, MRC2014; IMOD, https://bio3d.colorado.edu/imod/doc/mrc_format.txt
"""

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.errors import InputError
from microdesigner.core.slabs import slabs
from microdesigner.io.axes import in_xyz
from microdesigner.io.labels import check_size
from microdesigner.io.options import ImportOptions
from microdesigner.io.scans import Scan, Source
from microdesigner.io.units import in_nm

if TYPE_CHECKING:
    from mrcfile.mrcobject import MrcObject

EXTENSIONS = (".mrc", ".map", ".rec", ".st")
_IMOD_STAMP, _STAMP_BYTES, _FLAG_BYTES = b"IMOD", slice(152, 156), slice(156, 160)
_SIGNED, _SIGNED_MOST = 1, 127
_EXTENDED_BYTES, _ORDER, _BIG_ENDIAN = slice(92, 96), slice(212, 213), b"\x11"


def scan(path: Path, options: ImportOptions) -> Scan:
    """Read a volume of real numbers, its axes as the header orders them; raises InputError for stacks of pictures,
    complex or damaged files."""
    import mrcfile

    _check_header(path)
    try:
        with warnings.catch_warnings(action="ignore"), mrcfile.mmap(path, mode="r") as file:  # of bytes behind the last
            stored = file.data  # sections, rows, columns
            if stored.ndim != 3:
                raise ValueError(f"its array has {stored.ndim} dimensions")
            check_size(path, tuple(stored.shape))
            letters, said = _axes(file)
            values, source = in_xyz(path, _numbers(file, stored), letters, options, said)
            x, y, z = (in_nm(float(file.voxel_size[axis]), "angstrom") for axis in "xyz")
            if values.shape[2] > 1 and file.header.mz == 1:  # pictures, between which the header knows no distance
                z = None
    except (ValueError, OverflowError, TypeError) as error:
        raise InputError(f"{path} cannot be read as an MRC volume ({_brief(error)}); export it again.") from None
    if values.dtype.kind not in "iuf":
        raise InputError(f"{path} holds {values.dtype} numbers; export real grey values.")
    return Scan(values, voxel_nm=(x, y, z) if x and y and z else None, axes_from=source)


def _check_header(path: Path) -> None:
    """Raise InputError where the extended header is longer than the file: mrcfile asks for memory for all of it."""
    with path.open("rb") as file:
        start = file.read(1024)
    order: Literal["big", "little"] = "big" if start[_ORDER] == _BIG_ENDIAN else "little"
    if int.from_bytes(start[_EXTENDED_BYTES], order, signed=True) > path.stat().st_size:
        raise InputError(f"{path} cannot be read as an MRC volume (its header is longer than it); export it again.")


def _axes(file: "MrcObject") -> tuple[str, Source]:
    """Letters of sections, rows and columns by the header's MAPS, MAPR, MAPC; headers without them mean z, y, x."""
    order = [int(file.header.maps), int(file.header.mapr), int(file.header.mapc)]
    if sorted(order) == [1, 2, 3]:
        return "".join("xyz"[axis - 1] for axis in order), "file"
    return "zyx", "convention"


def _numbers(file: "MrcObject", stored: NDArray[Any]) -> NDArray[Any]:
    """The values that were meant: IMOD marks in its header whether bytes (mode 0) are signed, and then stores them 128
    lower. Other programs' bytes are signed, as MRC2014 defines them, unless the greatest value that the header tells is
    none of a signed byte."""
    header = file.header.tobytes()
    if stored.dtype != np.int8:
        return stored
    if header[_STAMP_BYTES] not in (_IMOD_STAMP, _IMOD_STAMP[::-1]):
        return stored.view(np.uint8) if file.header.dmin >= 0 and _SIGNED_MOST < file.header.dmax < 256 else stored
    flags = int.from_bytes(header[_FLAG_BYTES], "little" if header[_STAMP_BYTES] == _IMOD_STAMP else "big")
    unsigned: NDArray[Any] = stored.view(np.uint8)
    return _raised(unsigned) if flags & _SIGNED else unsigned


def _raised(stored: NDArray[np.uint8]) -> NDArray[np.uint8]:
    values = np.empty_like(stored, subok=False)
    for part in slabs(stored):
        np.bitwise_xor(stored[part], 128, out=values[part])
    return values


def _brief(error: Exception) -> str:
    return " ".join(str(error).split())[:120].rstrip(".")
