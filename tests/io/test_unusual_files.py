"""Files that are valid but rare: what they say of axes, edges and values counts; the unclear is asked or refused."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import mrcfile
import nrrd
import numpy as np
import pytest
import pyvista
import tifffile
import zarr
from PIL import Image

from microdesigner import io
from microdesigner.core.errors import InputError
from microdesigner.io import ImportOptions, MissingOptionError

LABELS = np.random.default_rng(3).integers(0, 3, (5, 7, 4)).astype(np.uint8)
LAYERS = LABELS.T.copy()
COLOURS = np.stack([LAYERS] * 3, -1)
Edges = tuple[float, float, float] | None


def _hdf5(path: Path, values: Any, **attributes: Any) -> None:
    with h5py.File(path, "w") as file:
        file["labels"] = values
        file["labels"].attrs.update(attributes)


def _named_dimensions(path: Path) -> None:
    _hdf5(path, LAYERS)
    with h5py.File(path, "a") as file:
        for dimension, word in zip(file["labels"].dims, ("Depth", "Rows", "Columns"), strict=True):
            dimension.label = word


def _mrc(path: Path, stack: bool = False, unsigned: bool = False) -> None:
    """A stack of pictures has no distance between them; bytes before MRC2014 were unsigned."""
    values = (LAYERS * 100).view(np.int8) if unsigned else LAYERS.astype(np.int8)
    with mrcfile.new(path) as file:
        file.set_data(values)
        file.voxel_size = (20, 30, 50)
        if stack:
            file.set_image_stack()
        file.header.dmin, file.header.dmax = 0, 200 if unsigned else 2


def _image(path: Path, version: Any, prefix: str) -> None:
    root = zarr.open_group(str(path), mode="w", zarr_format=version)
    image = root.create_group(prefix)
    for level in range(2):
        image.create_array(str(level), data=LAYERS[:: level + 1, :: level + 1, :: level + 1])
    axes = [{"name": axis, "type": "space", "unit": "nanometer"} for axis in "zyx"]
    halved = [{"type": "scale", "scale": [2.5, 1.5, 1.0]}]
    levels = [{"path": str(level), "coordinateTransformations": halved} for level in range(2)]
    whole = [{"type": "scale", "scale": [2.0, 2.0, 2.0]}]
    noted = {"multiscales": [{"axes": axes, "datasets": levels, "coordinateTransformations": whole}]}
    image.attrs.update(noted if version == 2 else {"ome": noted})


def _named_axes(path: Path, version: Any) -> None:
    root = zarr.open_group(str(path), mode="w", zarr_format=version)
    if version == 3:
        root.create_array("labels", data=LABELS, dimension_names=["x", "y", "z"])
    else:
        root.create_array("labels", data=LABELS).attrs["_ARRAY_DIMENSIONS"] = ["x", "y", "z"]


def _pages(path: Path) -> None:
    for layer in COLOURS:
        tifffile.imwrite(path, layer, photometric="rgb", append=path.exists())


def _slices(path: Path, numbers: range | list[int], colour: bool = False, extension: str = "png") -> None:
    path.mkdir()
    for layer, number in zip(COLOURS if colour else LAYERS, numbers, strict=True):
        Image.fromarray(layer).save(path / f"s2024_{number}.{extension}")


READ: dict[str, tuple[Callable[[Path], object], Edges]] = {
    "words.h5": (_named_dimensions, None),
    "bytes.h5": (lambda path: _hdf5(path, LAYERS, DIMENSION_LABELS=np.array([b"z", b"y", b"x"])), None),
    "axes.h5": (lambda path: _hdf5(path, LABELS, axes="x:y:z"), None),
    "stack.mrc": (lambda path: _mrc(path, stack=True), None),
    "image.zarr": (lambda path: _image(path, 2, "0"), (2, 3, 5)),
    "image3.zarr": (lambda path: _image(path, 3, "0"), (2, 3, 5)),
    "xarray.zarr": (lambda path: _named_axes(path, 2), None),
    "named.zarr": (lambda path: _named_axes(path, 3), None),
    "grey.tif": (lambda path: tifffile.imwrite(path, COLOURS, photometric="rgb"), None),
    "pages.tif": (_pages, None),
    "alpha.tif": (
        lambda path: tifffile.imwrite(
            path, np.concatenate([COLOURS, 255 - 0 * COLOURS[..., :1]], -1), photometric="rgb",
            extrasamples=["unassalpha"],
        ),
        None,
    ),
    "every second": (lambda path: _slices(path, range(8, 16, 2)), None),
    "no rule": (lambda path: _slices(path, [1203, 1817, 2451, 2502]), None),
    "colours": (lambda path: _slices(path, range(4), colour=True), None),
    "colour tiffs": (lambda path: _slices(path, range(4), colour=True, extension="tif"), None),
    "ascii.nrrd": (lambda path: nrrd.write(str(path), LABELS, {"encoding": "ASCII"}), None),
}  # fmt: skip


@pytest.mark.parametrize("name", READ)
def test_what_a_rare_file_says_counts(name: str, tmp_path: Path) -> None:
    make, edges = READ[name]
    make(tmp_path / name)
    read = io.read(tmp_path / name)
    np.testing.assert_array_equal(read.phases, LABELS)
    assert read.voxel_nm == edges


def test_bytes_are_unsigned_where_the_header_tells_values_beyond_127(tmp_path: Path) -> None:
    _mrc(tmp_path / "grey.mrc", unsigned=True)
    np.testing.assert_array_equal(io.scan(tmp_path / "grey.mrc").values, LABELS * 100)


def _two_arrays(path: Path) -> None:
    grid = pyvista.ImageData(dimensions=[edge + 1 for edge in LABELS.shape])
    grid.cell_data["first"] = LABELS.ravel(order="F")
    grid.cell_data["last"] = 2 - LABELS.ravel(order="F")  # active, as what was made last
    grid.save(path)


def test_an_array_that_was_on_show_is_not_therefore_the_volume(tmp_path: Path) -> None:
    _two_arrays(tmp_path / "film.vti")
    with pytest.raises(MissingOptionError, match="--array: first, last"):
        io.read(tmp_path / "film.vti")
    read = io.read(tmp_path / "film.vti", ImportOptions(array="first"))
    np.testing.assert_array_equal(read.phases, LABELS)


@pytest.mark.parametrize(
    ("name", "make", "words"),
    [
        ("gap", lambda path: _slices(path, [0, 1, 3, 4]), "no slice between s2024_1.png and s2024_3.png"),
        ("red.tif", lambda path: tifffile.imwrite(path, COLOURS * [1, 0, 0], photometric="rgb"), "in colour"),
        (
            "vectors.nrrd",
            lambda path: nrrd.write(str(path), LABELS, {
                "space": "left-posterior-superior", "kinds": ["vector", "domain", "domain"],
                "space directions": [[np.nan] * 3, [2, 0, 0], [0, 3, 0]],
            }),
            "several channels or times",
        ),
    ],
)  # fmt: skip
def test_what_is_no_volume_of_labels_is_refused(
    name: str, make: Callable[[Path], object], words: str, tmp_path: Path
) -> None:
    make(tmp_path / name)
    with pytest.raises(InputError, match=words):
        io.read(tmp_path / name)
