"""The bytes of an array in a VTK XML file: as they are, in base64 or in compressed blocks."""

import base64
import binascii
import lzma
from collections.abc import Callable
from typing import TYPE_CHECKING

from microdesigner.io.damage import DamagedError, inflated
from microdesigner.io.mapped_arrays import Buffer

if TYPE_CHECKING:
    pass


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


COMPRESSORS: dict[str, Callable[[memoryview, int], bytes]] = {
    "vtkZLibDataCompressor": inflated,
    "vtkLZ4DataCompressor": _lz4_block,
    "vtkLZMADataCompressor": _lzma_block,
}


class ArraySource:
    """Bytes one after the other, which `stored` holds as they are or in base64."""

    def __init__(self, stored: memoryview, raw: bool) -> None:
        self._stored, self._raw = stored, raw
        self._place, self._ready = 0, b""

    def read(self, size: int) -> Buffer:
        """Exactly the next `size` bytes."""
        if self._raw:
            part: Buffer = self._stored[self._place : self._place + size]
            self._place += size
        else:
            content = self._ready + self._decoded(size - len(self._ready))
            part, self._ready = content[:size], content[size:]
        if len(part) < size:
            raise DamagedError("its array is cut short")
        return part

    def _decoded(self, size: int) -> bytes:
        """At least so many of the next bytes, if there are."""
        end = self._place + base64_length(max(0, size))
        encoded = self._stored[self._place : end]
        self._place = end
        try:
            return base64.b64decode(encoded, validate=True)
        except binascii.Error:
            raise DamagedError("its base64 is damaged") from None


def base64_length(size: int) -> int:
    """Letters of base64 for so many bytes."""
    return -(-size // 3) * 4
