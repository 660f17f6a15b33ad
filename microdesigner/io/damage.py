"""Damaged files, and bytes that were packed: what the parsers of several formats share."""

import bz2
import zlib
from collections.abc import Callable
from typing import Any, BinaryIO

ZLIB, GZIP = 15, 31  # zlib's names for its two wrappers
# zlib packs no tighter, so a larger volume cannot be in a file; bzip2 does
BEST_COMPRESSION = 1100
_BLOCK = 1 << 20
_DECOMPRESSORS: dict[str, Callable[[], Any]] = {
    "zlib": lambda: zlib.decompressobj(ZLIB),
    "gzip": lambda: zlib.decompressobj(GZIP),
    "bzip2": bz2.BZ2Decompressor,
}


class DamagedError(Exception):
    """The file is not what its format demands; the message says in a few words how."""


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


def unpacked(file: BinaryIO, size: int, packing: str) -> bytearray:
    """Exactly the `size` bytes that the rest of `file` holds, packed by zlib, gzip or bzip2, in one stream or several;
    never takes more memory than that. Raises DamagedError otherwise."""
    content = bytearray()
    stream, packed = _DECOMPRESSORS[packing](), b""
    try:
        while len(content) < size:
            packed = packed or file.read(_BLOCK)
            if not packed:
                raise DamagedError("its compressed array is cut short")
            content += stream.decompress(packed, size - len(content))
            if stream.eof:  # further streams may follow, as `cat a.gz b.gz` and parallel packers make them
                packed = stream.unused_data
                stream = _DECOMPRESSORS[packing]()
            elif packing == "bzip2":
                packed = b"" if stream.needs_input else packed[:0]
            else:
                packed = stream.unconsumed_tail
    except (zlib.error, OSError, EOFError):
        raise DamagedError("its compressed array is damaged") from None
    return content
