"""Surfaces and meshes for other programs, read back by VTK's own readers."""

from pathlib import Path

import meshio
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkCommonDataModel import vtkPolyData
from vtkmodules.vtkFiltersCore import vtkMassProperties
from vtkmodules.vtkFiltersVerdict import vtkCellSizeFilter
from vtkmodules.vtkIOGeometry import vtkOBJReader, vtkSTLReader
from vtkmodules.vtkIOPLY import vtkPLYReader
from vtkmodules.vtkIOXML import vtkXMLUnstructuredGridReader

from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from microdesigner.meshing.formats.vtu import write_voxels
from microdesigner.view3d.exports import write_surfaces
from microdesigner.view3d.watertight import watertight_surface
from tests.conftest import FullDisk

READERS = {"stl": vtkSTLReader, "ply": vtkPLYReader, "obj": vtkOBJReader}


def _slab() -> Microstructure:
    phases = np.zeros((6, 5, 4), np.uint8)
    phases[3:] = 1
    return Microstructure(phases, (2.0, 1.0, 0.5))


@pytest.mark.parametrize("suffix", READERS)
def test_each_phase_gets_a_closed_surface_of_its_volume(tmp_path: Path, suffix: str) -> None:
    written = write_surfaces(_slab(), tmp_path / f"film.{suffix}", smooth=False)
    assert [path.name for path in written] == [f"film-donor.{suffix}", f"film-acceptor.{suffix}"]
    assert sorted(tmp_path.iterdir()) == sorted(written)
    for path in written:
        reader = READERS[suffix]()
        reader.SetFileName(str(path))
        measure = vtkMassProperties()
        measure.SetInputConnection(reader.GetOutputPort())
        assert measure.GetVolume() == pytest.approx(6 * 5 * 2, rel=1e-4)


@pytest.mark.parametrize("suffix", READERS)
def test_meshio_reads_the_surfaces(tmp_path: Path, suffix: str) -> None:
    donor = write_surfaces(_slab(), tmp_path / f"film.{suffix}", smooth=False)[0]
    mesh = meshio.read(donor)
    corners = mesh.points[mesh.cells_dict["triangle"]]
    volume = np.einsum("ni,ni->", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])) / 6
    assert volume == pytest.approx(6 * 5 * 2, rel=1e-4)
    np.testing.assert_allclose([mesh.points.min(axis=0), mesh.points.max(axis=0)], [[0, 0, 0], [6, 5, 2]], atol=1e-5)


@pytest.mark.parametrize("suffix", READERS)
@pytest.mark.parametrize("seed", [0, 1])
def test_smooth_surfaces_keep_the_volume_and_are_manifold(suffix: str, seed: int, tmp_path: Path) -> None:
    """Also of white noise, whose voxels touch along edges and corners everywhere."""
    random = np.random.default_rng(seed).normal(size=(20, 18, 16))
    phases = (gaussian_filter(random, 1.2 * seed) > 0).astype(np.uint8)
    film = Microstructure(phases, (2.0, 1.0, 0.5), phase_names=("donor", "acceptor"))
    for label, path in enumerate(write_surfaces(film, tmp_path / f"film.{suffix}")):
        mesh = meshio.read(path)
        corners = mesh.cells_dict["triangle"]
        places, one = np.unique(mesh.points, axis=0, return_inverse=True)  # STL repeats each point
        corners = one.reshape(-1)[corners]
        edges = np.sort(corners[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
        assert set(np.unique(edges, axis=0, return_counts=True)[1]) == {2}
        first, second, third = (places[corners[:, n]].astype(float) for n in range(3))
        volume = np.einsum("ni,ni->", first, np.cross(second, third)) / 6
        assert volume == pytest.approx(np.count_nonzero(phases == label), rel=0.002)


def test_surfaces_of_unknown_voxel_edges_are_in_voxels(tmp_path: Path) -> None:
    film = Microstructure(_slab().phases, None)
    path = write_surfaces(film, tmp_path / "film.stl", smooth=False)[0]
    assert path.read_bytes().startswith(b"microdesigner, lengths in voxels")
    assert meshio.read(path).points.max(axis=0).tolist() == [3, 5, 4]


def test_meshio_reads_the_mesh(tmp_path: Path) -> None:
    write_voxels(_slab(), tmp_path / "film.vtu")
    mesh = meshio.read(tmp_path / "film.vtu")
    np.testing.assert_array_equal(mesh.cell_data_dict["phase"]["hexahedron"], _slab().phases.ravel(order="F"))
    np.testing.assert_allclose(mesh.points.max(axis=0), [12, 5, 2])


def test_a_mesh_of_unknown_voxel_edges_is_in_voxels(tmp_path: Path) -> None:
    write_voxels(Microstructure(_slab().phases, None), tmp_path / "film.vtu")
    assert meshio.read(tmp_path / "film.vtu").points.max(axis=0).tolist() == list(_slab().shape)


def test_other_suffixes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"\.stl"):
        write_surfaces(_slab(), tmp_path / "film.xyz")


def test_the_mesh_has_one_hexahedron_per_voxel_in_nm(tmp_path: Path) -> None:
    write_voxels(_slab(), tmp_path / "film.vtu")
    reader = vtkXMLUnstructuredGridReader()
    reader.SetFileName(str(tmp_path / "film.vtu"))
    reader.Update()
    grid = reader.GetOutput()
    assert grid.GetNumberOfPoints() == 7 * 6 * 5
    assert grid.GetBounds() == (0, 12, 0, 5, 0, 2)
    labels = vtk_to_numpy(grid.GetCellData().GetArray("phase"))
    np.testing.assert_array_equal(labels, _slab().phases.ravel(order="F"))
    sizes = vtkCellSizeFilter()
    sizes.SetInputData(grid)
    sizes.Update()
    np.testing.assert_allclose(vtk_to_numpy(sizes.GetOutput().GetCellData().GetArray("Volume")), 1.0, rtol=1e-5)


def test_a_folder_that_is_a_file_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(OSError, match="file"):
        write_voxels(_slab(), tmp_path / "file" / "film.vtu")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("suffix", READERS)
def test_a_smooth_surface_comes_back_as_vtk_reads_it(tmp_path: Path, suffix: str) -> None:
    film = _slab()
    surface = watertight_surface(film.phases == 0, film.spacing)
    reader = READERS[suffix]()
    reader.SetFileName(str(write_surfaces(_slab(), tmp_path / f"film.{suffix}")[0]))
    reader.Update()
    read = reader.GetOutput()
    assert read.GetNumberOfCells() == surface.GetNumberOfCells()
    np.testing.assert_allclose(_corners(read), _corners(surface), rtol=1e-6)
    if suffix != "stl":
        normals = [vtk_to_numpy(mesh.GetPointData().GetNormals()) for mesh in (read, surface)]
        np.testing.assert_allclose(*normals, atol=1e-6)


@pytest.mark.parametrize("suffix", [*READERS, "vtu"])
def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path, full_disk: FullDisk, suffix: str) -> None:
    path = tmp_path / f"film.{suffix}"
    with full_disk(300), pytest.raises(OSError, match="large"):
        write_voxels(_slab(), path) if suffix == "vtu" else write_surfaces(_slab(), path)
    assert not list(tmp_path.iterdir())


def _corners(surface: vtkPolyData) -> NDArray[np.float32]:
    corners = vtk_to_numpy(surface.GetPolys().GetConnectivityArray())
    return vtk_to_numpy(surface.GetPoints().GetData())[corners]
