"""NRRD (.nrrd) with the data in the same file: what medical and materials viewers such as 3D Slicer and ParaView read.

Keeps everything: spacings with the unit nm, and a key/value line with origin, phase names and lateral boundary. VTK's
own reader ends the process on damaged files, so the format is parsed here.
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
from microdesigner.io.damage import BEST_COMPRESSION, GZIP, DamagedError, inflated
from microdesigner.io.labels import UNIT_UNKNOWN, Voxel, check_size, parsed, record_of
from microdesigner.io.scans import Scan

_KEY = "microdesigner"
_END = re.compile(rb"\r?\n\r?\n")
_LONGEST_HEADER = 1 << 24
_COMPRESSION = 6
_TYPES = {
    "u1": ("uchar", "unsigned char", "uint8", "uint8_t"),
    "i1": ("signed char", "int8", "int8_t"),
    "u2": ("ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t"),
    "i2": ("short", "short int", "signed short", "signed short int", "int16", "int16_t"),
    "u4": ("uint", "unsigned int", "uint32", "uint32_t"),
    "i4": ("int", "signed int", "int32", "int32_t"),
    "f4": ("float",),
    "f8": ("double",),
}
_KINDS = {name: kind for kind, names in _TYPES.items() for name in names}
_NM_PER_UNIT = {"nm": 1.0, "um": 1e3, "µm": 1e3, "mm": 1e6, "cm": 1e7, "m": 1e9}


def scan(path: Path) -> Scan:
    """Read a volume of one piece, raw or packed with gzip, of any number type; x is the fastest axis."""
    content = path.read_bytes()
    try:
        fields, keys, start = _header(content)
        shape = _shape(fields)
        check_size(path, shape, most=BEST_COMPRESSION * len(content))
        values = _values(fields, content[start:], int(np.prod(shape)))
        spacing, unit_known = _spacing(fields)
    except DamagedError as error:
        raise InputError(f"{path} cannot be read as NRRD ({error}); copy or export it again.") from None
    record = parsed(path, _unescaped(keys[_KEY])) if _KEY in keys else None
    if record is None and not unit_known:
        record = {"provenance": UNIT_UNKNOWN}
    return Scan(np.ascontiguousarray(values.reshape(shape, order="F")), spacing, record, oriented=_KEY in keys)


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
    packed = gzip.compress(microstructure.phases.tobytes(order="F"), _COMPRESSION, mtime=0)
    write_bytes_atomic(path, "\n".join(lines).encode() + b"\n\n" + packed)


def _spacing_lines(voxel_nm: Voxel | None) -> list[str]:
    if voxel_nm is None:
        return []
    return ["spacings: " + " ".join(repr(float(edge)) for edge in voxel_nm), 'units: "nm" "nm" "nm"']


def _header(content: bytes) -> tuple[dict[str, str], dict[str, str], int]:
    """Fields, key/value pairs, and where the data begin."""
    if not content.startswith(b"NRRD000"):
        raise DamagedError("it does not start with NRRD000")
    end = _END.search(content, 0, _LONGEST_HEADER)
    if end is None:
        raise DamagedError("its header has no end")
    fields: dict[str, str] = {}
    keys: dict[str, str] = {}
    for line in content[: end.start()].decode("utf-8", errors="replace").splitlines()[1:]:
        key, is_pair, text = line.partition(":=")
        name, is_field, value = line.partition(": ")
        if line.startswith("#"):
            continue
        if is_pair and (not is_field or len(key) < len(name)):
            keys[key] = text
        elif is_field:
            fields[name.strip().lower()] = value.strip()
    return fields, keys, end.end()


def _shape(fields: dict[str, str]) -> tuple[int, int, int]:
    words = fields.get("sizes", "").split()
    if fields.get("dimension") != "3" or len(words) != 3 or not all(w.isdigit() and len(w) < 10 for w in words):
        raise DamagedError("it does not declare three dimensions and their sizes")
    x, y, z = map(int, words)
    return x, y, z


def _values(fields: dict[str, str], data: bytes, count: int) -> NDArray[Any]:
    if "data file" in fields or "datafile" in fields:
        raise DamagedError("its data are in another file")
    if any(fields.get(name, "0") != "0" for name in ("line skip", "lineskip", "byte skip", "byteskip")):
        raise DamagedError("its data do not begin after the header")
    kind = _KINDS.get(fields.get("type", ""))
    if kind is None:
        raise DamagedError(f"its type is '{fields.get('type', '')}'")
    number = np.dtype(kind).newbyteorder(">" if fields.get("endian") == "big" else "<")
    encoding = fields.get("encoding", "")
    if encoding in ("gzip", "gz"):
        data = inflated(data, count * number.itemsize, GZIP)
    elif encoding != "raw":
        raise DamagedError(f"its encoding is '{encoding}'")
    if len(data) < count * number.itemsize:
        raise DamagedError("its data are cut short")
    return np.frombuffer(data, number, count)


def _spacing(fields: dict[str, str]) -> tuple[Voxel | None, bool]:
    """Voxel edges, in nm where the file gives their unit, and whether it does; None where it gives neither."""
    if "space directions" in fields:
        words, units = fields["space directions"].split(") ("), fields.get("space units", "")
        try:
            edges = [float(np.linalg.norm([float(c) for c in word.strip("() ").split(",")])) for word in words]
        except ValueError:
            raise DamagedError("its space directions are no numbers") from None
    elif "spacings" in fields:
        units = fields.get("units", "")
        try:
            edges = [float(word) for word in fields["spacings"].split()]
        except ValueError:
            raise DamagedError("its spacings are no numbers") from None
    else:
        return None, True
    factors = [_NM_PER_UNIT.get(word) for word in units.replace('"', " ").split()]
    if len(edges) != 3 or not np.isfinite(edges).all():
        raise DamagedError("its spacings are not three numbers")
    if len(factors) != 3 or None in factors:
        return (edges[0], edges[1], edges[2]), False
    x, y, z = (edge * (factor or 1.0) for edge, factor in zip(edges, factors, strict=True))
    return (x, y, z), True


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda pair: "\n" if pair[1] == "n" else pair[1], text)
