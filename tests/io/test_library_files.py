"""Whatever libraries write for valid volumes is read: MRC, MATLAB, Zarr, NPZ, VTI and GraSPI text."""

from base64 import b64encode
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import h5py
import mrcfile
import numpy as np
import pytest
import scipy.io
import zarr
from hypothesis import assume, given
from hypothesis import strategies as st
from mrcfile.dtypes import HEADER_DTYPE
from vtkmodules.util.numpy_support import numpy_to_vtk
from vtkmodules.vtkCommonDataModel import vtkImageData
from vtkmodules.vtkIOXML import vtkXMLImageDataWriter

from microdesigner import io
from microdesigner.core.errors import InputError
from tests.io.drawn import EDGES, FEW, SHAPES, UNITS, labels, scanned

ORDERS = st.permutations("xyz")
BIG_ENDIAN_STAMP = (0x11, 0x11, 0, 0)


def turned(stored: np.ndarray, order: list[str]) -> np.ndarray:
    """`stored` [x, y, z] with its axes in another order."""
    return np.ascontiguousarray(stored.transpose(["xyz".index(axis) for axis in order]))


@FEW
@given(SHAPES, ORDERS, st.sampled_from(["i1", "i2", "u2", "f2", "f4"]), st.booleans(), st.booleans())
def test_mrc(shape: tuple[int, int, int], order: list[str], kind: str, big: bool, imod: bool) -> None:
    """Axes by MAPC, MAPR and MAPS; IMOD's bytes are stored 128 lower where its flag says so."""
    stored = labels(shape, kind)
    meant = stored.astype("i2") - 128 if imod and kind == "i1" else stored
    with TemporaryDirectory() as folder:
        path = Path(folder) / "film.mrc"
        with mrcfile.new(path) as file:
            file.set_data(turned(meant, order).astype(kind))
            file.header.maps, file.header.mapr, file.header.mapc = ("xyz".index(axis) + 1 for axis in order)
            x, y, z = (10 * edge * voxels for edge, voxels in zip(EDGES, shape, strict=True))
            file.header.cella.x, file.header.cella.y, file.header.cella.z = x, y, z
            file.header.mx, file.header.my, file.header.mz = shape
        content = bytearray(path.read_bytes())
    if imod and kind == "i1":
        content[152:160] = b"IMOD\x01\0\0\0"
    if big:
        header = np.frombuffer(bytes(content[:1024]), HEADER_DTYPE).astype(HEADER_DTYPE.newbyteorder(">"))
        header["machst"] = BIG_ENDIAN_STAMP
        header["extra2"] = np.frombuffer(bytes(content[:1024]), HEADER_DTYPE)["extra2"]
        content = bytearray(header.tobytes() + np.frombuffer(bytes(content[1024:]), kind).byteswap().tobytes())
        if imod and kind == "i1":
            content[152:160] = b"DOMI\0\0\0\x01"
    scan, values = scanned("film.mrc", bytes(content))
    np.testing.assert_array_equal(values, stored)
    assert scan.voxel_nm == pytest.approx(EDGES, rel=1e-5)
    assert scan.axes_from == "file"


@FEW
@given(SHAPES, st.sampled_from(["u1", "i2", "u4", "i8", "f4", "f8"]), st.booleans(), st.integers(0, 2))
def test_mat_of_version_5(shape: tuple[int, ...], kind: str, packed: bool, ones: int) -> None:
    assume(shape[2] > 1)  # MATLAB drops a last axis of one
    stored, content = labels(shape, kind), BytesIO()
    scipy.io.savemat(content, {"labels": stored.reshape(*shape, *[1] * ones), "note": "text"}, do_compression=packed)
    scan, values = scanned("film.mat", content.getvalue())
    np.testing.assert_array_equal(values, stored)
    assert (scan.array, scan.voxel_nm, scan.axes_from) == ("labels", None, "convention")


@pytest.mark.parametrize("packed", [True, False])
def test_a_damaged_mat_of_version_5_is_refused(packed: bool) -> None:
    content = BytesIO()
    noise = np.random.default_rng(0).integers(0, 255, (9, 9, 9)).astype("u1")
    scipy.io.savemat(content, {"first": noise[0], "labels": noise}, do_compression=packed)
    whole = content.getvalue()
    np.testing.assert_array_equal(scanned("film.mat", whole)[1], noise)
    with pytest.raises(InputError, match=r"cut short|damaged|not a whole"):
        scanned("film.mat", whole[:-80])
    if packed:  # a wrong check sum
        with pytest.raises(InputError, match=r"damaged|not a whole"):
            scanned("film.mat", whole[:-1] + bytes([whole[-1] ^ 1]))
    content = BytesIO()
    scipy.io.savemat(content, {"labels": noise * 1j}, do_compression=packed)
    with pytest.raises(InputError, match="of complex numbers"):
        scanned("film.mat", content.getvalue())


@FEW
@given(SHAPES, st.sampled_from(["uint8", "int16", "int64", "single", "double", "logical"]), st.booleans())
def test_mat_of_version_7_3(shape: tuple[int, ...], kind: str, packed: bool) -> None:
    """An HDF5 file whose first index is the fastest."""
    number = {"single": "f4", "double": "f8", "logical": "u1"}.get(kind, kind)
    stored = labels(shape, number).astype(bool).astype("u1") if kind == "logical" else labels(shape, number)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "film.mat"
        with h5py.File(path, "w", userblock_size=512) as file:
            dataset = file.create_dataset("labels", data=stored.T, compression="gzip" if packed else None)
            dataset.attrs["MATLAB_class"] = np.bytes_(kind)
            if kind == "logical":
                dataset.attrs["MATLAB_int_decode"] = np.int32(1)
        with path.open("r+b") as head:
            head.write(b"MATLAB 7.3 MAT-file".ljust(116))
        scan = io.scan(path)
        np.testing.assert_array_equal(np.array(scan.values), stored)
    assert (scan.array, scan.voxel_nm, scan.axes_from, scan.labels) == ("labels", None, "convention", {})


@FEW
@given(SHAPES, ORDERS, st.sampled_from([2, 3]), st.sampled_from(["u1", "i2", "f4"]), st.sampled_from([*UNITS, None]),
       st.booleans())  # fmt: skip
def test_ome_zarr(
    shape: tuple[int, int, int], order: list[str], version: Any, kind: str, unit: str | None, channel: bool
) -> None:
    """The scale of the whole comes before that of each level; version 0.5 keeps its metadata under "ome"."""
    stored = labels(shape, kind)
    values = turned(stored, order)
    axes = [{"name": axis, "type": "space", **({"unit": unit} if unit else {})} for axis in order]
    scale = [EDGES["xyz".index(axis)] for axis in order]
    if channel:
        values, axes, scale = values[None], [{"name": "c", "type": "channel"}, *axes], [1.0, *scale]
    level = {"path": "0", "coordinateTransformations": [{"type": "scale", "scale": scale}]}
    noted = {"multiscales": [{"version": "0.4", "axes": axes, "datasets": [level]}]}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "film.zarr"
        group = zarr.open_group(str(path), mode="w", zarr_format=version)
        group.create_array("0", data=values, chunks=tuple(min(4, edge) for edge in values.shape))
        group.attrs.update(noted if version == 2 else {"ome": noted})
        scan = io.scan(path)
        np.testing.assert_array_equal(np.array(scan.values), stored)
    assert scan.axes_from == "file"
    assert scan.voxel_nm == (None if unit is None else pytest.approx([edge * UNITS[unit] for edge in EDGES]))
    assert scan.edges_without_unit == (EDGES if unit is None else None)


@FEW
@given(SHAPES, st.sampled_from(["?", "u1", ">u2", "i8", "f2", "f8"]), st.booleans(), st.booleans(), st.booleans())
def test_npz(shape: tuple[int, ...], kind: str, packed: bool, columns: bool, curve: bool) -> None:
    stored, content = labels(shape, kind), BytesIO()
    save = np.savez_compressed if packed else np.savez
    save(content, film=np.asfortranarray(stored) if columns else stored, **({"curve": np.zeros(9)} if curve else {}))
    scan, values = scanned("film.npz", content.getvalue())
    np.testing.assert_array_equal(values, stored)
    assert (scan.array, scan.voxel_nm, scan.axes_from) == ("film", None, "convention")


@FEW
@given(SHAPES, st.sampled_from(["u1", "i2", "u4", "i8", "f4", "f8"]), st.permutations(range(3)),
       st.tuples(*[st.sampled_from([1, -1])] * 3), st.sampled_from(["Ascii", "Binary", "Appended"]),
       st.sampled_from(["None", "ZLib", "LZ4", "LZMA"]), st.booleans(), st.booleans())  # fmt: skip
def test_vti(
    shape: tuple[int, int, int], kind: str, order: list[int], signs: tuple[int, ...], mode: str, packing: str,
    big: bool, cells: bool,
) -> None:  # fmt: skip
    """The direction matrix, in columns, tells where the stored axes point in space."""
    stored, image, writer = labels(shape, kind), vtkImageData(), vtkXMLImageDataWriter()
    image.SetDimensions(*(edge + cells for edge in shape))
    image.SetSpacing(*EDGES)
    matrix = np.zeros((3, 3))
    for axis in range(3):
        matrix[order[axis], axis] = signs[axis]
    image.SetDirectionMatrix(*matrix.ravel())
    array = numpy_to_vtk(stored.ravel(order="F"), deep=True)
    array.SetName("material")
    (image.GetCellData() if cells else image.GetPointData()).SetScalars(array)
    writer.SetInputData(image)
    getattr(writer, f"SetDataModeTo{mode}")()
    getattr(writer, f"SetCompressorTypeTo{packing}")()
    writer.SetByteOrder(0 if big else 1)
    writer.WriteToOutputStringOn()
    writer.Write()
    scan, values = scanned("film.vti", writer.GetOutputString().encode())
    expected = stored[tuple(slice(None, None, sign) for sign in signs)].transpose(np.argsort(order))
    np.testing.assert_array_equal(values, expected)
    assert scan.edges_without_unit == tuple(EDGES[axis] for axis in np.argsort(order))
    assert (scan.array, scan.voxel_nm) == ("material", None)


@pytest.mark.parametrize("encoding", ["raw", "base64"])
def test_a_vti_whose_array_is_shorter_than_its_image_is_refused(encoding: str) -> None:
    array = np.uint32(7).tobytes() + bytes(7)
    content = (
        b'<VTKFile type="ImageData" byte_order="LittleEndian"><ImageData WholeExtent="0 2 0 2 0 2"><Piece><CellData>'
        b'<DataArray type="UInt8" Name="phase" format="appended" offset="0"/></CellData></Piece></ImageData>'
        b'<AppendedData encoding="' + encoding.encode() + b'">_'
    )  # fmt: skip
    with pytest.raises(InputError, match="cut short"):
        scanned("film.vti", content + (array if encoding == "raw" else b64encode(array)) + b"</AppendedData></VTKFile>")


@FEW
@given(SHAPES, st.sampled_from([" ", "\n", "\t", "  ", "\r\n"]), st.booleans(), st.sampled_from(["", "\n", "\n\n"]))
def test_graspi(shape: tuple[int, int, int], space: str, padded: bool, end: str) -> None:
    """Labels follow each other with x fastest, wherever lines end; one layer is a 2-D film whose thickness is y."""
    stored = labels(shape)
    text = f"{' ' * padded}{' '.join(map(str, shape))}{' ' * padded}\n"
    text += space.join("013"[label] for label in stored.ravel(order="F")) + end
    scan, values = scanned("film.txt", text.encode())
    np.testing.assert_array_equal(values, stored if shape[2] > 1 else stored.transpose(0, 2, 1))
    assert (scan.phases_known, scan.oriented, scan.voxel_nm) == (True, True, None)
