"""Packed numbers come out whole, however far they were packed and into how many streams, and never more at once."""

import bz2
import gzip
import io
import tracemalloc
import zlib
from collections.abc import Callable

import numpy as np
import pytest

from microdesigner.io.damage import DamagedError, unpacked

MEBIBYTE = 1 << 20
PACK: dict[str, Callable[[bytes], bytes]] = {"zlib": zlib.compress, "gzip": gzip.compress, "bzip2": bz2.compress}


def contents() -> list[bytes]:
    """Nothing but zeros, of which the last packed byte holds much; noise; sizes beside those of blocks."""
    noise = np.random.default_rng(0).bytes(MEBIBYTE + 300_000)
    sizes = [1, 7, MEBIBYTE - 1, MEBIBYTE, MEBIBYTE + 1, 5 * MEBIBYTE, 9 * MEBIBYTE + 258]
    return [*(bytes(size) for size in sizes), bytes(2 * MEBIBYTE) + noise]


@pytest.mark.parametrize("packing", PACK)
def test_what_was_packed_comes_out(packing: str) -> None:
    for content in contents():
        packed = PACK[packing](content)
        assert b"".join(unpacked(io.BytesIO(packed), len(content), packing)) == content
        half = len(content) // 2
        streams = PACK[packing](content[:half]) + PACK[packing](content[half:])
        assert b"".join(unpacked(io.BytesIO(streams), len(content), packing)) == content
        with pytest.raises(DamagedError, match="short"):
            list(unpacked(io.BytesIO(packed), len(content) + 1, packing))


@pytest.mark.parametrize("packing", PACK)
def test_memory_holds_a_part_of_what_comes_out(packing: str) -> None:
    size = 32 * MEBIBYTE
    packed = PACK[packing](bytes(size))
    tracemalloc.start()
    assert sum(map(len, unpacked(io.BytesIO(packed), size, packing))) == size
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * MEBIBYTE
