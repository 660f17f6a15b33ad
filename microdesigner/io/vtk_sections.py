"""The sections of a VTK legacy file, one after the other, every count checked against the grid."""

import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from microdesigner.io.damage import DamagedError

# binary numbers are big-endian whatever the machine
_TYPES = {
    "unsigned_char": "u1", "vtktypeuint8": "u1", "char": "i1", "signed_char": "i1", "vtktypeint8": "i1",
    "short": ">i2", "unsigned_short": ">u2", "int": ">i4", "unsigned_int": ">u4", "long": ">i8",
    "unsigned_long": ">u8", "vtktypeint64": ">i8", "vtktypeuint64": ">u8", "vtkidtype": ">i8", "float": ">f4",
    "double": ">f8",
}  # fmt: skip
_TUPLE = {"VECTORS": 3, "NORMALS": 3, "TENSORS": 9, "TENSORS6": 6}
_DATASETS = ("STRUCTURED_POINTS", "RECTILINEAR_GRID")
_BLOCK = 1 << 20
_LINE = re.compile(rb"[^\n]*\n?")
_LONGEST_LINE = 1 << 16


@dataclass(frozen=True)
class Stored:
    """Where numbers lie: `colour` stands for bytes that ASCII files write as shares of 255."""

    start: int
    count: int
    kind: str
    shape: tuple[int, int, int] = (0, 0, 0)
    colour: bool = False


@dataclass
class Sections:
    """A parsed file. `arrays` holds the arrays of one number per cell or point; `spacing` is None for a rectilinear
    grid, which has `coordinates`."""

    content: memoryview
    title: str
    is_text: bool
    spacing: tuple[float, float, float] | None = None
    coordinates: dict[str, Stored] = field(default_factory=dict)
    arrays: dict[str, Stored] = field(default_factory=dict)

    def values(self, stored: Stored) -> NDArray[Any]:
        """The numbers; raises DamagedError where they are cut short or something else."""
        if not self.is_text:
            return np.frombuffer(self.content, _TYPES[stored.kind], stored.count, stored.start)
        numbers, _ = _text_numbers(self.content, stored.start, stored.count)
        return np.round(255 * numbers) if stored.colour else numbers


def read_sections(content: memoryview) -> Sections:
    """Parse a file; raises DamagedError."""
    return _Parser(content).sections


class _Parser:
    def __init__(self, content: memoryview) -> None:
        self._content, self._at = content, 0
        if not self._line().startswith("# vtk DataFile"):
            raise DamagedError("it does not start with '# vtk DataFile'")
        title, form = self._line(), self._line().upper()
        words = self._line().upper().split()
        if words[:1] != ["DATASET"] or words[1:2] not in ([name] for name in _DATASETS):
            raise DamagedError("it holds no structured points or rectilinear grid")
        if form not in ("ASCII", "BINARY"):
            raise DamagedError("it is neither ASCII nor BINARY")
        self.sections = Sections(content, title, form == "ASCII")
        if words[1] == "STRUCTURED_POINTS":
            self.sections.spacing = (1.0, 1.0, 1.0)
        self._points: tuple[int, int, int] | None = None
        self._shape: tuple[int, int, int] | None = None
        while (line := self._next_words()) is not None:
            self._section(line)

    def _line(self) -> str:
        match = _LINE.match(self._content, self._at)
        assert match
        self._at = match.end()
        return match[0][:_LONGEST_LINE].decode("utf-8", errors="replace").strip()

    def _next_words(self) -> list[str] | None:
        """The words of the next line that is not empty; None at the end."""
        while self._at < len(self._content):
            if words := self._line().split():
                return words
        return None

    def _section(self, words: list[str]) -> None:
        key = words[0].upper()
        if key == "DIMENSIONS":
            x, y, z = self._integers(words[1:], 3)
            self._points = (x, y, z)
        elif key in ("SPACING", "ASPECT_RATIO"):
            self.sections.spacing = self._spacing(words[1:])
        elif key == "ORIGIN":
            pass
        elif key[:1] in "XYZ" and key[1:] == "_COORDINATES":
            count = self._integers(words[1:2], 1)[0]
            if self._points is None or count != self._points["XYZ".index(key[0])]:
                raise DamagedError(f"its {key} are not as many as its DIMENSIONS")
            self.sections.coordinates[key[0].lower()] = self._numbers(count, words[2:3])
        elif key in ("CELL_DATA", "POINT_DATA"):
            self._data(key, self._integers(words[1:2], 1)[0])
        elif key == "METADATA":
            while self._at < len(self._content) and self._line():
                pass
        elif key == "FIELD":
            self._field(self._integers(words[2:3], 1)[0])
        else:
            self._attribute(key, words)

    def _spacing(self, words: list[str]) -> tuple[float, float, float]:
        try:
            x, y, z = map(float, words)
        except ValueError:
            raise DamagedError("its SPACING is not three numbers") from None
        if not np.isfinite((x, y, z)).all() or min(x, y, z) <= 0:
            raise DamagedError("its SPACING is not three positive numbers")
        return x, y, z

    def _data(self, key: str, count: int) -> None:
        if self._points is None:
            raise DamagedError("it has no DIMENSIONS")
        x, y, z = (max(1, edge - 1) if key == "CELL_DATA" else edge for edge in self._points)
        if x * y * z != count:
            raise DamagedError(f"its {key} are {count}, but its DIMENSIONS make {x * y * z}; they count points")
        self._shape = (x, y, z)

    def _attribute(self, key: str, words: list[str]) -> None:
        if self._shape is None:
            raise DamagedError(f"it has '{words[0][:30]}' before CELL_DATA or POINT_DATA")
        count = int(np.prod(self._shape, dtype=object))
        if key == "SCALARS":
            components = self._integers(words[3:4] or ["1"], 1)[0]
            stored_at = self._at
            if not self._line().upper().startswith("LOOKUP_TABLE"):
                self._at = stored_at
            self._keep(words[1:2], components, self._numbers(count * components, words[2:3]))
        elif key == "COLOR_SCALARS":
            components = self._integers(words[2:3], 1)[0]
            self._keep(words[1:2], components, self._numbers(count * components, ["unsigned_char"], colour=True))
        elif key == "LOOKUP_TABLE":
            self._numbers(4 * self._integers(words[2:3], 1)[0], ["unsigned_char"])
        elif key in _TUPLE:
            self._numbers(_TUPLE[key] * count, words[2:3])
        elif key == "TEXTURE_COORDINATES":
            self._numbers(self._integers(words[2:3], 1)[0] * count, words[3:4])
        else:
            raise DamagedError(f"it has something unknown where '{words[0][:30]}' stands")

    def _field(self, arrays: int) -> None:
        for _ in range(arrays):
            words = self._next_words()
            while words and words[0].upper() == "METADATA":
                self._section(words)
                words = self._next_words()
            if words is None or len(words) != 4:
                raise DamagedError("its FIELD has fewer arrays than it declares")
            components, tuples = self._integers(words[1:3], 2)
            stored = self._numbers(components * tuples, words[3:])
            if self._shape is not None and tuples == np.prod(self._shape, dtype=object):
                self._keep(words[:1], components, stored)

    def _keep(self, names: list[str], components: int, stored: Stored) -> None:
        if components == 1 and self._shape is not None:
            name = names[0] if names else "unnamed"
            while name in self.sections.arrays:
                name += "'"
            self.sections.arrays[name] = Stored(stored.start, stored.count, stored.kind, self._shape, stored.colour)

    def _numbers(self, count: int, kinds: list[str], colour: bool = False) -> Stored:
        """Pass over `count` numbers, which begin on the next line."""
        kind = kinds[0].lower() if kinds else ""
        if kind not in _TYPES:
            raise DamagedError(f"it stores numbers as '{kind[:30]}', which is not known")
        start = self._at
        if self.sections.is_text:
            _, self._at = _text_numbers(self._content, start, count)
        else:
            self._at = start + count * np.dtype(_TYPES[kind]).itemsize
            if self._at > len(self._content):
                raise DamagedError("it holds fewer numbers than it declares")
        return Stored(start, count, kind, colour=colour)

    def _integers(self, words: list[str], count: int) -> list[int]:
        if len(words) != count or not all(word.isdigit() and len(word) < 11 for word in words):
            raise DamagedError("a count in it is no whole number")
        return [int(word) for word in words]


def _text_numbers(content: memoryview, start: int, count: int) -> tuple[NDArray[np.float64], int]:
    """`count` numbers of text from byte `start` on, in blocks, and where they end."""
    if count > len(content) - start:
        raise DamagedError("it holds fewer numbers than it declares")
    numbers = np.empty(count)
    done = 0
    while done < count:
        end = start + _BLOCK
        while end < len(content) and not bytes(content[end : end + 1]).isspace():
            end += 1
        words = bytes(content[start:end]).split(maxsplit=count - done)
        rest = words.pop() if len(words) > count - done else b""
        if not words:
            raise DamagedError("it holds fewer numbers than it declares")
        try:
            numbers[done : done + len(words)] = np.array(words, np.float64)
        except ValueError:
            raise DamagedError("it holds something else where numbers are declared") from None
        done += len(words)
        start = min(end, len(content)) - len(rest)
    return numbers, start
