"""Formats of the field: what their own libraries write is read, and what is written here they read alike."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import scipy.io
import SimpleITK
import tifffile
import zarr
from PIL import Image

from microdesigner import io
from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from microdesigner.io import ImportOptions, MissingOptionError, RawLayout
from microdesigner.io.volumes import described

LABELS = np.random.default_rng(1).integers(0, 3, (5, 7, 4)).astype(np.uint8)
FILM = Microstructure(LABELS, (1.25, 2.0, 0.5), provenance={"seed": 1}, phase_names=("P3HT", "PCBM", "mix"))


@pytest.mark.parametrize("extension", ["mha", "mhd", "nrrd", "hdf5", "vtk", "tif"])
def test_what_simpleitk_writes_is_read(extension: str, tmp_path: Path) -> None:
    image = SimpleITK.GetImageFromArray(LABELS.T)
    image.SetSpacing((2.0, 3.0, 5.0))
    image.SetDirection((1, 0, 0, 0, 1, 0, 0, 0, -1))
    SimpleITK.WriteImage(image, str(tmp_path / f"film.{extension}"), useCompression=extension != "tif")
    scan = io.scan(tmp_path / f"film.{extension}")
    turned = extension in ("mha", "mhd", "nrrd", "hdf5")  # the others store no directions
    np.testing.assert_array_equal(scan.values, LABELS[:, :, ::-1] if turned else LABELS)


def test_a_permuted_volume_is_put_straight_and_an_oblique_one_refused(tmp_path: Path) -> None:
    image = SimpleITK.GetImageFromArray(LABELS.T)
    image.SetSpacing((2.0, 3.0, 5.0))
    image.SetDirection((0, 1, 0, 0, 0, 1, 1, 0, 0))  # the stored x points along z, y along x, z along y
    SimpleITK.WriteImage(image, str(tmp_path / "film.mha"))
    SimpleITK.WriteImage(image, str(tmp_path / "film.hdf5"))
    scan = io.scan(tmp_path / "film.mha")
    same = io.scan(tmp_path / "film.hdf5")
    np.testing.assert_array_equal(same.values, scan.values)
    assert same.edges_without_unit == scan.edges_without_unit
    np.testing.assert_array_equal(scan.values, LABELS.transpose(1, 2, 0))
    straight = SimpleITK.DICOMOrient(image, "LPS")
    np.testing.assert_array_equal(scan.values, SimpleITK.GetArrayFromImage(straight).T)
    assert scan.edges_without_unit == (3, 5, 2)
    kept = io.scan(tmp_path / "film.mha", ImportOptions(axes="zyx"))
    np.testing.assert_array_equal(kept.values, LABELS)
    image.SetDirection((0.8, -0.6, 0, 0.6, 0.8, 0, 0, 0, 1))
    for extension in ("mha", "nrrd"):
        SimpleITK.WriteImage(image, str(tmp_path / f"oblique.{extension}"))
        with pytest.raises(InputError, match="rotated or sheared"):
            io.read(tmp_path / f"oblique.{extension}")


def test_dream3d_reads_phases_from_one_on(tmp_path: Path) -> None:
    io.write(FILM, tmp_path / "film.dream3d")
    with h5py.File(tmp_path / "film.dream3d") as file:
        container = file["DataContainers/ImageDataContainer"]
        np.testing.assert_array_equal(container["CellData/Phases"][..., 0].T, LABELS + 1)
        np.testing.assert_allclose(container["_SIMPL_GEOMETRY/SPACING"][()], FILM.voxel_nm)
        assert [name.decode() for name in container["CellEnsembleData/PhaseName"]][1:] == list(FILM.phase_names)
    phases = ImportOptions(array="Phases", mapping=((1, 0), (2, 1), (3, 2)))
    back = io.read(tmp_path / "film.dream3d", phases)
    np.testing.assert_array_equal(back.phases, LABELS)
    assert back.voxel_nm == FILM.voxel_nm
    assert back.phase_names == FILM.phase_names
    assert io.scan(tmp_path / "film.dream3d", ImportOptions(array="Phases")).value_names == {
        "1": "P3HT", "2": "PCBM", "3": "mix",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("unit", "edges", "source", "without"),
    [
        (5, (2, 3, 5), "file", None), (6, (2e3, 3e3, 5e3), "file", None), (21, (0.2, 0.3, 0.5), "file", None),
        (100, (2, 3, 5), "convention", None), (None, (2, 3, 5), "convention", None), (25, None, "file", (2, 3, 5)),
    ],
)  # fmt: skip
def test_the_unit_of_dream3d_nx_is_a_number(
    unit: int | None, edges: Any, source: str, without: Any, tmp_path: Path
) -> None:
    """25 are miles, which nobody measures films in: the numbers stay without a unit."""
    with h5py.File(tmp_path / "film.dream3d", "w") as file:
        geometry = file.create_group("DataStructure/Image Geometry")
        geometry.attrs["_SPACING"] = np.array((2, 3, 5), np.float32)
        if unit is not None:
            geometry.attrs["Units"] = np.uint32(unit)
        geometry["Cell Data/Phases"] = LABELS.T[..., None].astype(np.int32)
        geometry["Cell Ensemble Data/PhaseName"] = np.array([b"Unknown", b"P3HT", b"PCBM"])
        geometry["Cell Data/FeatureIds"] = np.ones((4, 7, 5, 1), np.int32)
    scan = io.scan(tmp_path / "film.dream3d", ImportOptions(array="DataStructure/Image Geometry/Cell Data/Phases"))
    assert (scan.voxel_nm, scan.voxel_from, scan.edges_without_unit) == (edges, source, without)
    assert scan.value_names == {"1": "P3HT", "2": "PCBM"}
    ids = io.scan(tmp_path / "film.dream3d", ImportOptions(array="DataStructure/Image Geometry/Cell Data/FeatureIds"))
    assert not ids.value_names  # those are grains


def _mat73(path: Path) -> None:
    with h5py.File(path, "w", userblock_size=512) as file:
        stored = file.create_dataset("labels", data=LABELS.T)
        stored.attrs["MATLAB_class"] = np.bytes_("uint8")


def _zarr(path: Path) -> None:
    group = zarr.open_group(str(path), mode="w")
    group.create_array("0", data=LABELS.T, chunks=(2, 4, 5))
    group.create_array("1", data=LABELS.T[::2, ::2, ::2])
    axes = [{"name": axis, "type": "space", "unit": "nanometer"} for axis in "zyx"]
    levels = [
        {
            "path": str(n),
            "coordinateTransformations": [{"type": "scale", "scale": [5.0 * 2**n, 3.0 * 2**n, 2.0 * 2**n]}],
        }
        for n in range(2)
    ]
    group.attrs["multiscales"] = [{"version": "0.4", "axes": axes, "datasets": levels}]


def _slices(path: Path) -> None:
    path.mkdir()
    for layer in range(4):
        Image.fromarray(LABELS[:, :, layer].T).save(path / f"s{layer + 8}.png")  # 8, 9, 10, 11: by number, not by name


def _exchange(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file["exchange/data"] = LABELS.T
        file["exchange/data"].attrs["axes"] = "z:y:x"
        file["exchange/data_dark"] = np.zeros((1, 7, 5), np.uint8)


FOREIGN: dict[str, tuple[Callable[[Path], object], tuple[float, float, float] | None, str, str | None]] = {
    "film.mat": (lambda path: scipy.io.savemat(path, {"labels": LABELS, "note": "x"}), None, "convention", None),
    "film73.mat": (_mat73, None, "convention", None),
    "film.zarr": (_zarr, (2, 3, 5), "file", None),
    "slices": (_slices, None, "convention", None),
    "exchange.h5": (_exchange, None, "file", "exchange/data"),
    "film.npz": (lambda path: np.savez(path, a=LABELS, curve=np.zeros(9)), None, "convention", None),
    "film.tif": (lambda path: tifffile.imwrite(path, LABELS.T, compression="zlib", photometric="minisblack"), None,
                 "convention", None),
}  # fmt: skip


@pytest.mark.parametrize("name", FOREIGN)
def test_files_of_other_programs(name: str, tmp_path: Path) -> None:
    make, edges, source, array = FOREIGN[name]
    make(tmp_path / name)
    scan, read = described(tmp_path / name, ImportOptions(array=array))
    np.testing.assert_array_equal(read.phases, LABELS)
    assert (read.voxel_nm, scan.axes_from) == (edges, source)


def test_of_several_arrays_one_is_asked_for(tmp_path: Path) -> None:
    np.savez(tmp_path / "film.npz", labels=LABELS, other=LABELS + 1)
    with pytest.raises(MissingOptionError, match="--array: labels, other") as asked:
        io.read(tmp_path / "film.npz")
    assert (asked.value.question, asked.value.found) == ("array", ("labels", "other"))
    np.testing.assert_array_equal(io.read(tmp_path / "film.npz", ImportOptions(array="labels")).phases, LABELS)
    with pytest.raises(MissingOptionError, match="no array 'phases'"):
        io.read(tmp_path / "film.npz", ImportOptions(array="phases"))


def test_plain_numbers_of_any_name_and_order(tmp_path: Path) -> None:
    LABELS.astype(">u2").tofile(tmp_path / "scan.dat")
    with pytest.raises(InputError, match="--raw"):
        io.read(tmp_path / "scan.dat")
    with pytest.raises(MissingOptionError, match=r"280 bytes, but 5 × 7 × 4 numbers of type uint8 take 140"):
        io.read(tmp_path / "scan.dat", ImportOptions(raw=RawLayout((5, 7, 4), "uint8")))
    scan, read = described(tmp_path / "scan.dat", ImportOptions(raw=RawLayout((5, 7, 4), ">u2"), axes="xyz"))
    np.testing.assert_array_equal(read.phases, LABELS)
    assert scan.axes_from == "option"


@pytest.mark.parametrize(
    ("levels", "kind", "expected"),
    [
        ((0, 1), np.uint8, (0, 1)), ((0, 1, 2), np.int64, (0, 1, 2)), ((0, 255), np.uint8, (0, 1)),
        ((0, 65535), np.uint16, (0, 1)), ((0.0, 255.0), np.float32, (0, 1)), ((False, True), np.bool_, (0, 1)),
        ((1,), np.uint8, (1,)), ((1, 2), np.uint8, None), ((0, 2), np.uint8, None), ((1, 2, 3), np.int32, None),
        ((0, 127, 255), np.uint8, None), ((0, 1, 2, 3), np.uint8, None), ((-1, 0), np.int8, None),
        ((2,), np.uint8, None),
    ],
)  # fmt: skip
def test_values_are_phases_only_where_they_can_be_nothing_else(
    levels: tuple[float, ...], kind: type, expected: tuple[int, ...] | None, tmp_path: Path
) -> None:
    values = np.resize(np.array(levels, kind), (4, 3, 2))
    np.save(tmp_path / "film.npy", values)
    if expected is None:
        with pytest.raises(MissingOptionError, match=f"--map {levels[0]:g}=0"):
            io.read(tmp_path / "film.npy")
        mapping = tuple((float(level), label) for label, level in enumerate(levels))
        read = io.read(tmp_path / "film.npy", ImportOptions(mapping=mapping))
        assert np.unique(read.phases).tolist() == list(range(len(levels)))
    else:
        assert np.unique(io.read(tmp_path / "film.npy").phases).tolist() == list(expected)


def test_a_value_without_a_phase_is_named(tmp_path: Path) -> None:
    np.save(tmp_path / "film.npy", LABELS)
    with pytest.raises(MissingOptionError, match="value 2, which is mapped to no phase"):
        io.read(tmp_path / "film.npy", ImportOptions(mapping=((0, 0), (1, 1))))


def test_a_large_volume_is_seen_coarsely_first_and_not_copied(tmp_path: Path) -> None:
    np.zeros((512, 512, 260), np.uint8).tofile(tmp_path / "film.raw")
    options = ImportOptions(raw=RawLayout((512, 512, 260), "uint8"), voxel_nm=(1.0, 1.0, 2.0))
    work, events = io.reading(tmp_path / "film.raw", options), []
    while True:
        try:
            events.append(next(work))
        except StopIteration as end:
            volume = end.value
            break
    (coarse,) = [event.microstructure for event in events if hasattr(event, "microstructure")]
    assert (coarse.shape, coarse.voxel_nm) == ((64, 64, 65), (8, 8, 8))
    assert volume.shape == (512, 512, 260)
    assert isinstance(volume.phases, np.memmap)
    assert sum(hasattr(event, "stage") and event.stage == "look" for event in events) > 10  # where one may stop


@pytest.mark.parametrize("shape", [(1, 5, 7, 4), (5, 7, 4, 1), (1, 5, 7, 4, 1)])
def test_axes_of_one_voxel_do_not_turn_an_array(shape: tuple[int, ...], tmp_path: Path) -> None:
    np.save(tmp_path / "film.npy", LABELS.reshape(shape))
    np.testing.assert_array_equal(io.read(tmp_path / "film.npy").phases, LABELS)
