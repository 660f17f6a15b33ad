"""Damaged files, and bytes that were packed: what the parsers of several formats share."""

import bz2
import zlib
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

ZLIB, GZIP = 15, 31  # zlib's names for its two wrappers
# zlib packs no tighter, so a larger volume cannot be in a file; bzip2 does
BEST_COMPRESSION = 1100
_BLOCK, _PACKED_BLOCK = 1 << 20, 1 << 16
_DECOMPRESSORS: dict[str, Callable[[], Any]] = {
    "zlib": lambda: zlib.decompressobj(ZLIB),
    "gzip": lambda: zlib.decompressobj(GZIP),
    "bzip2": bz2.BZ2Decompressor,
}


class DamagedError(Exception):
    """The file is not what its format demands; the message says in a few words how."""


def numbers_of(text: bytes, count: int) -> NDArray[np.float64]:
    """Exactly `count` numbers, written out with space between them. Raises DamagedError otherwise."""
    try:
        values = np.array(text.split(), np.float64)
    except ValueError:
        raise DamagedError("its data are no numbers") from None
    if len(values) != count:
        raise DamagedError("its data are shorter or longer than it declares")
    return values


def inflated(packed: bytes | memoryview, size: int, wrapper: int = ZLIB) -> bytes:
    """Exactly the `size` bytes that `packed` holds; never takes more memory. Raises DamagedError otherwise."""
    stream = zlib.decompressobj(wrapper)
    try:
        content = stream.decompress(packed, size + 1)
    except zlib.error:
        raise DamagedError("its compressed array is damaged") from None
    if len(content) != size or not stream.eof:
        raise DamagedError("its compressed array is damaged")
    return content


def unpacked(file: BinaryIO, size: int, packing: str) -> Iterator[bytes]:
    """Exactly the `size` bytes that the rest of `file` holds, packed by zlib, gzip or bzip2, in one stream or several,
    some at a time. Raises DamagedError where they are fewer."""
    stream, packed, more = _DECOMPRESSORS[packing](), b"", False
    try:
        while size > 0:
            if not (packed or more or (packed := file.read(_PACKED_BLOCK))):
                raise DamagedError("its compressed array is cut short")
            most = min(_BLOCK, size)
            block = stream.decompress(packed, most)
            size -= len(block)
            yield block
            if stream.eof:  # further streams may follow, as `cat a.gz b.gz` and parallel packers make them
                packed, more = stream.unused_data, False
                stream = _DECOMPRESSORS[packing]()
            else:  # bzip2 keeps what it has not unpacked
                packed, more = getattr(stream, "unconsumed_tail", b""), len(block) == most
    except (zlib.error, OSError, EOFError):
        raise DamagedError("its compressed array is damaged") from None
