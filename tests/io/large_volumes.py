"""`python -m tests.io.large_volumes [--edge 512] [--types u1,u2,f4] [--only WORDS]`: what opening a large volume takes.

For each format that `FILES` writes and each type of number: the greatest memory of this process and those that read
for it, above what they had before, over the size of the array; and the processor time of all of them.
"""

import argparse
import gzip
import json
import os
import sys
import tempfile
import threading
import time
import traceback
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from numpy.typing import NDArray

from microdesigner import io
from microdesigner.io import isolation
from microdesigner.io.options import ImportOptions, RawLayout
from microdesigner.io.segmentation import Segmentation

SECONDS_BETWEEN = 0.005
Layers = NDArray[Any]
"""Numbers [z, y, x]."""


def layers(shape: tuple[int, int, int], kind: str = "u1") -> Layers:
    """A volume of `shape` [x, y, z]: black and white as cameras write it in bytes, in wider types the grey of two
    materials."""
    draw = np.random.default_rng(0)
    tile = draw.integers(0, 2, (16, 64, 64)).astype(np.uint8) * np.uint8(255)
    if kind != "u1":
        tile = (1000 + 10.0 * tile + draw.integers(-99, 99, tile.shape)).astype(kind)
    x, y, z = shape
    return np.tile(tile, (z // 16, y // 64, x // 64))


def options(name: str, shape: tuple[int, int, int], kind: "np.dtype[Any]") -> ImportOptions:
    """What the user says of a file called `name` that holds such numbers."""
    return ImportOptions(
        raw=RawLayout(shape, kind.name) if name.endswith(".raw") else None,
        segmentation=None if kind == np.uint8 else Segmentation("otsu"),
    )


def _tiff(path: Path, values: Layers, compression: str | None = None) -> None:
    import tifffile

    tifffile.imwrite(path, values, photometric="minisblack", compression=compression)


def _hdf5(path: Path, values: Layers, user_block: int = 0) -> None:
    import h5py

    with h5py.File(path, "w", userblock_size=user_block) as file:
        stored = file.create_dataset("phase", data=values, compression="gzip", compression_opts=1)
        stored.attrs["DIMENSION_LABELS"] = ["z", "y", "x"]


def _dream3d(path: Path, values: Layers) -> None:
    """As version 6 of that program lays it out."""
    import h5py

    with h5py.File(path, "w") as file:
        file.attrs["FileVersion"] = np.bytes_("7.0")
        container = file.create_group("DataContainers/film")
        geometry = container.create_group("_SIMPL_GEOMETRY")
        geometry["DIMENSIONS"], geometry["SPACING"] = values.shape[::-1], (1.0, 1.0, 1.0)
        cells = container.create_group("CellData")
        cells.attrs["TupleDimensions"] = values.shape[::-1]
        cells.create_dataset("Phases", data=values[..., None], compression="gzip", compression_opts=1)


def _zarr(path: Path, values: Layers) -> None:
    import zarr

    array = zarr.create_array(path, shape=values.shape, chunks=(64, 64, 64), dtype=values.dtype)
    array[...] = values


def _mrc(path: Path, values: Layers) -> None:
    """Bytes as IMOD writes them, 128 lower."""
    import mrcfile

    with mrcfile.new(path) as file:
        if values.dtype != np.uint8:
            file.set_data(values)
            return
        file.set_data((values ^ np.uint8(128)).view(np.int8))
        words = np.frombuffer(file.header, np.uint8)
        words.flags.writeable = True
        words[152:160] = np.frombuffer(b"IMOD\x01\0\0\0", np.uint8)


def _vti(path: Path, values: Layers, packed: bool, mode: str = "raw") -> None:
    """`mode`: appended raw, as in this program's files, appended in base64 or inline in base64."""
    from vtkmodules.util.numpy_support import numpy_to_vtk
    from vtkmodules.vtkCommonDataModel import vtkImageData
    from vtkmodules.vtkIOXML import vtkXMLImageDataWriter

    image = vtkImageData()
    image.SetDimensions(*(edge + 1 for edge in values.shape[::-1]))
    labels = numpy_to_vtk(values.ravel(), deep=False)
    labels.SetName("phase")
    image.GetCellData().SetScalars(labels)
    writer = vtkXMLImageDataWriter()
    writer.SetInputData(image)
    writer.SetFileName(str(path))
    writer.SetEncodeAppendedData(mode == "base64")
    if mode == "inline":
        writer.SetDataModeToBinary()
    if not packed:
        writer.SetCompressorTypeToNone()
    writer.Write()


def _legacy(path: Path, values: Layers) -> None:
    word = {"u1": "unsigned_char", "u2": "unsigned_short", "f4": "float"}[values.dtype.str[1:]]
    header = (
        f"# vtk DataFile Version 3.0\n\nBINARY\nDATASET STRUCTURED_POINTS\nDIMENSIONS {_sizes(values)}\n"
        f"POINT_DATA {values.size}\nSCALARS phase {word}\nLOOKUP_TABLE default\n"
    )
    path.write_bytes(header.encode() + values.astype(values.dtype.newbyteorder(">")).tobytes())


def _mha(path: Path, values: Layers) -> None:
    word = {"u1": "MET_UCHAR", "u2": "MET_USHORT", "f4": "MET_FLOAT"}[values.dtype.str[1:]]
    header = (
        f"NDims = 3\nDimSize = {_sizes(values)}\nElementType = {word}\nCompressedData = True\nElementDataFile = LOCAL\n"
    )
    path.write_bytes(header.encode() + zlib.compress(values.data, 1))


def _nrrd(path: Path, values: Layers) -> None:
    word = {"u1": "uint8", "u2": "uint16", "f4": "float"}[values.dtype.str[1:]]
    header = f"NRRD0004\ntype: {word}\nendian: little\ndimension: 3\nsizes: {_sizes(values)}\nencoding: gzip\n\n"
    path.write_bytes(header.encode() + gzip.compress(values.tobytes(), 1))


def _mat(path: Path, values: Layers, packed: bool) -> None:
    import scipy.io

    scipy.io.savemat(path, {"film": values.T}, do_compression=packed)


def _slices(path: Path, values: Layers) -> None:
    path.mkdir()
    for number, layer in enumerate(values):
        _tiff(path / f"{number:04d}.tif", layer, "deflate")


def _sizes(values: Layers) -> str:
    return " ".join(map(str, values.shape[::-1]))


FILES: dict[str, Callable[[Path, Layers], object]] = {
    "film.npy": lambda path, values: np.save(path, values.T),
    "film.npz": lambda path, values: np.savez_compressed(path, values.T),
    "film.raw": lambda path, values: path.write_bytes(values.data),
    "plain.tif": _tiff,
    "deflate.tif": lambda path, values: _tiff(path, values, "deflate"),
    "slices": _slices,
    "gzip.h5": _hdf5,
    "film.dream3d": _dream3d,
    "film.zarr": _zarr,
    "film.mrc": _mrc,
    "plain.mat": lambda path, values: _mat(path, values, packed=False),
    "zlib.mat": lambda path, values: _mat(path, values, packed=True),
    "film73.mat": lambda path, values: _hdf5(path, values, user_block=512),
    "plain.vti": lambda path, values: _vti(path, values, packed=False),
    "zlib.vti": lambda path, values: _vti(path, values, packed=True),
    "base64.vti": lambda path, values: _vti(path, values, packed=True, mode="base64"),
    "inline.vti": lambda path, values: _vti(path, values, packed=False, mode="inline"),
    "film.vtk": _legacy,
    "film.mha": _mha,
    "film.nrrd": _nrrd,
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


def run() -> int:
    """Print a line for each format and type of number."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--edge", type=int, default=512)
    parser.add_argument("--types", default="u1,u2,f4")
    parser.add_argument(
        "--only", default="", metavar="WORDS", help="formats whose name holds one of these, with commas"
    )
    args = parser.parse_args()
    print(f"{'':14} {'type':4} {'array MB':>9} {'memory / array':>15} {'processor s':>12}")
    worst = 0.0
    for kind in args.types.split(","):
        for name in FILES:
            if any(word in name for word in args.only.split(",")):
                size, took, seconds = _apart(name, kind, args.edge)
                worst = max(worst, took)
                print(f"{name:14} {kind:4} {size / 1e6:9.0f} {took:15.2f} {seconds:12.1f}", flush=True)
    print(f"greatest: {worst:.2f}")
    return 0


def _apart(name: str, kind: str, edge: int) -> tuple[int, float, float]:
    """Bytes of the array; of opening its file the memory, in as many bytes, and the processor time: in a copy of this
    process, which never held the array."""
    shape = (edge, edge, edge)
    size = edge**3 * np.dtype(kind).itemsize
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        _in_copy(lambda: FILES[name](path, layers(shape, kind)))
        said = options(name, shape, np.dtype(kind))
        took, seconds = json.loads(_in_copy(lambda: _opened(path, said)))
    return size, took / size, seconds


def _opened(path: Path, said: ImportOptions) -> str:
    """Bytes and seconds, as JSON."""
    peak: list[int] = []
    with greatest_memory(peak):
        volume = io.read(path, said)
        assert 0 < np.count_nonzero(volume.phases) < volume.phases.size
    isolation._end()
    spent = os.times()
    return json.dumps([peak[0], spent.user + spent.system + spent.children_user + spent.children_system])


def _in_copy(work: Callable[[], object]) -> str:
    """What `work` returns, done in a copy of this process."""
    receiving, sending = os.pipe()
    process = os.fork()
    if process == 0:
        try:
            os.write(sending, str(work()).encode())
        except BaseException:  # noqa: BLE001 - told here; the copy must not go on
            traceback.print_exc()
        os._exit(0)
    os.close(sending)
    with os.fdopen(receiving, encoding="utf-8") as told:
        answer = told.read()
    os.waitpid(process, 0)
    return answer


if __name__ == "__main__":
    sys.exit(run())
