"""A large volume is in memory once, in whichever format it comes: in this process and in those that read for it."""

from pathlib import Path

import numpy as np
import pytest

from microdesigner import io
from microdesigner.core.slabs import MAPPED_BYTES
from tests.io.large_volumes import FILES, greatest_memory, layers, options

BYTES = 512 * 512 * 288
TIMES, LIBRARIES = 1.2, 40 << 20  # two copies are more than both together
ONE_FOR_ALL = ("film.raw", "slices", "film.dream3d", "film73.mat", "plain.mat")  # read as others are
GREY = ("deflate.tif", "zlib.mat", "zlib.vti", "film.nrrd", "film.npz")
CASES = [*((name, "u1") for name in FILES if name not in ONE_FOR_ALL), *((name, "u2") for name in GREY)]
pytestmark = pytest.mark.skipif(
    not Path("/proc/self/smaps_rollup").exists(), reason="only Linux tells the memory of processes that share some"
)


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_a_large_volume_is_in_memory_once(name: str, kind: str, tmp_path: Path) -> None:
    path, number = tmp_path / name, np.dtype(kind)
    shape = (512, 512, BYTES // (512 * 512 * 16 * number.itemsize) * 16)
    assert BYTES > MAPPED_BYTES
    FILES[name](path, layers(shape, kind))
    peak: list[int] = []
    with greatest_memory(peak):
        volume = io.read(path, options(name, shape, number))
        acceptor = np.count_nonzero(volume.phases)
    bright = layers(shape, kind) > 2000 if kind == "u2" else layers(shape, kind) > 0
    assert volume.shape == shape
    assert acceptor == np.count_nonzero(bright)
    np.testing.assert_array_equal(volume.phases[::7, ::5, ::3], bright.T[::7, ::5, ::3])
    assert peak[0] < TIMES * BYTES + LIBRARIES, f"{peak[0] / BYTES:.2f} times its size"
