"""MetaImage (.mhd): a text header beside raw labels, what ITK, ParaView, Fiji and Avizo read.

Written together with the raw labels and their JSON header (see `raw`), which keeps what MetaImage does not record.
Source: https://docs.itk.org/en/latest/learn/metaio.html
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.paths import write_text_atomic
from microdesigner.io import raw
from microdesigner.io.damage import BEST_COMPRESSION, DamagedError, inflated
from microdesigner.io.labels import UNIT_UNKNOWN, Voxel, check_size, voxel_of
from microdesigner.io.scans import Scan

_LONGEST_HEADER = 1 << 16
_TYPES = {
    "MET_UCHAR": "u1", "MET_CHAR": "i1", "MET_USHORT": "u2", "MET_SHORT": "i2", "MET_UINT": "u4", "MET_INT": "i4",
    "MET_FLOAT": "f4", "MET_DOUBLE": "f8",
}  # fmt: skip


def scan(path: Path) -> Scan:
    """Read the volume that a header describes, its data plain or packed in a file of the same folder; x is the fastest
    axis. Where the JSON header of this program lies beside it, that tells the rest; else the unit is not known."""
    try:
        fields = _fields(path)
        shape, data = _shape(fields), _data_file(path, fields)
        if data.suffix == ".raw" and data.with_suffix(".json").is_file():
            whole = raw.scan(data)
            if whole.values.shape != shape:
                raise DamagedError("its two headers disagree")
            return whole
        size = data.stat().st_size
        check_size(path, shape, most=BEST_COMPRESSION * size)
        values = _values(fields, data, int(np.prod(shape)))
    except DamagedError as error:
        raise InputError(f"{path} cannot be read as MetaImage ({error}); copy or export it again.") from None
    edges = fields.get("ElementSpacing") or fields.get("ElementSize") or "1 1 1"
    record = {"provenance": UNIT_UNKNOWN}
    return Scan(np.ascontiguousarray(values.reshape(shape, order="F")), voxel_of(path, edges.split()), record)


def write(microstructure: Microstructure, path: Path) -> None:
    """Write NAME.raw and NAME.json, then NAME.mhd, whose spacing is in nm."""
    labels = path.with_suffix(".raw")
    raw.write(microstructure, labels)
    lines = [
        "ObjectType = Image",
        "NDims = 3",
        "BinaryData = True",
        "BinaryDataByteOrderMSB = False",
        "CompressedData = False",
        *_spacing_lines(microstructure.voxel_nm),
        "DimSize = " + " ".join(map(str, microstructure.shape)),
        "ElementType = MET_UCHAR",
        f"ElementDataFile = {labels.name}",
    ]
    write_text_atomic(path, "\n".join(lines) + "\n")


def _spacing_lines(voxel_nm: Voxel | None) -> list[str]:
    return ["ElementSpacing = " + " ".join(repr(float(edge)) for edge in voxel_nm)] if voxel_nm else []


def _fields(path: Path) -> dict[str, str]:
    with path.open("rb") as file:
        text = file.read(_LONGEST_HEADER).decode("utf-8", errors="replace")
    pairs = [line.partition("=") for line in text.splitlines()]
    fields = {name.strip(): value.strip() for name, found, value in pairs if found}
    if "ElementDataFile" not in fields:
        raise DamagedError("it names no file of data")
    return fields


def _shape(fields: dict[str, str]) -> tuple[int, int, int]:
    words = fields.get("DimSize", "").split()
    if fields.get("NDims") != "3" or len(words) != 3 or not all(w.isdigit() and len(w) < 10 for w in words):
        raise DamagedError("it does not declare three dimensions and their sizes")
    if fields.get("ElementNumberOfChannels", "1") != "1" or fields.get("HeaderSize", "0") != "0":
        raise DamagedError("its data are not one number per voxel from the first byte on")
    x, y, z = map(int, words)
    return x, y, z


def _data_file(path: Path, fields: dict[str, str]) -> Path:
    name = fields["ElementDataFile"]
    if Path(name).name != name or not (path.parent / name).is_file():
        raise InputError(f"{path} needs its data in the same folder, as the file '{name}'; copy it there.")
    return path.parent / name


def _values(fields: dict[str, str], data: Path, count: int) -> NDArray[Any]:
    kind = _TYPES.get(fields.get("ElementType", ""))
    if kind is None:
        raise DamagedError(f"its type is '{fields.get('ElementType', '')}'")
    big = "True" in (fields.get("BinaryDataByteOrderMSB"), fields.get("ElementByteOrderMSB"))
    number = np.dtype(kind).newbyteorder(">" if big else "<")
    content = data.read_bytes()
    if fields.get("CompressedData", "False") == "True":
        content = inflated(content, count * number.itemsize)
    if len(content) != count * number.itemsize:
        raise DamagedError("its data are shorter or longer than it declares")
    return np.frombuffer(content, number, count)
