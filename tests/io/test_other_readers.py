"""What is written here, as other programs' libraries read it: labels and axes, edges with unit, names of phases."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import h5py
import nrrd
import numcodecs
import numpy as np
import pytest
import SimpleITK
import tifffile
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkIOImage import vtkMetaImageReader
from vtkmodules.vtkIOLegacy import vtkStructuredPointsReader
from vtkmodules.vtkIOXML import vtkXMLImageDataReader

from microdesigner import io
from microdesigner.core.microstructure import Microstructure
from tests.io.held import held

LABELS = np.random.default_rng(1).integers(0, 3, (5, 7, 4)).astype(np.uint8)
EDGES, NAMES = (1.25, 2.0, 0.3), ("P3HT", "PCBM:IC₆₀", "mix")
ORIGIN = {"text": 'ü "<&>" \n=', "targets": {"vol_frac_D": 0.3}}


@dataclass
class Seen:
    """What a library finds; None for what it does not look at or the format does not hold. `unit` is of `edges`."""

    values: NDArray[Any]  # x, y, z
    edges: Any = None
    unit: str | None = None
    names: Any = None
    origin: Any = None


def _vtk_cells(image: Any, shape: tuple[int, ...]) -> NDArray[Any]:
    assert tuple(edge - 1 for edge in image.GetDimensions()) == shape
    assert image.GetOrigin() == (0, 0, 0)
    return vtk_to_numpy(image.GetCellData().GetArray("phase")).reshape(shape, order="F")


def _vti(path: Path, shape: tuple[int, ...]) -> Seen:
    reader = vtkXMLImageDataReader()
    reader.SetFileName(str(path))
    reader.Update()
    image, texts = reader.GetOutput(), {}
    for name in ("length_unit", "phase_names", "microdesigner"):
        array = image.GetFieldData().GetAbstractArray(name)
        texts[name] = [array.GetValue(n) for n in range(array.GetNumberOfValues())]
    return Seen(
        _vtk_cells(image, shape), image.GetSpacing(), texts["length_unit"][0], texts["phase_names"],
        json.loads(texts["microdesigner"][0]),
    )  # fmt: skip


def _vtk(path: Path, shape: tuple[int, ...]) -> Seen:
    reader = vtkStructuredPointsReader()
    reader.SetFileName(str(path))
    reader.Update()
    return Seen(_vtk_cells(reader.GetOutput(), shape), reader.GetOutput().GetSpacing(), reader.GetHeader()[-2:])


def _raw(path: Path, shape: tuple[int, ...]) -> Seen:
    header = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert header["shape"] == list(shape)
    values = np.fromfile(path, header["type"]).reshape(shape[::-1]).T
    return Seen(values, header["voxel_nm"], "nm", header["phase_names"], header["provenance"])


def _meta_by_vtk(path: Path, shape: tuple[int, ...]) -> Seen:
    reader = vtkMetaImageReader()
    reader.SetFileName(str(path))
    reader.Update()
    image = reader.GetOutput()
    assert image.GetDimensions() == shape
    return Seen(vtk_to_numpy(image.GetPointData().GetScalars()).reshape(shape, order="F"), image.GetSpacing())


def _itk(path: Path, _: tuple[int, ...]) -> Seen:
    image = SimpleITK.ReadImage(str(path))
    assert image.GetDirection() == (1, 0, 0, 0, 1, 0, 0, 0, 1)
    return Seen(SimpleITK.GetArrayFromImage(image).T, image.GetSpacing())


def _itk_values(path: Path, _: tuple[int, ...]) -> Seen:
    """Of TIFF, where ITK looks at no unit."""
    return Seen(SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(path))).T)


def _mha(path: Path, shape: tuple[int, ...]) -> Seen:
    seen = _itk(path, shape)
    header = path.read_bytes().partition(b"\nElementDataFile")[0].decode()
    comment = json.loads(header.partition("Comment = microdesigner ")[2].partition("\n")[0])
    return Seen(seen.values, seen.edges, comment["unit"], comment["phase_names"])


def _tiff(path: Path, shape: tuple[int, ...]) -> Seen:
    with tifffile.TiffFile(path) as file:
        assert len(file.pages) == shape[2]
        metadata: dict[str, Any] = file.imagej_metadata or {}
        x, y = file.pages.first.get_resolution(unit=1)
        values = file.asarray().reshape(shape[::-1]).T
        record = json.loads(metadata["microdesigner"])
        return Seen(values, (1 / x, 1 / y, metadata["spacing"]), metadata["unit"], record["phase_names"],
                    record["provenance"])  # fmt: skip


def _ome(path: Path, _: tuple[int, ...]) -> Seen:
    with tifffile.TiffFile(path) as file:
        assert file.series[0].axes == "ZYX"
        image = ElementTree.fromstring(file.ome_metadata or "").find("{*}Image")
        values = file.asarray().T
    assert image is not None
    pixels = image.find("{*}Pixels")
    assert pixels is not None
    (unit,) = {pixels.get(f"PhysicalSize{axis}Unit") for axis in "XYZ"}
    record = json.loads((image.findtext("{*}Description") or "").removeprefix("microdesigner "))
    edges = [float(pixels.get(f"PhysicalSize{axis}", "nan")) for axis in "XYZ"]
    return Seen(values, edges, unit, record["phase_names"], record["provenance"])


def _nrrd(path: Path, _: tuple[int, ...]) -> Seen:
    values, header = nrrd.read(str(path))
    (unit,) = set(header["units"])
    return Seen(values, header["spacings"], unit)


def _hdf5(path: Path, _: tuple[int, ...]) -> Seen:
    with h5py.File(path) as file:
        stored = file["phase"]
        record = json.loads(stored.attrs["microdesigner"])
        return Seen(stored[()], stored.attrs["voxel_nm"], "nm", record["phase_names"], record["provenance"])


def _dream3d(path: Path, shape: tuple[int, ...]) -> Seen:
    """Version 6 counts phases from 1, x fastest, and records no unit."""
    with h5py.File(path) as file:
        container = file["DataContainers/ImageDataContainer"]
        assert container["_SIMPL_GEOMETRY/DIMENSIONS"][()].tolist() == list(shape)
        names = [name.decode() for name in container["CellEnsembleData/PhaseName"]][1:]
        values = container["CellData/Phases"][..., 0].T - 1
        return Seen(values, container["_SIMPL_GEOMETRY/SPACING"][()], names=names)


def _graspi(path: Path, shape: tuple[int, ...]) -> Seen:
    assert path.read_text().partition("\n")[0].split() == [str(edge) for edge in shape]
    values = np.loadtxt(path, np.int64, skiprows=1).reshape(shape[::-1]).T
    return Seen(np.choose(values, [0, 1, -1, 2]))  # GraSPI's mixed phase is 3


def _ising(path: Path, shape: tuple[int, ...]) -> Seen:
    """As Excimontec 1.0 imports a morphology, line after line, C++'s `getline` and `atoi`."""
    lines = iter(path.read_text().removesuffix("\n").split("\n"))  # the end of the file must come after a line's end
    first = next(lines)
    assert first.startswith("Ising_OPV")
    version = first.partition("v")[2].partition(" ")[0]
    assert tuple(map(int, version.split("."))) >= (4, 0, 0)
    assert "uncompressed" not in first
    assert tuple(int(next(lines)) for _ in range(3)) == shape
    assert [next(lines) for _ in range(3)] == ["1", "1", "0"]
    types = int(next(lines))
    _, shares = [[float(next(lines)) for _ in range(types)] for _ in range(2)]
    sites, count, kind = np.zeros(shape, np.uint8), 0, 0
    for x, y, z in np.ndindex(shape):
        if count == 0:
            line = next(lines)
            kind, count = int(line[0]), int(line[1:])
        sites[x, y, z] = kind
        count -= 1
    assert count == 0
    assert next(lines, None) is None
    assert path.read_bytes().endswith(b"\n")
    assert shares == pytest.approx([(sites == 1).mean(), (sites == 2).mean()], abs=1e-6)
    return Seen(sites - 1)  # 1 is donor, 2 acceptor


def _zarr(path: Path, shape: tuple[int, ...]) -> Seen:
    """The finest level by JSON and numcodecs, chunk by chunk, as the specifications of Zarr 2 and OME-Zarr 0.4 say."""
    attributes = json.loads((path / ".zattrs").read_text())
    (image,) = attributes["multiscales"]
    level = path / image["datasets"][0]["path"]
    array = json.loads((level / ".zarray").read_text())
    assert array["shape"] == list(shape[::-1])
    assert (array["zarr_format"], array["dtype"], array["order"], array["filters"]) == (2, "|u1", "C", None)
    decode = numcodecs.get_codec(array["compressor"]).decode
    values = np.zeros(array["shape"], np.uint8)
    for place in np.ndindex(*(-(-edge // chunk) for edge, chunk in zip(array["shape"], array["chunks"], strict=True))):
        file = level / array["dimension_separator"].join(map(str, place))
        chunk = np.frombuffer(decode(file.read_bytes()), np.uint8).reshape(array["chunks"])
        spans = tuple(slice(i * edge, (i + 1) * edge) for i, edge in zip(place, array["chunks"], strict=True))
        values[spans] = chunk[tuple(slice(0, edge) for edge in values[spans].shape)]
    assert [axis["name"] for axis in image["axes"]] == ["z", "y", "x"]
    units = {axis["unit"] for axis in image["axes"]}
    scale = next(entry["scale"] for entry in image["datasets"][0]["coordinateTransformations"] if "scale" in entry)
    unit = {"nanometer": "nm"}[units.pop()]
    record = attributes["microdesigner"]
    return Seen(values.T, tuple(scale[::-1]), unit, tuple(record["phase_names"]), record["provenance"])


READERS: dict[str, tuple[str, Callable[[Path, tuple[int, ...]], Seen]]] = {
    "vti by VTK": (".vti", _vti),
    "vtk by VTK": (".vtk", _vtk),
    "raw by NumPy": (".raw", _raw),
    "mhd by ITK": (".mhd", _itk),
    "mhd by VTK": (".mhd", _meta_by_vtk),
    "mha by ITK": (".mha", _mha),
    "mha by VTK": (".mha", _meta_by_vtk),
    "tiff by tifffile": (".tif", _tiff),
    "tiff by ITK": (".tif", _itk_values),
    "ome-tiff by tifffile": (".ome.tif", _ome),
    "ome-tiff by ITK": (".ome.tif", _itk_values),
    "nrrd by pynrrd": (".nrrd", _nrrd),
    "nrrd by ITK": (".nrrd", _itk),
    "hdf5 by h5py": (".h5", _hdf5),
    "dream3d by h5py": (".dream3d", _dream3d),
    "npy by NumPy": (".npy", lambda path, _: Seen(np.load(path))),
    "graspi by NumPy": (".txt", _graspi),
    "ising by Excimontec's steps": (".ising.txt", _ising),
    "zarr by numcodecs": (".ome.zarr", _zarr),
}


def test_every_format_has_another_reader() -> None:
    assert {name.partition(" ")[0] for name in READERS} == set(io.FORMATS)


@pytest.mark.parametrize("shape", [(5, 7, 4), (3, 4, 3), (2, 3, 5)], ids=str)  # 3 and 4 layers may pass for colours
@pytest.mark.parametrize("reader", READERS)
def test_other_programs_read_what_is_written(reader: str, shape: tuple[int, int, int], tmp_path: Path) -> None:
    extension, read = READERS[reader]
    labels = LABELS[:5, :7, :4] if shape == (5, 7, 4) else np.resize(LABELS, shape)
    film = held(reader.partition(" ")[0], Microstructure(labels, EDGES, phase_names=NAMES, provenance=ORIGIN))
    io.write(film, tmp_path / f"film{extension}")
    seen = read(tmp_path / f"film{extension}", shape)
    np.testing.assert_array_equal(seen.values, film.phases)
    assert seen.edges is None or tuple(seen.edges) == pytest.approx(EDGES, rel=1e-6)
    assert seen.unit in (None, "nm")
    assert seen.names is None or tuple(seen.names) == NAMES
    assert seen.origin in (None, ORIGIN)
