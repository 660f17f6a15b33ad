"""VTK XML files as bytes, and their arrays: inline or appended, ASCII, base64 or raw, plain or in compressed blocks.

Parsed here because VTK's own readers end the process on damage, or fill what is missing with anything.
Layout: https://docs.vtk.org/en/latest/vtk_file_formats/vtkxml_file_format.html
"""

import base64
import binascii
import lzma
import re
from collections.abc import Callable
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

from microdesigner.io.damage import DamagedError, inflated

if TYPE_CHECKING:
    from vtkmodules.vtkIOXML import vtkXMLWriter

_TYPES = {
    "UInt8": "u1", "Int8": "i1", "UInt16": "u2", "Int16": "i2", "UInt32": "u4", "Int32": "i4", "UInt64": "u8",
    "Int64": "i8", "Float32": "f4", "Float64": "f8",
}  # fmt: skip
_LONGEST_TEXT = 1 << 26
Buffer = bytearray | memoryview
_APPENDED = re.compile(rb"<AppendedData\s+encoding\s*=\s*[\"'](raw|base64)[\"']\s*>\s*_")


def written(writer: "vtkXMLWriter") -> bytes:
    """The file that one of VTK's writers makes, in memory: where the disk is full, it would end the process itself.
    Raises OSError when the writer cannot."""
    writer.WriteToOutputStringOn()
    if not writer.Write():
        raise OSError("VTK could not write the file")
    return writer.GetOutputString().encode()


def _lz4_block(packed: memoryview, size: int) -> bytes:
    from imagecodecs import Lz4Error, lz4_decode

    try:
        content = bytes(lz4_decode(bytes(packed), out=size))
    except (Lz4Error, ValueError, RuntimeError):
        raise DamagedError("its compressed array is damaged") from None
    return content


def _lzma_block(packed: memoryview, size: int) -> bytes:
    try:
        return lzma.LZMADecompressor().decompress(packed, size + 1)
    except (lzma.LZMAError, EOFError):
        raise DamagedError("its compressed array is damaged") from None


_COMPRESSORS: dict[str, Callable[[memoryview, int], bytes]] = {
    "vtkZLibDataCompressor": inflated,
    "vtkLZ4DataCompressor": _lz4_block,
    "vtkLZMADataCompressor": _lzma_block,
}


class VtkXml:
    """A parsed file: `root` is its XML without the appended data. Raises DamagedError, as do all methods."""

    def __init__(self, content: memoryview, kinds: tuple[str, ...] = ("ImageData",)) -> None:
        appended = _APPENDED.search(content)
        document = bytes(content[: appended.start()]) + b"</VTKFile>" if appended else bytes(content)
        self._appended = content[appended.end() :] if appended else memoryview(b"")
        self._appended_raw = appended is not None and appended[1] == b"raw"
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
        if compressor and compressor not in _COMPRESSORS:
            raise DamagedError(f"it is compressed by {compressor[:40]}, which is not known")
        self._decompress = _COMPRESSORS[compressor] if compressor else None

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
        """Exactly `count` numbers of a DataArray."""
        name = array.get("type", "")
        if name not in _TYPES or array.get("NumberOfComponents", "1") != "1":
            raise DamagedError("its array is not one number per cell")
        if array.get("format") == "ascii":
            values = self._ascii(array)
        else:
            kind = np.dtype(self._order + _TYPES[name])
            values = np.frombuffer(self._bytes(array, count * kind.itemsize), kind)
        if len(values) != count:
            raise DamagedError("its array is cut short")
        return values

    def texts(self, array: ElementTree.Element) -> list[str]:
        """The strings of an Array of type String, which end with a zero byte each."""
        is_text = array.get("format") == "ascii"
        content = self._ascii(array).astype(np.uint8).tobytes() if is_text else bytes(self._bytes(array, _LONGEST_TEXT))
        try:
            return content.decode("utf-8").split("\0")[:-1]
        except UnicodeDecodeError:
            raise DamagedError("its field data are no text") from None

    def _ascii(self, array: ElementTree.Element) -> NDArray[np.float64]:
        try:
            return np.array((array.text or "").split(), dtype=np.float64)
        except ValueError:
            raise DamagedError("its array holds something else than numbers") from None

    def _bytes(self, array: ElementTree.Element, most: int) -> Buffer:
        if array.get("format") == "appended":
            offset = array.get("offset", "").strip()
            if not offset.isdigit() or int(offset) >= len(self._appended):
                raise DamagedError("its array is cut short")
            stored, raw = self._appended[int(offset) :], self._appended_raw
        else:
            stored, raw = memoryview((array.text or "").strip().encode()), False
        return self._blocks(stored, raw, most) if self._decompress else self._plain(stored, raw, most)

    def _plain(self, stored: memoryview, raw: bool, most: int) -> Buffer:
        width = self._header.itemsize
        size = self._integers(stored, raw, 1)[0]
        if size > most:
            raise DamagedError("its array is longer than its image")
        start = _length(width, raw)
        if raw or bytes(stored[start - 1 : start]) == b"=":  # the header is padded and so encoded by itself
            return _decoded(stored[start:], raw, size)
        return _decoded(stored, raw, width + size)[width:]

    def _blocks(self, stored: memoryview, raw: bool, most: int) -> Buffer:
        count, block_size, last_size = self._integers(stored, raw, 3)
        if count == 0:
            return bytearray()
        if (count - 1) * block_size + (last_size or block_size) > most or count > len(stored):
            raise DamagedError("its array is longer than its image")
        sizes = self._integers(stored, raw, 3 + count)[3:]
        packed = memoryview(_decoded(stored[_length((3 + count) * self._header.itemsize, raw) :], raw, sum(sizes)))
        content, start = bytearray(), 0
        assert self._decompress
        for index, size in enumerate(sizes):
            expected = last_size if last_size and index == count - 1 else block_size
            block = self._decompress(packed[start : start + size], expected)
            if len(block) != expected:
                raise DamagedError("its compressed array is damaged")
            content += block
            start += size
        return content

    def _integers(self, stored: memoryview, raw: bool, count: int) -> list[int]:
        return [
            int(value) for value in np.frombuffer(_decoded(stored, raw, count * self._header.itemsize), self._header)
        ]


def _length(size: int, raw: bool) -> int:
    return size if raw else -(-size // 3) * 4


def _decoded(stored: memoryview, raw: bool, size: int) -> Buffer:
    """The first `size` bytes that `stored` encodes."""
    encoded = stored[: _length(size, raw)]
    try:
        content = encoded if raw else memoryview(base64.b64decode(encoded, validate=True))
    except binascii.Error:
        raise DamagedError("its base64 is damaged") from None
    if len(content) < size:
        raise DamagedError("its array is cut short")
    return content[:size]
