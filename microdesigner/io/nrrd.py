"""NRRD (.nrrd, .nhdr), what medical and materials viewers such as 3D Slicer and ParaView read.

Keeps everything: spacings with the unit nm, and a key/value line with origin, phase names and lateral boundary.

The header is parsed here: pynrrd drops letters outside ASCII, which makes metres of "µm", decodes only the first of
several gzip streams, and bounds no memory; VTK's reader ends the process on damaged files.
Source: https://teem.sourceforge.net/nrrd/format.html
"""

import gzip
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.paths import write_bytes_atomic
from microdesigner.core.slabs import x_fastest
from microdesigner.io.axes import fortran, mapped, three_of
from microdesigner.io.damage import BEST_COMPRESSION, DamagedError, numbers_of, unpacked
from microdesigner.io.labels import Voxel, check_size, parsed, record_of
from microdesigner.io.mapped_arrays import from_bytes
from microdesigner.io.nrrd_header import Header, directions_of, edges_of, read_header, segments_of, sizes_of
from microdesigner.io.options import ImportOptions
from microdesigner.io.orientation import straightened
from microdesigner.io.scans import Scan, edge_facts

EXTENSIONS = (".nrrd", ".nhdr")
_KEY = "microdesigner"
_LONGEST_HEADER = 1 << 24
_COMPRESSION = 6
_TYPES = {
    "u1": ("uchar", "unsigned char", "uint8", "uint8_t"),
    "i1": ("signed char", "int8", "int8_t"),
    "u2": ("ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t"),
    "i2": ("short", "short int", "signed short", "signed short int", "int16", "int16_t"),
    "u4": ("uint", "unsigned int", "uint32", "uint32_t"),
    "i4": ("int", "signed int", "int32", "int32_t"),
    "u8": ("ulonglong", "unsigned long long", "unsigned long long int", "uint64", "uint64_t"),
    "i8": ("longlong", "long long", "long long int", "signed long long", "signed long long int", "int64", "int64_t"),
    "f4": ("float",),
    "f8": ("double",),
}
_KINDS = {name: kind for kind, names in _TYPES.items() for name in names}
_PACKINGS = {"gzip": "gzip", "gz": "gzip", "bzip2": "bzip2", "bz2": "bzip2"}


def scan(path: Path, options: ImportOptions) -> Scan:
    """Read a volume of any number type, raw, as text, or packed with gzip or bzip2, in the file or in one beside it; x
    is the fastest axis, and axes that point backwards in space are turned round."""
    with path.open("rb") as file:
        start = file.read(_LONGEST_HEADER)
    try:
        header = read_header(start)
        sizes = sizes_of(header)
        spatial = three_of(sizes, "".join("xyzc"[min(n, 3)] for n in range(len(sizes))))
        if spatial is None:
            raise DamagedError(f"it declares {len(sizes)} dimensions of {'×'.join(map(str, sizes))} numbers")
        shape = (sizes[spatial[0]], sizes[spatial[1]], sizes[spatial[2]])
        values = _values(path, header, shape)
        turned, source = fortran(values, shape, options, path)
        edges, unit_known = edges_of(header, spatial, len(sizes))
        if source == "file" and "space directions" in header.fields:
            directions = [directions_of(header, len(sizes))[axis] for axis in spatial]
            if not all(map(any, directions)):
                raise DamagedError("it has several channels or times")
            turned, stored = straightened(path, turned, directions)
            edges = edges and (edges[stored[0]], edges[stored[1]], edges[stored[2]])
    except DamagedError as error:
        raise InputError(f"{path} cannot be read as NRRD ({error}); copy or export it again.") from None
    if _KEY in header.keys:
        record = parsed(path, _unescaped(header.keys[_KEY]))
        return Scan(
            turned, axes_from=source, record=record, phases_known=True, oriented=True, **edge_facts(edges, record)
        )
    names = segments_of(header.keys)
    if unit_known:
        return Scan(turned, voxel_nm=edges, axes_from=source, value_names=names)
    return Scan(turned, edges_without_unit=edges, axes_from=source, value_names=names)


def write(microstructure: Microstructure, path: Path) -> None:
    """Write uint8 labels packed with gzip."""
    lines = [
        "NRRD0005",
        "type: uint8",
        "dimension: 3",
        "kinds: domain domain domain",
        "sizes: " + " ".join(map(str, microstructure.shape)),
        *_spacing_lines(microstructure.voxel_nm),
        "encoding: gzip",
        f"{_KEY}:=" + json.dumps(record_of(microstructure), separators=(",", ":")).replace("\\", "\\\\"),
    ]
    packed = gzip.compress(x_fastest(microstructure.phases).ravel().data, _COMPRESSION, mtime=0)
    write_bytes_atomic(path, "\n".join(lines).encode() + b"\n\n" + packed)


def _spacing_lines(voxel_nm: Voxel | None) -> list[str]:
    if voxel_nm is None:
        return []
    return ["spacings: " + " ".join(repr(float(edge)) for edge in voxel_nm), 'units: "nm" "nm" "nm"']


def _values(path: Path, header: Header, shape: tuple[int, int, int]) -> NDArray[Any]:
    """All numbers, x fastest; mapped where they are stored plainly."""
    kind = _KINDS.get(header.fields.get("type", "").lower())
    if kind is None:
        raise DamagedError(f"its type is '{header.fields.get('type', '')}'")
    number = np.dtype(kind).newbyteorder(">" if header.fields.get("endian", "").lower() == "big" else "<")
    encoding = header.fields.get("encoding", "").lower()
    data, skipped = _data_file(path, header)
    available = data.stat().st_size - skipped
    check_size(path, shape, most=_most_voxels(encoding, available))
    count = int(np.prod(shape))
    if encoding == "raw":
        if header.fields.get("byte skip") == "-1":
            skipped = data.stat().st_size - count * number.itemsize
        if skipped < 0 or data.stat().st_size - skipped < count * number.itemsize:
            raise DamagedError("its data are cut short")
        return mapped(data, number, skipped, count)
    with data.open("rb") as file:
        file.seek(skipped)
        if encoding in _PACKINGS:
            return from_bytes((count,), number, unpacked(file, count * number.itemsize, _PACKINGS[encoding]))
        if encoding in ("ascii", "text", "txt"):
            return numbers_of(file.read(), count)
    raise DamagedError(f"its encoding is '{encoding}'")


def _most_voxels(encoding: str, available: int) -> int:
    if _PACKINGS.get(encoding) == "bzip2":
        return 1 << 31  # as many as any volume may have: unpacking stops where the data do
    return available * (BEST_COMPRESSION if encoding in _PACKINGS else 1)


def _data_file(path: Path, header: Header) -> tuple[Path, int]:
    """The file of the numbers and where they begin; it lies beside the header, and nowhere else."""
    line_skip, byte_skip = (header.fields.get(name, "0") for name in ("line skip", "byte skip"))
    if line_skip != "0" or not (byte_skip == "-1" or byte_skip.isdigit()):
        raise DamagedError("its data do not begin after the header")
    name = header.fields.get("data file")
    if name is None:
        return path, header.data_start + max(0, int(byte_skip))
    if name.startswith("LIST") or "%" in name:
        raise DamagedError("its data are spread over several files")
    name = name.removeprefix("./")
    if Path(name).name != name or not (path.parent / name).is_file():
        raise InputError(f"{path} needs its data in the same folder, as the file '{name}'; copy it there.")
    return path.parent / name, max(0, int(byte_skip))


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda pair: "\n" if pair[1] == "n" else pair[1], text)
