"""NRRD, MetaImage and HDF5: other programs read what is written here, and what they write is read."""

import zlib
from pathlib import Path

import h5py
import nrrd
import numpy as np
import pytest

from microdesigner import io
from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from microdesigner.io.labels import UNIT_UNKNOWN

LABELS = np.random.default_rng(1).integers(0, 3, (5, 7, 4)).astype(np.uint8)
FILM = Microstructure(LABELS, (1.25, 2.0, 0.3), provenance={"text": 'ü "<&>" \n='})


def test_what_pynrrd_writes_is_read(tmp_path: Path) -> None:
    nrrd.write(str(tmp_path / "film.nrrd"), LABELS.astype(np.int16), {"spacings": [2, 2, 4], "units": ["nm"] * 3})
    back = io.read(tmp_path / "film.nrrd")
    np.testing.assert_array_equal(back.phases, LABELS)
    assert back.voxel_nm == (2, 2, 4)


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("kind", [">i2", "<f4", "u1"])
def test_a_foreign_nrrd_is_read(kind: str, ending: str, tmp_path: Path) -> None:
    name = {">i2": "short", "<f4": "float", "u1": "unsigned char"}[kind]
    lines = ["NRRD0004", "# by hand", f"type: {name}", "dimension: 3", "space: left-posterior-superior"]
    lines += ["sizes: 5 7 4", "space directions: (0.002,0,0) (0,0.002,0) (0,0,0.004)", 'space units: "um" "um" "um"']
    lines += [f"endian: {'big' if '>' in kind else 'little'}", "encoding: raw", "", ""]
    path = tmp_path / "film.nrrd"
    path.write_bytes(ending.join(lines).encode() + LABELS.astype(kind).tobytes(order="F"))
    back = io.read(path)
    np.testing.assert_array_equal(back.phases, LABELS)
    assert back.voxel_nm == pytest.approx((2, 2, 4))
    assert not back.provenance


@pytest.mark.parametrize("line", ["", "spacings: 3 3 2"])
def test_a_unit_that_is_not_recorded_is_told(line: str, tmp_path: Path) -> None:
    lines = ["NRRD0004", "type: uchar", "dimension: 3", "sizes: 5 7 4", *([line] if line else []), "encoding: raw"]
    (tmp_path / "film.nrrd").write_bytes("\n".join([*lines, "", ""]).encode() + LABELS.tobytes(order="F"))
    back = io.read(tmp_path / "film.nrrd")
    assert back.voxel_nm is None
    assert back.provenance == (UNIT_UNKNOWN | {"voxel_edges": [3, 3, 2]} if line else {})


@pytest.mark.parametrize("packed", [False, True])
def test_a_foreign_metaimage_is_read(packed: bool, tmp_path: Path) -> None:
    data = LABELS.astype(">u2").tobytes(order="F")
    (tmp_path / "data.bin").write_bytes(zlib.compress(data) if packed else data)
    header = (
        f"ObjectType = Image\nNDims = 3\nBinaryData = True\nBinaryDataByteOrderMSB = True\nCompressedData = {packed}\n"
        "ElementSpacing = 3 3 2\nDimSize = 5 7 4\nElementType = MET_USHORT\nElementDataFile = data.bin\n"
    )
    (tmp_path / "film.mhd").write_text(header)
    back = io.read(tmp_path / "film.mhd")
    np.testing.assert_array_equal(back.phases, LABELS)
    assert (back.voxel_nm, back.provenance) == (None, UNIT_UNKNOWN | {"voxel_edges": [3, 3, 2]})


@pytest.mark.parametrize("name", ["../secret.bin", "/etc/hostname", "missing.raw", ""])
def test_a_metaimage_reaches_no_file_outside_its_folder(name: str, tmp_path: Path) -> None:
    (tmp_path / "secret.bin").write_bytes(bytes(8))
    (tmp_path / "films").mkdir()
    path = tmp_path / "films" / "film.mhd"
    path.write_text(f"NDims = 3\nDimSize = 2 2 2\nElementType = MET_UCHAR\nElementDataFile = {name}\n")
    with pytest.raises(InputError, match="same folder"):
        io.read(path)


def test_hdf5_of_another_program_needs_one_volume(tmp_path: Path) -> None:
    path = tmp_path / "film.h5"
    with h5py.File(path, "w") as file:
        file["curve"] = np.zeros(5)
        file["scan/labels"] = LABELS
    np.testing.assert_array_equal(io.read(path).phases, LABELS)
    with h5py.File(path, "a") as file:
        file["other"] = LABELS
    with pytest.raises(InputError, match="scan/labels"):
        io.read(path)


def test_hdf5_reaches_no_other_file(tmp_path: Path) -> None:
    (tmp_path / "labels.bin").write_bytes(bytes(140))
    with h5py.File(tmp_path / "outside.h5", "w") as file:
        file.create_dataset("phase", (5, 7, 4), "u1", external=[(str(tmp_path / "labels.bin"), 0, 140)])
    io.write(FILM, tmp_path / "film.h5")
    with h5py.File(tmp_path / "virtual.h5", "w") as file:
        layout = h5py.VirtualLayout((5, 7, 4), "u1")
        layout[:] = h5py.VirtualSource(str(tmp_path / "film.h5"), "phase", (5, 7, 4))
        file.create_virtual_dataset("phase", layout)
    with h5py.File(tmp_path / "linked.h5", "w") as file:
        file["phase"] = h5py.ExternalLink("film.h5", "phase")
    for name in ("outside", "virtual", "linked"):
        with pytest.raises(InputError, match="another file"):
            io.read(tmp_path / f"{name}.h5")
