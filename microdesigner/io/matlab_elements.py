"""The numbers of one array in a MATLAB 5 file: mapped where they lie plainly, else unpacked part by part.

SciPy, which lists the arrays of a file, makes one in memory; a large one has to go from there to another process, and
would be in memory besides what it was unpacked from. Layout: MathWorks, "MAT-File Format", level 5,
https://www.mathworks.com/help/pdf_doc/matlab/matfile_format.pdf
"""

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.slabs import SLAB_BYTES
from microdesigner.io.axes import mapped
from microdesigner.io.damage import DamagedError
from microdesigner.io.mapped_arrays import from_bytes

_HEADER_BYTES, _BYTE_ORDER, _LITTLE_ENDIAN = 128, slice(126, 128), b"IM"
_TAG_BYTES, _ALIGNMENT = 8, 8
_MATRIX, _COMPRESSED = 14, 15
_COMPLEX_FLAG = 0x800
_LONGEST_PART = 1 << 20  # of what stands before the numbers
_NUMBERS = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"}


class _Bytes(Protocol):
    """What is read from its beginning on: a file, or what a part of one holds packed."""

    def read(self, size: int, /) -> bytes:
        """So many bytes, fewer at the end."""


class _Unpacked:
    """The bytes that `size` bytes of `file`, from where it stands, hold packed by zlib."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file, self._left, self._stream = file, size, zlib.decompressobj()

    def read(self, size: int, /) -> bytes:
        content = bytearray()
        while len(content) < size and not self._stream.eof:
            packed = self._stream.unconsumed_tail or self._file.read(min(SLAB_BYTES, self._left))
            self._left -= 0 if self._stream.unconsumed_tail else len(packed)
            try:
                part = self._stream.decompress(packed, size - len(content))
            except zlib.error:
                raise DamagedError("its compressed array is damaged") from None
            if not (packed or part):
                break
            content += part
        return bytes(content)


def numbers_of(path: Path, name: str, shape: tuple[int, ...]) -> NDArray[Any]:
    """The first array called `name`, which has `shape`, in the number format in which it is stored: MATLAB keeps whole
    numbers of any class in the shortest.

    Raises DamagedError where the file is damaged, or the array is of complex numbers.
    """
    with path.open("rb") as file:
        order = "<" if file.read(_HEADER_BYTES)[_BYTE_ORDER] == _LITTLE_ENDIAN else ">"
        while True:
            kind, size, _ = _tag(file, order)
            end = file.tell() + size
            source: _Bytes = _Unpacked(file, size) if kind == _COMPRESSED else file
            if kind == _COMPRESSED:
                kind, size, _ = _tag(source, order)
            if kind != _MATRIX:
                raise DamagedError("it holds something else than arrays")
            (flags,) = np.frombuffer(_element(source, order)[:4], order + "u4")
            _element(source, order)  # its shape, which SciPy has told
            if _element(source, order).decode("latin1") == name:
                if flags & _COMPLEX_FLAG:
                    raise DamagedError("its array is of complex numbers")
                return _array(path, source, order, shape)
            file.seek(end)


def _array(path: Path, source: _Bytes, order: str, shape: tuple[int, ...]) -> NDArray[Any]:
    kind, size, inline = _tag(source, order)
    if kind not in _NUMBERS:
        raise DamagedError("its array holds something else than numbers")
    number, count = np.dtype(order + _NUMBERS[kind]), int(np.prod(shape, dtype=object))
    if size != count * number.itemsize:
        raise DamagedError("its array is not as long as its shape")
    if inline:
        flat = np.frombuffer(inline, number)
    elif isinstance(source, _Unpacked):
        flat = from_bytes((count,), number, _parts(source, size))
    else:
        start = source.tell()  # type: ignore[attr-defined]
        if start + size > path.stat().st_size:
            raise DamagedError("its array is cut short")
        flat = mapped(path, number, start, count)
    return flat.reshape(shape, order="F")


def _parts(source: _Unpacked, size: int) -> Iterator[bytes]:
    """The next `size` bytes, some at a time, and past them to the check sum. Raises DamagedError where there are
    fewer."""
    for start in range(0, size, SLAB_BYTES):
        part = source.read(most := min(SLAB_BYTES, size - start))
        if len(part) < most:
            raise DamagedError("its compressed array is cut short")
        yield part
    source.read(_ALIGNMENT)


def _tag(source: _Bytes, order: str) -> tuple[int, int, bytes]:
    """Kind and size of the next element, and its bytes where they stand in the tag."""
    content = source.read(_TAG_BYTES)
    if len(content) < _TAG_BYTES:
        raise DamagedError("it is cut short")
    kind, size = (int(word) for word in np.frombuffer(content, order + "u4"))
    if kind >> 16 == 0:
        return kind, size, b""
    return kind & 0xFFFF, kind >> 16, content[4 : 4 + (kind >> 16)]


def _element(source: _Bytes, order: str) -> bytes:
    """The bytes of a short element."""
    _, size, inline = _tag(source, order)
    if inline:
        return inline
    if size > _LONGEST_PART:
        raise DamagedError("it is damaged before its numbers")
    content = source.read(-(-size // _ALIGNMENT) * _ALIGNMENT)
    if len(content) < size:
        raise DamagedError("it is cut short")
    return content[:size]
