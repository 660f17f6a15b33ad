"""MetaImage (.mhd, .mha): a text header before or beside the numbers, what ITK, ParaView, Fiji and Avizo read.

.mhd is written together with the raw labels and their JSON header (see `raw`), which keeps what MetaImage does not
record; .mha holds labels, voxel edges, phase names and lateral boundary in one file.

The header is parsed here: it is some lines of text, for which ITK would bring 50 MB.
Source: https://docs.itk.org/en/latest/learn/metaio.html
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.paths import atomic_path, write_bytes_atomic
from microdesigner.core.slabs import x_fastest
from microdesigner.io import raw
from microdesigner.io.axes import fortran, mapped, three_of
from microdesigner.io.damage import BEST_COMPRESSION, DamagedError, numbers_of, unpacked
from microdesigner.io.labels import Voxel, check_size, record_of
from microdesigner.io.mapped_arrays import from_bytes
from microdesigner.io.options import ImportOptions
from microdesigner.io.orientation import straightened
from microdesigner.io.scans import Scan
from microdesigner.io.units import in_nm

_LONGEST_HEADER = 1 << 16
_LONGEST_COMMENT = 900  # characters; MetaIO reads lines into buffers of fixed size
_OWN = "microdesigner "
_LOCAL = "LOCAL"
_TYPES = {
    "MET_UCHAR": "u1", "MET_CHAR": "i1", "MET_USHORT": "u2", "MET_SHORT": "i2", "MET_UINT": "u4", "MET_INT": "i4",
    "MET_ULONG": "u4", "MET_LONG": "i4", "MET_ULONG_LONG": "u8", "MET_LONG_LONG": "i8", "MET_FLOAT": "f4",
    "MET_DOUBLE": "f8",
}  # fmt: skip
_MATRICES = ("TransformMatrix", "Rotation", "Orientation")


def scan(path: Path, options: ImportOptions) -> Scan:
    """Read the volume that a header describes, its data plain or packed, in the file or in one of the same folder; x is
    the fastest axis, and axes that point backwards in space are turned round. Where this program's JSON header lies
    beside it, that tells the rest; else the unit is not known."""
    with path.open("rb") as file:
        start = file.read(_LONGEST_HEADER)
    try:
        fields, data_start = _fields(start)
        own = _own_record(fields)
        sizes, spatial = _sizes(fields)
        shape = (sizes[spatial[0]], sizes[spatial[1]], sizes[spatial[2]])
        data, skipped = _data_file(path, fields, data_start)
        if data != path and data.suffix == ".raw" and raw.own_header(data.with_suffix(".json")) is not None:
            whole = raw.scan(data, options)
            if options.axes is None and whole.values.shape != shape:
                raise DamagedError("its two headers disagree")
            return whole
        turned, source = fortran(_values(path, fields, data, skipped, shape), shape, options, path)
        edges = _edges(fields, spatial)
        if source == "file" and (matrix := _matrix(fields, len(sizes))) is not None:
            turned, stored = straightened(path, turned, [matrix[axis][spatial] for axis in spatial])
            edges = edges and (edges[stored[0]], edges[stored[1]], edges[stored[2]])
    except DamagedError as error:
        raise InputError(f"{path} cannot be read as MetaImage ({error}); copy or export it again.") from None
    unit = "nm" if own else fields.get("DistanceUnits", "")
    converted = edges and [in_nm(edge, unit) for edge in edges]
    if converted and all(converted):
        x, y, z = (edge or 0.0 for edge in converted)
        return Scan(
            turned, voxel_nm=(x, y, z), axes_from=source, record=own, phases_known=bool(own), oriented=bool(own)
        )
    return Scan(
        turned, edges_without_unit=edges, axes_from=source, record=own, phases_known=bool(own), oriented=bool(own)
    )


def write(microstructure: Microstructure, path: Path) -> None:
    """Write NAME.raw and NAME.json, then NAME.mhd, whose spacing is in nm."""
    labels = path.with_suffix(".raw")
    with atomic_path(path) as header_file:
        header_file.write_text(_header_text(microstructure, labels.name), encoding="utf-8")
        raw.write(microstructure, labels, header_beside=path)


def write_single(microstructure: Microstructure, path: Path) -> None:
    """Write NAME.mha, whose spacing is in nm."""
    record = {key: value for key, value in record_of(microstructure).items() if key != "provenance"}
    comment = _OWN + json.dumps({"unit": microstructure.length_unit} | record)
    if len(comment) > _LONGEST_COMMENT:
        comment = _OWN + json.dumps({"unit": microstructure.length_unit, "lateral": microstructure.lateral})
    header = _header_text(microstructure, _LOCAL, comment)
    write_bytes_atomic(path, b"".join((header.encode(), x_fastest(microstructure.phases).ravel().data)))


def _header_text(microstructure: Microstructure, data: str, comment: str | None = None) -> str:
    lines = [
        "ObjectType = Image",
        "NDims = 3",
        *([f"Comment = {comment}"] if comment else []),
        "BinaryData = True",
        "BinaryDataByteOrderMSB = False",
        "CompressedData = False",
        *_spacing_lines(microstructure.voxel_nm),
        "DimSize = " + " ".join(map(str, microstructure.shape)),
        "ElementType = MET_UCHAR",
        f"ElementDataFile = {data}",
    ]
    return "\n".join(lines) + "\n"


def _spacing_lines(voxel_nm: Voxel | None) -> list[str]:
    return ["ElementSpacing = " + " ".join(repr(float(edge)) for edge in voxel_nm)] if voxel_nm else []


def _fields(start: bytes) -> tuple[dict[str, str], int]:
    """The header's entries, and where data in the same file begin: after the line of ElementDataFile, the last."""
    fields: dict[str, str] = {}
    position = 0
    while position < len(start):
        end = start.find(b"\n", position)
        end = len(start) if end < 0 else end
        name, found, value = start[position:end].decode("utf-8", errors="replace").partition("=")
        position = end + 1
        if found:
            fields[name.strip()] = value.strip()
        if found and name.strip() == "ElementDataFile":
            return fields, position
    raise DamagedError("it names no file of data")


def _sizes(fields: dict[str, str]) -> tuple[tuple[int, ...], list[int]]:
    """Sizes along all axes, and which three of them have voxels."""
    words = fields.get("DimSize", "").split()
    if fields.get("NDims") != str(len(words)) or not all(w.isdigit() and len(w) < 10 for w in words):
        raise DamagedError("it does not declare its dimensions and their sizes")
    if fields.get("ElementNumberOfChannels", "1") != "1":
        raise DamagedError("it has several channels")
    sizes = tuple(map(int, words))
    spatial = three_of(sizes, "".join("xyzc"[min(n, 3)] for n in range(len(sizes))))
    if spatial is None:
        raise DamagedError(f"it has {len(sizes)} dimensions of {'×'.join(words)} numbers")
    return sizes, spatial


def _data_file(path: Path, fields: dict[str, str], data_start: int) -> tuple[Path, int]:
    """The file of the numbers, and how many bytes of it to skip; -1 where they are its last bytes."""
    header_size = fields.get("HeaderSize", "0")
    if not header_size.isdigit() and header_size != "-1":
        raise DamagedError("its HeaderSize is no number")
    name = fields["ElementDataFile"]
    if name.upper() == _LOCAL:
        return path, data_start
    if name.upper().startswith("LIST") or "%" in name:
        raise DamagedError("its data are spread over several files")
    if Path(name).name != name or not (path.parent / name).is_file():
        raise InputError(f"{path} needs its data in the same folder, as the file '{name}'; copy it there.")
    return path.parent / name, int(header_size)


def _values(path: Path, fields: dict[str, str], data: Path, skipped: int, shape: tuple[int, int, int]) -> NDArray[Any]:
    """All numbers, x fastest; mapped where they are stored plainly."""
    kind = _TYPES.get(fields.get("ElementType", ""))
    if kind is None:
        raise DamagedError(f"its type is '{fields.get('ElementType', '')}'")
    big = any(_true(fields, name) for name in ("BinaryDataByteOrderMSB", "ElementByteOrderMSB"))
    number = np.dtype(kind).newbyteorder(">" if big else "<")
    size = data.stat().st_size
    check_size(path, shape, most=BEST_COMPRESSION * size)
    count = int(np.prod(shape))
    if not _true(fields, "BinaryData", default=True):
        return numbers_of(data.read_bytes()[max(0, skipped) :], count)
    if _true(fields, "CompressedData"):
        with data.open("rb") as file:
            file.seek(max(0, skipped))
            return from_bytes((count,), number, unpacked(file, count * number.itemsize, "zlib"))
    skipped = size - count * number.itemsize if skipped < 0 else skipped
    if skipped < 0 or size - skipped != count * number.itemsize:
        raise DamagedError("its data are shorter or longer than it declares")
    return mapped(data, number, skipped, count)


def _true(fields: dict[str, str], name: str, default: bool = False) -> bool:
    """An entry that says yes, in any case."""
    return fields.get(name, str(default)).strip().lower() in ("true", "1", "yes", "t")


def _matrix(fields: dict[str, str], dimensions: int) -> NDArray[np.float64] | None:
    """Directions in space, one row per stored axis; None where none are given."""
    text = next((fields[name] for name in _MATRICES if name in fields), None)
    if text is None:
        return None
    try:
        numbers = np.array([float(word) for word in text.split()])
        return numbers.reshape(dimensions, dimensions)
    except ValueError:
        raise DamagedError("its directions of axes are not one vector per axis") from None


def _edges(fields: dict[str, str], spatial: list[int]) -> Voxel | None:
    text = fields.get("ElementSpacing") or fields.get("ElementSize")
    if text is None:
        return None
    try:
        numbers = [float(word) for word in text.split()]
        x, y, z = (numbers[axis] for axis in spatial)
    except (ValueError, IndexError):
        raise DamagedError("its ElementSpacing is not one number per axis") from None
    return (x, y, z) if all(np.isfinite((x, y, z))) and min(x, y, z) > 0 else None


def _own_record(fields: dict[str, str]) -> dict[str, Any] | None:
    """What this program noted in the comment of an .mha."""
    comment = fields.get("Comment", "")
    if not comment.startswith(_OWN):
        return None
    try:
        record = json.loads(comment.removeprefix(_OWN))
    except ValueError:
        raise DamagedError("its comment, which tells unit and phases, is damaged") from None
    return record if isinstance(record, dict) and record.get("unit") in ("nm", "voxels") else None
