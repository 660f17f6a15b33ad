"""VTK XML files as bytes, and their arrays: inline or appended, ASCII, base64 or raw, plain or in compressed blocks.

Parsed here because VTK's own readers end the process on damage, or fill what is missing with anything.
Layout: https://docs.vtk.org/en/latest/vtk_file_formats/vtkxml_file_format.html
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.slabs import SLAB_BYTES, release
from microdesigner.io.damage import DamagedError
from microdesigner.io.mapped_arrays import Buffer, from_bytes
from microdesigner.io.vtk_bytes import COMPRESSORS, ArraySource, base64_length

if TYPE_CHECKING:
    from vtkmodules.vtkIOXML import vtkXMLWriter

_TYPES = {
    "UInt8": "u1", "Int8": "i1", "UInt16": "u2", "Int16": "i2", "UInt32": "u4", "Int32": "i4", "UInt64": "u8",
    "Int64": "i8", "Float32": "f4", "Float64": "f8",
}  # fmt: skip
_LONGEST_TEXT = 1 << 26
_ATTRIBUTE = rb"\s+[\w:]+\s*=\s*(?:\"[^\"<]*\"|'[^'<]*')"
_LONG_TEXT = re.compile(rb"<DataArray(?:" + _ATTRIBUTE + rb")*\s*>([^<]{65536,})</DataArray")
_SUBSTITUTE = "@"  # in no text of numbers, nor in base64
_APPENDED = re.compile(rb"<AppendedData\s+encoding\s*=\s*[\"'](raw|base64)[\"']\s*>\s*_")


def written(writer: "vtkXMLWriter") -> bytes:
    """The file that one of VTK's writers makes, in memory: where the disk is full, it would end the process itself.
    Raises OSError when the writer cannot."""
    writer.WriteToOutputStringOn()
    if not writer.Write():
        raise OSError("VTK could not write the file")
    return writer.GetOutputString().encode()


class VtkXml:
    """A parsed file: `root` is its XML without the appended data, and without long texts, which stay in `content`.
    Raises DamagedError, as do all methods."""

    def __init__(self, content: memoryview, kinds: tuple[str, ...] = ("ImageData",)) -> None:
        self._content = np.frombuffer(content, np.uint8)
        appended = _APPENDED.search(content)
        self._appended = content[appended.end() :] if appended else memoryview(b"")
        self._appended_raw = appended is not None and appended[1] == b"raw"
        document, self._long_texts = _without_long_texts(content[: appended.start()] if appended else content)
        release(self._content)
        if appended:
            document += b"</VTKFile>"
        if b"<!" in document.replace(b"<!--", b""):
            raise DamagedError("it declares XML entities")
        try:
            self.root = ElementTree.fromstring(document)
        except (ElementTree.ParseError, ValueError, LookupError):
            raise DamagedError("its XML is incomplete or not well formed") from None
        if self.root.tag != "VTKFile" or self.root.get("type") not in kinds:
            raise DamagedError("it is another kind of file")
        self._order = ">" if self.root.get("byte_order") == "BigEndian" else "<"
        self._header = np.dtype(self._order + ("u8" if self.root.get("header_type") == "UInt64" else "u4"))
        compressor = self.root.get("compressor")
        if compressor and compressor not in COMPRESSORS:
            raise DamagedError(f"it is compressed by {compressor[:40]}, which is not known")
        self._decompress = COMPRESSORS[compressor] if compressor else None

    def numbers(self, element: ElementTree.Element, name: str, count: int) -> list[float]:
        """The `count` numbers of an attribute."""
        words = element.get(name, "").split()
        try:
            numbers = [float(word) for word in words]
        except ValueError:
            numbers = []
        if len(numbers) != count or not np.isfinite(numbers).all():
            raise DamagedError(f"its {name} is not {count} numbers")
        return numbers

    def values(self, array: ElementTree.Element, count: int) -> NDArray[np.generic]:
        """Exactly `count` numbers of a DataArray; those that lie plainly in the file stay there."""
        name = array.get("type", "")
        if name not in _TYPES or array.get("NumberOfComponents", "1") != "1":
            raise DamagedError("its array is not one number per cell")
        if array.get("format") == "ascii":
            values = self._ascii(array)
            if len(values) != count:
                raise DamagedError("its array is cut short")
            return values
        kind = np.dtype(self._order + _TYPES[name])
        stored, raw = self._stored(array)
        try:
            if raw and not self._decompress:
                source = ArraySource(stored, raw)
                return np.frombuffer(source.read(self._size(source, count * kind.itemsize)), kind, count)
            return from_bytes((count,), kind, self._parts(stored, raw, count * kind.itemsize))
        except ValueError:
            raise DamagedError("its array is cut short") from None

    def texts(self, array: ElementTree.Element) -> list[str]:
        """The strings of an Array of type String, which end with a zero byte each."""
        if array.get("format") == "ascii":
            content = self._ascii(array).astype(np.uint8).tobytes()
        else:
            content = b"".join(self._parts(*self._stored(array), _LONGEST_TEXT))
        try:
            return content.decode("utf-8").split("\0")[:-1]
        except UnicodeDecodeError:
            raise DamagedError("its field data are no text") from None

    def _text(self, array: ElementTree.Element) -> memoryview:
        """The text of an array, without space around it."""
        text = (array.text or "").strip()
        if not text.startswith(_SUBSTITUTE):
            return memoryview(text.encode())
        number = text.removeprefix(_SUBSTITUTE)
        if not number.isdecimal() or int(number) >= len(self._long_texts):
            raise DamagedError("its array holds something else than numbers")
        return self._long_texts[int(number)]

    def _ascii(self, array: ElementTree.Element) -> NDArray[np.float64]:
        try:
            return np.array(bytes(self._text(array)).split(), dtype=np.float64)
        except ValueError:
            raise DamagedError("its array holds something else than numbers") from None

    def _stored(self, array: ElementTree.Element) -> tuple[memoryview, bool]:
        """Where the bytes of an array begin, and whether they lie there as they are; else they are in base64."""
        if array.get("format") != "appended":
            return self._text(array), False
        offset = array.get("offset", "").strip()
        if not offset.isdigit() or int(offset) >= len(self._appended):
            raise DamagedError("its array is cut short")
        return self._appended[int(offset) :], self._appended_raw

    def _parts(self, stored: memoryview, raw: bool, most: int) -> Iterator[Buffer]:
        """The bytes of an array, at most so many, some at a time."""
        done = 0
        for part in self._blocks(stored, raw, most) if self._decompress else self._plain(stored, raw, most):
            if done // SLAB_BYTES < (done := done + len(part)) // SLAB_BYTES:
                release(self._content)
            yield part

    def _size(self, source: ArraySource, most: int) -> int:
        """The number of bytes that follows."""
        (size,) = np.frombuffer(source.read(self._header.itemsize), self._header)
        if size > most:
            raise DamagedError("its array is longer than its image")
        return int(size)

    def _plain(self, stored: memoryview, raw: bool, most: int) -> Iterator[Buffer]:
        source, width = ArraySource(stored, raw), self._header.itemsize
        size = self._size(source, most)
        if (
            not raw and bytes(stored[base64_length(width) - 1 : base64_length(width)]) == b"="
        ):  # padded, so encoded by itself
            source = ArraySource(stored[base64_length(width) :], raw)
        for start in range(0, size, SLAB_BYTES):
            yield source.read(min(SLAB_BYTES, size - start))

    def _blocks(self, stored: memoryview, raw: bool, most: int) -> Iterator[Buffer]:
        count, block_size, last_size = self._integers(stored, raw, 3)
        if count == 0:
            return
        if (count - 1) * block_size + (last_size or block_size) > most or count > len(stored):
            raise DamagedError("its array is longer than its image")
        sizes = self._integers(stored, raw, 3 + count)[3:]
        width = (3 + count) * self._header.itemsize
        source = ArraySource(stored[width if raw else base64_length(width) :], raw)
        assert self._decompress
        for index, size in enumerate(sizes):
            expected = last_size if last_size and index == count - 1 else block_size
            block = self._decompress(memoryview(source.read(size)), expected)
            if len(block) != expected:
                raise DamagedError("its compressed array is damaged")
            yield block

    def _integers(self, stored: memoryview, raw: bool, count: int) -> list[int]:
        content = ArraySource(stored, raw).read(count * self._header.itemsize)
        return [int(value) for value in np.frombuffer(content, self._header)]


def _without_long_texts(content: memoryview) -> tuple[bytes, list[memoryview]]:
    """A document in which each long text of an array is replaced by its number, and these texts."""
    parts, texts, done = list[bytes](), list[memoryview](), 0
    for found in _LONG_TEXT.finditer(content):
        parts += [bytes(content[done : found.start(1)]), f"{_SUBSTITUTE}{len(texts)}".encode()]
        texts.append(_stripped(content[found.start(1) : found.end(1)]))
        done = found.end(1)
    return b"".join([*parts, bytes(content[done:])]), texts


def _stripped(text: memoryview) -> memoryview:
    """`text` without the space around it."""
    start, end = 0, len(text)
    while start < end and text[start : start + 1].tobytes().isspace():
        start += 1
    while end > start and text[end - 1 : end].tobytes().isspace():
        end -= 1
    return text[start:end]
