"""Mutated files of every reader: read, or refused in one printable sentence; nothing else, and no process is lost.

`make fuzz` tries more of them.
"""

import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import h5py
import mrcfile
import numpy as np
import pytest
import pyvista
import scipy.io
import tifffile
import zarr
from PIL import Image

from microdesigner import io
from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from microdesigner.io import isolation
from tests.fuzz.mutate import TIMES, mutate_bytes
from tests.io.held import held

pytestmark = pytest.mark.long
MUTATIONS = 25
MOST_BYTES = 1 << 26  # of memory; no file is larger than some kilobytes
LABELS = np.random.default_rng(2).integers(0, 3, (6, 5, 4)).astype(np.uint8)


def _ilastik(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file["exported_data"] = LABELS.T
        file["exported_data"].attrs["axistags"] = '{"axes": [{"key": "z"}, {"key": "y"}, {"key": "x"}]}'


def _mrc(path: Path) -> None:
    with mrcfile.new(path) as file:
        file.set_data(LABELS.T.astype(np.int16))
        file.voxel_size = 20


def _mat73(path: Path) -> None:
    with h5py.File(path, "w", userblock_size=512) as file:
        file["labels"] = LABELS.T
        file["labels"].attrs["MATLAB_class"] = np.bytes_("uint8")


def _rectilinear(path: Path) -> None:
    x, y, z = (np.arange(edge + 1.0) for edge in LABELS.shape)
    grid = pyvista.RectilinearGrid(x, y, z)
    grid.cell_data["labels"] = LABELS.ravel(order="F")
    grid.save(path)


def _zarr(path: Path) -> None:
    group = zarr.open_group(str(path), mode="w")
    group.create_array("0", data=LABELS.T)
    axes = [{"name": axis, "type": "space", "unit": "nanometer"} for axis in "zyx"]
    level = {"path": "0", "coordinateTransformations": [{"type": "scale", "scale": [5.0, 3.0, 2.0]}]}
    group.attrs["multiscales"] = [{"version": "0.4", "axes": axes, "datasets": [level]}]


def _volume(path: Path) -> Path:
    """The volume of which a file is, or is a part."""
    return next((folder for folder in path.parents if folder.suffix == ".zarr"), path)


FOREIGN: dict[str, Callable[[Path], None]] = {
    "deflate.tif": lambda path: tifffile.imwrite(path, LABELS.T, compression="deflate", photometric="minisblack"),
    "lzw.tif": lambda path: tifffile.imwrite(path, LABELS.T, compression="lzw", photometric="minisblack"),
    "ilastik.h5": _ilastik,
    "film.mrc": _mrc,
    "film.mat": lambda path: scipy.io.savemat(path, {"labels": LABELS}, do_compression=True),
    "film.npz": lambda path: np.savez_compressed(path, labels=LABELS),
    "film73.mat": _mat73,
    "equal.vtr": _rectilinear,
    "layer.png": lambda path: Image.fromarray(LABELS[:, :, 0]).save(path),
    "store.zarr/zarr.json": lambda path: _zarr(path.parent),
    "chunk.zarr/0/c/0/0/0": lambda path: _zarr(path.parents[4]),
    "text.vtk": lambda path: path.write_text(
        "# vtk DataFile Version 3.0\nlabels\nASCII\nDATASET STRUCTURED_POINTS\nDIMENSIONS 6 5 4\nSPACING 1 1 1\n"
        "POINT_DATA 120\nFIELD FieldData 1\nlabels 1 120 int\n" + " ".join(map(str, LABELS.ravel(order="F")))
    ),
}


def _write(name: str, path: Path) -> None:
    if name in FOREIGN:
        FOREIGN[name](path)
    else:
        extension = name.removeprefix("own")
        held_as = next(name for name, entry in io.FORMATS.items() if entry.extensions[0] == extension)
        io.write(held(held_as, Microstructure(LABELS, provenance={"seed": 1})), path)


@pytest.fixture
def traced() -> Iterator[ModuleType]:
    """Knows how much memory this process takes; the one of the libraries that may crash has limits of its own."""
    tracemalloc.start()
    yield tracemalloc
    tracemalloc.stop()


OWN = [f"own{entry.extensions[0]}" for name, entry in io.FORMATS.items() if name != "zarr"]  # which is a folder


@pytest.mark.parametrize("name", [*OWN, *FOREIGN])
def test_a_mutated_file_is_read_or_refused_in_one_sentence(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, traced: ModuleType
) -> None:
    monkeypatch.setattr(isolation, "LEAST_SECONDS", 2.0)  # some make HDF5 read for ever
    path = tmp_path / name
    _write(name, path)
    content = path.read_bytes()
    for number, mutated in enumerate(mutate_bytes(content, MUTATIONS * TIMES)):
        path.write_bytes(mutated)
        traced.reset_peak()
        try:
            io.read(_volume(path))
        except InputError as error:
            message = str(error)
            assert message.isprintable(), number
            assert message.endswith((".", "...")), number
            assert len(message) <= 400 + len(str(path)), number
        assert traced.get_traced_memory()[1] < MOST_BYTES, number
