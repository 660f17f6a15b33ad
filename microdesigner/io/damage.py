"""Damaged files, and bytes that were packed: what the parsers of several formats share."""

import zlib

ZLIB, GZIP = 15, 31  # zlib's names for its two wrappers
# zlib packs no tighter, so a larger volume cannot be in a file
BEST_COMPRESSION = 1100


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
