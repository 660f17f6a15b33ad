"""What is written comes back, and other programs' readers see the same."""

import json
from pathlib import Path

import numpy as np
import pytest

from microdesigner import io
from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import PHASE_NAMES, Microstructure
from microdesigner.io.registry import numbered
from tests.conftest import FullDisk
from tests.io.held import held

PROVENANCE = {"seed": 3, "text": 'ü "<&>" \n=', "targets": {"vol_frac_D": 0.3}, "none": None}
KEEPS_ALL = {"vti", "raw", "mhd", "tiff", "ome-tiff", "nrrd", "hdf5", "dream3d", "zarr"}
KEEPS_NAMES = KEEPS_ALL | {"mha"}
KEEPS_LATERAL = KEEPS_NAMES | {"ising"}
KEEPS_SPACING = KEEPS_NAMES | {"vtk"}


def volume(shape: tuple[int, int, int] = (5, 7, 4), **changes: object) -> Microstructure:
    labels = np.random.default_rng(1).integers(0, 3, shape).astype(np.uint8)
    entries = {"voxel_nm": (1.25, 2.0, 0.3), "provenance": PROVENANCE, "phase_names": ("P3HT", "PCBM", "mix")} | changes
    return Microstructure(labels, **entries)  # type: ignore[arg-type]


@pytest.mark.parametrize("shape", [(5, 7, 4), (64, 40, 24), (9, 1, 6), (1, 6, 3), (3, 4, 3), (1, 1, 1)], ids=str)
@pytest.mark.parametrize("name", io.FORMATS)
def test_round_trip(name: str, shape: tuple[int, int, int], tmp_path: Path) -> None:
    original = held(name, volume(shape))
    for extension in io.FORMATS[name].extensions:
        path = tmp_path / f"film{extension}"
        io.write(original, path)
        back = io.read(path)
        np.testing.assert_array_equal(back.phases, original.phases)
        assert back.phases.flags.c_contiguous
        assert back.voxel_nm == (original.voxel_nm if name in KEEPS_SPACING else None)
        assert back.provenance == (PROVENANCE if name in KEEPS_ALL else {})
        assert back.lateral == ("periodic" if name in KEEPS_LATERAL else "no-flux")
        if name in KEEPS_NAMES:
            assert back.phase_names == ("P3HT", "PCBM", "mix")
        else:
            # some of the smallest shapes hold no mixed voxel
            assert back.phase_names == PHASE_NAMES[: max(2, int(original.phases.max()) + 1)]


@pytest.mark.parametrize("name", io.FORMATS)
def test_unknown_voxel_edges_stay_unknown(name: str, tmp_path: Path) -> None:
    original = held(name, volume(voxel_nm=None))
    path = tmp_path / f"film{io.FORMATS[name].extensions[0]}"
    io.write(original, path)
    back = io.read(path)
    assert back.voxel_nm is None
    assert back.provenance == (PROVENANCE if name in KEEPS_ALL else {})
    np.testing.assert_array_equal(back.phases, original.phases)


@pytest.mark.parametrize("name", io.FORMATS)
def test_memory_order_does_not_matter(name: str, tmp_path: Path) -> None:
    original = held(name, volume())
    path = tmp_path / f"film{io.FORMATS[name].extensions[0]}"
    io.write(Microstructure(np.asfortranarray(original.phases)), path)
    np.testing.assert_array_equal(io.read(path).phases, original.phases)


@pytest.mark.parametrize("size", [0, 100, 2000])
@pytest.mark.parametrize("name", io.FORMATS)
def test_a_full_disk_is_told_and_leaves_nothing(name: str, size: int, tmp_path: Path, full_disk: FullDisk) -> None:
    extension = io.FORMATS[name].extensions[0]
    with full_disk(size), pytest.raises(InputError, match=rf"film{extension} cannot be written \([^\n]*\); choose"):
        io.write(held(name, volume((64, 40, 24))), tmp_path / f"film{extension}")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("mode", ["Ascii", "Binary", "Appended", "AppendedRaw"])
@pytest.mark.parametrize("header", [32, 64])
def test_every_encoding_of_vti_is_read(header: int, mode: str, compressed: bool, tmp_path: Path) -> None:
    pyvista = pytest.importorskip("pyvista")
    from vtkmodules.vtkIOXML import vtkXMLImageDataWriter

    original = volume((40, 41, 42))
    image = pyvista.ImageData(dimensions=[edge + 1 for edge in original.shape], spacing=(1, 2, 3))
    image.cell_data["phase"] = original.phases.ravel(order="F").astype(np.int32)
    image.field_data["microdesigner"] = [json.dumps(PROVENANCE)]
    writer = vtkXMLImageDataWriter()
    writer.SetInputData(image)
    writer.SetFileName(str(tmp_path / "film.vti"))
    getattr(writer, f"SetDataModeTo{mode.removesuffix('Raw')}")()
    writer.SetEncodeAppendedData(mode != "AppendedRaw")
    writer.SetHeaderType(header)
    if not compressed:
        writer.SetCompressorTypeToNone()
    writer.Write()
    back = io.read(tmp_path / "film.vti")
    np.testing.assert_array_equal(back.phases, original.phases)
    assert (back.voxel_nm, back.provenance) == ((1, 2, 3), PROVENANCE)


@pytest.mark.parametrize("binary", [False, True])
def test_legacy_files_of_vtk_are_read(binary: bool, tmp_path: Path) -> None:
    pyvista = pytest.importorskip("pyvista")
    original = volume()
    image = pyvista.ImageData(dimensions=[edge + 1 for edge in original.shape])
    for kind in (np.uint8, np.int32, np.float32):
        image.cell_data["phase"] = original.phases.ravel(order="F").astype(kind)
        image.save(tmp_path / "film.vtk", binary=binary)
        np.testing.assert_array_equal(io.read(tmp_path / "film.vtk").phases, original.phases)


def test_imagej_spacing_in_micrometres_is_understood(tmp_path: Path) -> None:
    import tifffile

    metadata = {"axes": "ZYX", "spacing": 0.004, "unit": "um"}
    layers = np.zeros((3, 4, 5), np.uint8)
    tifffile.imwrite(tmp_path / "film.tif", layers, imagej=True, resolution=(500, 250), metadata=metadata)
    assert io.read(tmp_path / "film.tif").voxel_nm == pytest.approx((2, 4, 4))


def test_graspi_text_of_a_thin_film_is_two_dimensional(tmp_path: Path) -> None:
    labels = np.array([[[0, 1, 2]], [[1, 1, 0]]], np.uint8)  # x = 2, y = 1, z = 3
    io.write(Microstructure(labels), tmp_path / "film.txt")
    assert (tmp_path / "film.txt").read_text() == "2 3 1\n0 1\n1 1\n3 0\n"


def test_graspi_text_refuses_what_it_cannot_hold(tmp_path: Path) -> None:
    four = Microstructure(np.full((2, 2, 2), 3, np.uint8), phase_names=("a", "b", "c", "d"))
    for refused in (four, volume((3, 3, 1))):
        with pytest.raises(InputError, match=r"film\.txt"):
            io.write(refused, tmp_path / "film.txt")
    assert not list(tmp_path.iterdir())


def test_format_by_name_overrides_the_extension(tmp_path: Path) -> None:
    io.write(volume(), tmp_path / "film.dat", format="npy")
    np.testing.assert_array_equal(np.load(tmp_path / "film.dat"), volume().phases)


def test_one_of_several_files_keeps_its_format() -> None:
    names = [numbered(Path("runs/film.v2") / name, 3).as_posix() for name in ("a.vti", "a.b.OME.TIF", "a.ising.txt")]
    assert names == ["runs/film.v2/a-0003.vti", "runs/film.v2/a.b-0003.OME.TIF", "runs/film.v2/a-0003.ising.txt"]


@pytest.mark.parametrize("suffix", [".raw", ".mhd"])
def test_replaced_labels_are_never_beside_a_header_that_does_not_describe_them(
    suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, move = tmp_path / f"film{suffix}", Path.replace
    io.write(Microstructure(np.zeros((4, 4, 4), np.uint8), (2.0, 2.0, 2.0)), path)

    def fail_at_headers(self: Path, target: Path) -> Path:
        if target.suffix != ".raw":
            raise KeyboardInterrupt
        return move(self, target)

    monkeypatch.setattr(Path, "replace", fail_at_headers)
    with pytest.raises(KeyboardInterrupt):
        io.write(Microstructure(np.ones((4, 4, 4), np.uint8), (1.0, 1.0, 1.0)), path)
    with pytest.raises((InputError, OSError)):
        io.read(path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["film.raw"]


def test_a_full_disk_leaves_no_part_of_an_array(tmp_path: Path, full_disk: FullDisk) -> None:
    small = Microstructure(np.zeros((12, 12, 8), np.uint8))
    with full_disk(300), pytest.raises(InputError, match=r"film\.npy"):
        io.write(small, tmp_path / "film.npy")
    assert not list(tmp_path.iterdir())
