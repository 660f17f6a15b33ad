"""The header of NRRD: fields, key/value pairs, and what they say of sizes, voxel edges and directions."""

import re
from dataclasses import dataclass

import numpy as np

from microdesigner.io.damage import DamagedError
from microdesigner.io.labels import Voxel
from microdesigner.io.units import in_nm

_END = re.compile(rb"\r?\n\r?\n")
_ALIASES = {"datafile": "data file", "lineskip": "line skip", "byteskip": "byte skip"}
# spaces of patients, whose lengths are in mm where no unit is given, as 3D Slicer writes them
_ANATOMICAL = re.compile(r"left|right|anterior|posterior|^scanner-xyz|^(?:las|lps|ras)", re.IGNORECASE)
_SEGMENT = re.compile(r"Segment(\d+)_(LabelValue|Name)")


@dataclass(frozen=True)
class Header:
    """Fields and key/value pairs by name; `data_start`: where in the file the numbers may begin."""

    fields: dict[str, str]
    keys: dict[str, str]
    data_start: int

    def numbers(self, name: str, count: int) -> list[float]:
        """The `count` numbers of a field."""
        try:
            found = [float(word) for word in self.fields.get(name, "").split()]
        except ValueError:
            found = []
        if len(found) != count:
            raise DamagedError(f"its {name} are not {count} numbers")
        return found

    def texts(self, name: str) -> list[str]:
        """The quoted words of a field."""
        return re.findall(r'"([^"]*)"', self.fields.get(name, ""))


def read_header(content: bytes) -> Header:
    """The header at the start of a file; raises DamagedError, as all functions here do."""
    if not content.startswith(b"NRRD000"):
        raise DamagedError("it does not start with NRRD000")
    end = _END.search(content)
    stop, data_start = (end.start(), end.end()) if end else (len(content), len(content))
    fields: dict[str, str] = {}
    keys: dict[str, str] = {}
    for line in content[:stop].decode("utf-8", errors="replace").splitlines()[1:]:
        key, is_pair, text = line.partition(":=")
        name, is_field, value = line.partition(": ")
        if line.startswith("#"):
            continue
        if is_pair and (not is_field or len(key) < len(name)):
            keys[key] = text
        elif is_field:
            field = name.strip().lower()
            fields[_ALIASES.get(field, field)] = value.strip()
    if end is None and "data file" not in fields:
        raise DamagedError("its header has no end")
    return Header(fields, keys, data_start)


def sizes_of(header: Header) -> tuple[int, ...]:
    """Numbers along each axis, the fastest first."""
    words = header.fields.get("sizes", "").split()
    if header.fields.get("dimension") != str(len(words)) or not all(w.isdigit() and len(w) < 10 for w in words):
        raise DamagedError("it does not declare its dimensions and their sizes")
    return tuple(map(int, words))


def directions_of(header: Header, dimensions: int) -> list[list[float]]:
    """The direction in space of each axis; zeros for one that is none."""
    words = re.findall(r"\(([^)]*)\)|none", header.fields["space directions"])
    try:
        vectors = [[float(number) for number in word.split(",")] if word else [0.0, 0.0, 0.0] for word in words]
    except ValueError:
        raise DamagedError("its space directions are no numbers") from None
    if len(vectors) != dimensions or any(len(vector) != 3 for vector in vectors):
        raise DamagedError("its space directions are not one vector per axis")
    return vectors


def edges_of(header: Header, spatial: list[int], dimensions: int) -> tuple[Voxel | None, bool]:
    """Voxel edges along the stored axes, in nm where the file gives their unit, and whether it does."""
    if "space directions" in header.fields:
        directions = directions_of(header, dimensions)
        lengths = [float(np.linalg.norm(directions[axis])) for axis in spatial]
        units = header.texts("space units") or ["mm"] * 3 * bool(_ANATOMICAL.search(header.fields.get("space", "")))
    elif "spacings" in header.fields:
        spacings = header.numbers("spacings", dimensions)
        lengths, units = [spacings[axis] for axis in spatial], header.texts("units")
        units = [units[axis] for axis in spatial] if len(units) == dimensions else units
    else:
        return None, True
    if not all(np.isfinite(length) and length > 0 for length in lengths):
        return None, True
    x, y, z = lengths
    in_units = [in_nm(length, unit) for length, unit in zip(lengths, units, strict=False)]
    if len(in_units) != 3 or None in in_units:
        return (x, y, z), False
    return (in_units[0] or x, in_units[1] or y, in_units[2] or z), True


def segments_of(keys: dict[str, str]) -> dict[str, str]:
    """Names of values by 3D Slicer's entries Segment0_LabelValue and Segment0_Name."""
    found: dict[str, dict[str, str]] = {}
    for key, text in keys.items():
        if match := _SEGMENT.fullmatch(key):
            found.setdefault(match[1], {})[match[2]] = text.strip()
    return {entry["LabelValue"]: entry["Name"] for entry in found.values() if len(entry) == 2}
