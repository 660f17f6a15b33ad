"""Whatever a valid header says, readers follow: byte orders, types, packings, units, directions and layouts."""

import bz2
import gzip
import zlib
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import h5py
import numpy as np
import pytest
import tifffile
from hypothesis import given
from hypothesis import strategies as st

from microdesigner import io
from microdesigner.io import ImportOptions, RawLayout
from microdesigner.io.units import in_nm
from tests.io.drawn import EDGES, FEW, SHAPES, UNITS, labels, scanned

KINDS = {"uchar": "u1", "short": "i2", "uint": "u4", "longlong": "i8", "float": "f4", "double": "f8"}


@FEW
@given(
    SHAPES, st.sampled_from(sorted(KINDS)), st.sampled_from(["little", "big"]),
    st.sampled_from(["raw", "gzip", "bzip2"]), st.sampled_from(sorted(UNITS)), st.permutations(range(3)),
    st.tuples(*[st.sampled_from([1, -1])] * 3),
)  # fmt: skip
def test_nrrd(
    shape: tuple[int, int, int],
    kind: str,
    endian: str,
    packing: str,
    unit: str,
    order: list[int],
    signs: tuple[int, ...],
) -> None:
    stored = labels(shape, (">" if endian == "big" else "<") + KINDS[kind])
    vectors = [[0.0, 0.0, 0.0] for _ in range(3)]
    for axis in range(3):
        vectors[axis][order[axis]] = signs[axis] * EDGES[axis]
    directions = " ".join(f"({','.join(map(str, vector))})" for vector in vectors)
    lines = [
        "NRRD0005",
        f"type: {kind}",
        "dimension: 3",
        "space: 3D-right-handed",
        f"sizes: {' '.join(map(str, shape))}",
    ]
    lines += [f"space directions: {directions}", f'space units: "{unit}" "{unit}" "{unit}"', f"endian: {endian}"]
    data = stored.tobytes(order="F")
    packed = {"raw": data, "gzip": gzip.compress(data), "bzip2": bz2.compress(data)}[packing]
    scan, values = scanned("film.nrrd", "\n".join([*lines, f"encoding: {packing}", "", ""]).encode() + packed)
    expected = stored[tuple(slice(None, None, sign) for sign in signs)].transpose(np.argsort(order))
    np.testing.assert_array_equal(values, expected)
    assert scan.voxel_nm == pytest.approx([EDGES[axis] * UNITS[unit] for axis in np.argsort(order)])


@FEW
@given(
    SHAPES, st.sampled_from(["True", "TRUE", "true", "False", "false"]), st.booleans(),
    st.sampled_from(["MET_UCHAR", "MET_USHORT", "MET_LONG_LONG", "MET_FLOAT"]), st.integers(0, 40), st.booleans(),
)  # fmt: skip
def test_metaimage(shape: tuple[int, ...], big: str, packed: bool, kind: str, skipped: int, local: bool) -> None:
    number = {"MET_UCHAR": "u1", "MET_USHORT": "u2", "MET_LONG_LONG": "i8", "MET_FLOAT": "f4"}[kind]
    stored = labels(shape, (">" if big.lower() == "true" else "<") + number)
    data = stored.tobytes(order="F")
    skipped = 0 if local or packed else skipped
    fields = {
        "NDims": 3, "BinaryData": "true", "BinaryDataByteOrderMSB": big, "CompressedData": packed,
        "HeaderSize": skipped,
        "ElementSpacing": "2 3 5", "DimSize": " ".join(map(str, shape)), "ElementType": kind,
        "ElementDataFile": "LOCAL" if local else "film.bin",
    }  # fmt: skip
    header = "\n".join(f"{name} = {value}" for name, value in fields.items()).encode() + b"\n"
    data = zlib.compress(data) if packed else data
    with TemporaryDirectory() as folder:
        (Path(folder) / "film.mhd").write_bytes(header + (data if local else b""))
        (Path(folder) / "film.bin").write_bytes(b"?" * skipped + data)
        scan = io.scan(Path(folder) / "film.mhd")
        np.testing.assert_array_equal(np.array(scan.values), stored)
    assert (scan.voxel_nm, scan.edges_without_unit) == (None, (2, 3, 5))


@FEW
@given(SHAPES, st.booleans(), st.booleans(), st.sampled_from(["scalars", "field"]), st.booleans())
def test_vtk_legacy(shape: tuple[int, int, int], text: bool, cells: bool, form: str, before: bool) -> None:
    """With a vector array of another kind before the labels or not."""
    stored = labels(shape, ">i4")
    points = [edge + cells for edge in shape]
    count = stored.size

    def numbers(values: np.ndarray) -> bytes:
        return (
            " ".join(map(str, values.ravel(order="F"))).encode() + b"\n" if text else values.tobytes(order="F") + b"\n"
        )

    content = f"# vtk DataFile Version 3.0\nfilm\n{'ASCII' if text else 'BINARY'}\nDATASET STRUCTURED_POINTS\n"
    content += f"DIMENSIONS {' '.join(map(str, points))}\nSPACING 2 3 5\nORIGIN 0 0 0\n"
    body = f"{'CELL_DATA' if cells else 'POINT_DATA'} {count}\n".encode()
    if before:
        body += b"VECTORS velocity float\n" + numbers(np.zeros(3 * count, ">f4"))
    if form == "scalars":
        body += b"SCALARS material int 1\nLOOKUP_TABLE default\n" + numbers(stored)
    else:
        body += f"FIELD FieldData 1\nmaterial 1 {count} int\n".encode() + numbers(stored)
    scan, values = scanned("film.vtk", content.encode() + body)
    np.testing.assert_array_equal(values, stored)
    assert (scan.array, scan.edges_without_unit) == ("material", (2, 3, 5))


@FEW
@given(
    st.tuples(st.integers(1, 6), st.integers(3, 6), st.integers(3, 6)), st.sampled_from(["u1", "u2", "f4"]),
    st.sampled_from([None, "deflate", "lzw", "zstd", "lzma", "packbits"]), st.booleans(), st.booleans(),
)  # fmt: skip
def test_tiff(shape: tuple[int, ...], kind: str, packing: str | None, big: bool, one_by_one: bool) -> None:
    stored = labels(shape, kind)  # z, y, x
    with TemporaryDirectory() as folder:
        path = Path(folder) / "film.tif"
        kept: dict[str, Any] = {"compression": packing, "photometric": "minisblack"}
        if one_by_one:
            for layer in stored:
                tifffile.imwrite(path, layer, append=path.exists(), **kept)
        else:
            tifffile.imwrite(path, stored, byteorder=">" if big else "<", metadata=None, **kept)
        scan = io.scan(path)
        np.testing.assert_array_equal(np.array(scan.values), stored.T)
    assert (scan.voxel_nm, scan.axes_from) == (None, "convention")


@FEW
@given(st.permutations("xyz"), SHAPES, st.integers(0, 2), st.booleans())
def test_hdf5_axes(order: list[str], shape: tuple[int, int, int], ones: int, dimension_scales: bool) -> None:
    stored = labels(shape)  # x, y, z
    turned = stored.transpose(["xyz".index(axis) for axis in order])
    letters = [*order, *"ct"[:ones]]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "film.h5"
        with h5py.File(path, "w") as file:
            dataset = file.create_dataset("volume/data", data=turned.reshape(*turned.shape, *[1] * ones))
            if dimension_scales:
                for dimension, letter in zip(dataset.dims, letters, strict=True):
                    dimension.label = letter
            else:
                entries = ", ".join(f'{{"key": "{letter}"}}' for letter in letters)
                dataset.attrs["axistags"] = f'{{"axes": [{entries}]}}'
        scan = io.scan(path)
        np.testing.assert_array_equal(np.array(scan.values), stored)
        assert scan.axes_from == "file"


@FEW
@given(st.permutations("xyz"), SHAPES, st.sampled_from(["uint8", ">u2", "<i4", "float32"]))
def test_plain_numbers(order: list[str], shape: tuple[int, int, int], kind: str) -> None:
    stored = labels(shape, kind)
    turned = np.ascontiguousarray(stored.transpose(["xyz".index(axis) for axis in order]))
    options = ImportOptions(raw=RawLayout(shape, kind), axes="".join(order))
    _, values = scanned("film.bin", turned.tobytes(), options)
    np.testing.assert_array_equal(values, stored)


@pytest.mark.parametrize(
    ("text", "nm"),
    [
        ("nm", 1), ("Nanometer", 1), ("um", 1e3), ("µm", 1e3), ("μm", 1e3), ("\\u00B5m", 1e3), ("micron", 1e3),
        ("microns", 1e3), ("micrometers", 1e3), ("mm", 1e6), ("cm", 1e7), ("m", 1e9), ("pm", 1e-3), ("Angstrom", 0.1),
        ("Å", 0.1), ("A", 0.1), ("inch", 25.4e6), ("inches", 25.4e6), ("pixel", None), ("", None), ("s", None),
    ],
)  # fmt: skip
def test_units(text: str, nm: float | None) -> None:
    assert in_nm(2.0, text) == (None if nm is None else pytest.approx(2 * nm))
    assert in_nm(float("nan"), text) is None
    assert in_nm(0.0, text) is None
