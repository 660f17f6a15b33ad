"""A large volume is in memory once, in whichever format it comes: in this process and in those that read for it."""

import gzip
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import numpy as np
import psutil
import pytest
from numpy.typing import NDArray

from microdesigner import io
from microdesigner.core.slabs import MAPPED_BYTES

SHAPE = (512, 512, 272)
TIMES, LIBRARIES = 1.2, 40 << 20  # two copies are more than both together
SECONDS_BETWEEN = 0.005
pytestmark = pytest.mark.skipif(
    not Path("/proc/self/smaps_rollup").exists(), reason="only Linux tells the memory of processes that share some"
)


@cache
def layers() -> NDArray[np.uint8]:
    """Black and white as cameras write it, [z, y, x]: the labels go into the place of the numbers, or the numbers."""
    tile = np.random.default_rng(0).integers(0, 2, (16, 64, 64)).astype(np.uint8) * np.uint8(255)
    x, y, z = SHAPE
    return np.tile(tile, (z // 16, y // 64, x // 64))


def write_tiff(path: Path, compression: str | None = None) -> None:
    import tifffile

    tifffile.imwrite(path, layers(), photometric="minisblack", compression=compression)


def write_hdf5(path: Path) -> None:
    import h5py

    with h5py.File(path, "w") as file:
        stored = file.create_dataset("phase", data=layers(), compression="gzip", compression_opts=1)
        stored.attrs["DIMENSION_LABELS"] = ["z", "y", "x"]


def write_zarr(path: Path) -> None:
    import zarr

    array = zarr.create_array(path, shape=layers().shape, chunks=(64, 64, 64), dtype="u1")
    array[...] = layers()


def write_mrc(path: Path) -> None:
    """Bytes as IMOD writes them, 128 lower."""
    import mrcfile

    with mrcfile.new(path) as file:
        file.set_data((layers() ^ np.uint8(128)).view(np.int8))
        words = np.frombuffer(file.header, np.uint8)
        words.flags.writeable = True
        words[152:160] = np.frombuffer(b"IMOD\x01\0\0\0", np.uint8)


def write_vti(path: Path, packed: bool) -> None:
    from vtkmodules.util.numpy_support import numpy_to_vtk
    from vtkmodules.vtkCommonDataModel import vtkImageData
    from vtkmodules.vtkIOXML import vtkXMLImageDataWriter

    image = vtkImageData()
    image.SetDimensions(*(edge + 1 for edge in SHAPE))
    labels = numpy_to_vtk(layers().ravel(), deep=False)
    labels.SetName("phase")
    image.GetCellData().SetScalars(labels)
    writer = vtkXMLImageDataWriter()
    writer.SetInputData(image)
    writer.SetFileName(str(path))
    writer.EncodeAppendedDataOff()
    if not packed:
        writer.SetCompressorTypeToNone()
    writer.Write()


def write_with_header(path: Path, header: str, packed: bytes) -> None:
    sizes = " ".join(map(str, SHAPE))
    path.write_bytes(header.format(sizes).encode() + packed)


META = "NDims = 3\nDimSize = {}\nElementType = MET_UCHAR\nCompressedData = True\nElementDataFile = LOCAL\n"
NRRD = "NRRD0004\ntype: uint8\ndimension: 3\nsizes: {}\nencoding: gzip\n\n"
LEGACY = "# vtk DataFile Version 3.0\n\nBINARY\nDATASET STRUCTURED_POINTS\nDIMENSIONS {}\n"
LEGACY += f"POINT_DATA {np.prod(SHAPE)}\nSCALARS phase unsigned_char\nLOOKUP_TABLE default\n"
FILES: dict[str, Callable[[Path], object]] = {
    "film.npy": lambda path: np.save(path, layers().T),
    "film.npz": lambda path: np.savez_compressed(path, layers().T),
    "plain.tif": write_tiff,
    "deflate.tif": lambda path: write_tiff(path, "deflate"),
    "gzip.h5": write_hdf5,
    "film.zarr": write_zarr,
    "film.mrc": write_mrc,
    "plain.vti": lambda path: write_vti(path, packed=False),
    "zlib.vti": lambda path: write_vti(path, packed=True),
    "film.vtk": lambda path: write_with_header(path, LEGACY, layers().tobytes()),
    "film.mha": lambda path: write_with_header(path, META, zlib.compress(layers().data, 1)),
    "film.nrrd": lambda path: write_with_header(path, NRRD, gzip.compress(layers().tobytes(), 1)),
}


@contextmanager
def greatest_memory(peak: list[int]) -> Iterator[None]:
    """Append how many bytes more than before this process and its children take at their most."""
    this, before, over = psutil.Process(), memory(psutil.Process()), threading.Event()
    found = [before]

    def watch() -> None:
        while not over.wait(SECONDS_BETWEEN):
            found.append(memory(this))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
        time.sleep(2 * SECONDS_BETWEEN)
    finally:
        over.set()
        thread.join()
    peak.append(max(found) - before)


def memory(process: psutil.Process) -> int:
    """Bytes of a process and its children, what some share counted once."""
    own, *others = [process.pid, *(child.pid for child in process.children(recursive=True))]
    command = _about(own, "cmdline")
    # until it has become another program, a child that is started is this process once more (vfork)
    return _own_memory(own) + sum(_own_memory(pid) for pid in others if _about(pid, "cmdline") != command)


def _own_memory(pid: int) -> int:
    lines = _about(pid, "smaps_rollup").splitlines()
    return 1024 * next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def _about(pid: int, what: str) -> str:
    try:
        return Path(f"/proc/{pid}/{what}").read_text(encoding="utf-8", errors="replace")
    except OSError:  # it has just ended
        return ""


@pytest.mark.parametrize("name", FILES)
def test_a_large_volume_is_in_memory_once(name: str, tmp_path: Path) -> None:
    path, size = tmp_path / name, int(np.prod(SHAPE))
    assert size > MAPPED_BYTES
    FILES[name](path)
    peak: list[int] = []
    with greatest_memory(peak):
        volume = io.read(path)
        acceptor = np.count_nonzero(volume.phases)
    assert volume.shape == SHAPE
    assert acceptor == np.count_nonzero(layers())
    np.testing.assert_array_equal(volume.phases[::7, ::5, ::3], layers().T[::7, ::5, ::3] // 255)
    assert peak[0] < TIMES * size + LIBRARIES, f"{peak[0] / size:.2f} times its size"
