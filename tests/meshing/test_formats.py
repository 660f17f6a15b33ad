"""Files of meshes, read back by meshio, Gmsh and VTK."""

import base64
import re
import signal
import zlib
from pathlib import Path
from typing import Any

import meshio
import numpy as np
import pytest
from scipy.io import netcdf_file
from scipy.spatial import KDTree
from vtkmodules.vtkIOExodus import vtkExodusIIReader

from microdesigner import io
from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from microdesigner.io.options import ImportOptions
from microdesigner.meshing import SolverMesh, write_mesh
from microdesigner.meshing.faces import FACE_NAMES
from microdesigner.meshing.formats import MESH_FORMATS
from microdesigner.meshing.formats.names import plain_names, surface_names
from microdesigner.meshing.formats.registry import files_written
from tests.conftest import FullDisk

SUFFIXES = [suffix for entry in MESH_FORMATS.values() for suffix in entry.extensions]
NAMES = ["phase_0", "phase_1", "phase_2"]
CELLS = {4: "tetra", 8: "hexahedron"}


def check_cells(mesh: SolverMesh, read: Any, labels: np.ndarray) -> None:
    """The same nodes, and the same cells phase by phase, in any order."""
    numbers = numbers_of(mesh, read.points)
    kind = CELLS[mesh.cells.shape[1]]
    cells = numbers[np.concatenate([block.data for block in read.cells if block.type == kind])]
    known = sorted(map(tuple, np.column_stack([mesh.phases, mesh.cells]).tolist()))
    assert sorted(map(tuple, np.column_stack([labels, cells]).tolist())) == known


def numbers_of(mesh: SolverMesh, points: np.ndarray) -> np.ndarray:
    """Which node of the mesh each of the `points` is."""
    distances, numbers = KDTree(mesh.points).query(points)
    assert distances.max() < 1e-7 * mesh.box.max()
    assert len(set(numbers.tolist())) == len(mesh.points)
    return numbers


def of_kind(read: Any, mesh: SolverMesh, data: str) -> np.ndarray:
    return np.concatenate(
        [values for block, values in zip(read.cells, read.cell_data[data], strict=True)
         if block.type == CELLS[mesh.cells.shape[1]]]
    )  # fmt: skip


def test_abaqus_has_phases_and_faces_as_sets(mesh: SolverMesh, tmp_path: Path) -> None:
    write_mesh(mesh, tmp_path / "film.inp")
    read = meshio.read(tmp_path / "film.inp")
    names = list(read.cell_sets)
    assert names == [name.upper() for name in NAMES]
    counts = [sum(len(part) for part in read.cell_sets[name]) for name in names]
    np.testing.assert_array_equal(counts, np.bincount(mesh.phases))
    labels = np.repeat(np.arange(3), [len(block.data) for block in read.cells])
    check_cells(mesh, read, labels)
    for name in FACE_NAMES:
        nodes = np.unique(mesh.faces[name].corners)
        np.testing.assert_array_equal(np.sort(read.point_sets[f"FACE_{name.upper()}"]), nodes)
        free = np.setdiff1d(nodes, mesh.ties.dependent)
        np.testing.assert_array_equal(np.sort(read.point_sets[f"FACE_{name.upper()}_FREE"]), free)
    text = (tmp_path / "film.inp").read_text(encoding="ascii")
    assert re.findall(r"\*SOLID SECTION, ELSET=(\w+), MATERIAL=\1\n", text) == names
    assert "lengths in nm" in text


def test_abaqus_ties_each_image_to_its_master_once(mesh: SolverMesh, tmp_path: Path) -> None:
    write_mesh(mesh, tmp_path / "film.inp")
    first = len(mesh.points) + 1
    for quantity, degrees in (("temperature", {11}), ("displacement", {1, 2, 3})):
        text = (tmp_path / f"film-periodic-{quantity}.inp").read_text(encoding="ascii")
        found = re.findall(r"\*EQUATION\n(\d)\n(.*)\n", text)
        terms = [[word.strip() for word in line.split(",")] for _, line in found]
        assert [int(count) * 3 for count, _ in found] == [len(line) for line in terms]
        assert {int(line[1]) for line in terms} == degrees
        for line in terms:
            assert len({*line[1::3]}) == 1
            assert line[2::3] == ["1.", "-1.", *["-1."] * (len(line) // 3 - 2)]
        pairs = {(int(line[0]) - 1, int(line[3]) - 1): {int(node) - first for node in line[6::3]} for line in terms}
        assert len(pairs) == len(mesh.ties.dependent) == len(found) // len(degrees)
        for node, master, wraps in zip(mesh.ties.dependent, mesh.ties.masters, mesh.ties.wraps, strict=True):
            assert pairs[node, master] == set(np.flatnonzero(wraps))


def test_a_tight_film_gets_no_equations(hexahedral: SolverMesh, film: Microstructure, tmp_path: Path) -> None:
    from dataclasses import replace

    write_mesh(replace(hexahedral, periodic=False), tmp_path / "film.inp")
    assert [path.name for path in tmp_path.iterdir()] == ["film.inp"]
    assert "_FREE" not in (tmp_path / "film.inp").read_text(encoding="ascii")


def test_abaqus_surfaces_are_the_sides_of_their_elements(mesh: SolverMesh, tmp_path: Path) -> None:
    """By Abaqus' own numbers of sides."""
    sides = {4: ["123", "142", "243", "341"], 8: ["1234", "5876", "1562", "2673", "3784", "4851"]}[mesh.cells.shape[1]]
    write_mesh(mesh, tmp_path / "film.inp")
    text = (tmp_path / "film.inp").read_text(encoding="ascii")
    parts = re.findall(r"\*SURFACE, NAME=SURFACE_(\w+), TYPE=ELEMENT\n((?:\d+, S\d\n)*)", text)
    assert [name for name, _ in parts] == [name.upper() for name in surface_names(mesh)]
    for (_, lines), facets in zip(parts, [*mesh.faces.values(), *mesh.interfaces.values()], strict=True):
        for line, corners in zip(lines.splitlines(), facets.corners, strict=True):
            cell, side = re.findall(r"\d+", line)
            nodes = mesh.cells[int(cell) - 1][[int(corner) - 1 for corner in sides[int(side) - 1]]]
            assert set(nodes) == set(corners)


@pytest.mark.parametrize("suffix", [".msh", ".msh2"])
def test_gmsh_groups_are_phases_faces_and_interfaces(mesh: SolverMesh, tmp_path: Path, suffix: str) -> None:
    write_mesh(mesh, tmp_path / f"film{suffix}")
    read = meshio.read(tmp_path / f"film{suffix}", "gmsh")
    assert list(read.field_data) == NAMES + surface_names(mesh)
    numbers = [int(number) for number, _ in read.field_data.values()]
    assert len(set(numbers)) == len(numbers)
    check_cells(mesh, read, of_kind(read, mesh, "gmsh:physical") - 1)
    side = "triangle" if mesh.kind == "tetrahedra" else "quad"
    groups = np.concatenate(
        [g for block, g in zip(read.cells, read.cell_data["gmsh:physical"], strict=True) if block.type == side]
    )
    for name, facets in zip(surface_names(mesh), [*mesh.faces.values(), *mesh.interfaces.values()], strict=True):
        assert np.count_nonzero(groups == read.field_data[name][0]) == len(facets)


@pytest.mark.parametrize("suffix", [".msh", ".msh2"])
def test_gmsh_itself_reads_groups_and_periodic_nodes(mesh: SolverMesh, tmp_path: Path, suffix: str) -> None:
    gmsh = pytest.importorskip("gmsh", exc_type=OSError)  # its library needs OpenGL's
    write_mesh(mesh, tmp_path / f"film{suffix}")
    broken_pipe = signal.getsignal(signal.SIGPIPE)
    gmsh.initialize(interruptible=False)
    signal.signal(signal.SIGPIPE, broken_pipe)  # else the next process that ends early would take this one along
    try:
        gmsh.option.setNumber("General.Terminal", 0)
        gmsh.open(str(tmp_path / f"film{suffix}"))
        groups = {gmsh.model.getPhysicalName(*group): group for group in gmsh.model.getPhysicalGroups()}
        assert set(groups) == {*NAMES, *surface_names(mesh)}
        for label, name in enumerate(NAMES):
            (entity,) = gmsh.model.getEntitiesForPhysicalGroup(*groups[name])
            _, numbers, _ = gmsh.model.mesh.getElements(3, entity)
            assert len(numbers[0]) == np.count_nonzero(mesh.phases == label)
        if suffix == ".msh":
            (last,) = gmsh.model.getEntitiesForPhysicalGroup(*groups["face_y1"])
            (first,) = gmsh.model.getEntitiesForPhysicalGroup(*groups["face_y0"])
            master, nodes, images, shift = gmsh.model.mesh.getPeriodicNodes(2, last)
            assert master == first
            assert {*zip(nodes - 1, images - 1, strict=True)} <= set(map(tuple, mesh.face_pairs(1)))
            assert len(nodes)
            np.testing.assert_allclose(shift[[3, 7, 11]], [0, mesh.box[1], 0])
    finally:
        gmsh.finalize()


@pytest.mark.parametrize("suffix", [".bdf", ".nas"])
def test_nastran_properties_are_phases_and_surfaces(mesh: SolverMesh, tmp_path: Path, suffix: str) -> None:
    write_mesh(mesh, tmp_path / f"film{suffix}")
    read = meshio.read(tmp_path / f"film{suffix}", "nastran")
    check_cells(mesh, read, of_kind(read, mesh, "nastran:ref") - 1)
    lines = (tmp_path / f"film{suffix}").read_text(encoding="ascii").splitlines()
    assert max(map(len, lines)) <= 80
    assert f"$ property 4: {surface_names(mesh)[0]}" in lines
    shells = [int(line[16:24]) for line in lines if line.startswith(("CTRIA3", "CQUAD4"))]
    facets = [*mesh.faces.values(), *mesh.interfaces.values()]
    np.testing.assert_array_equal(np.bincount(shells)[4:], [len(part) for part in facets])


@pytest.mark.parametrize("suffix", [".e", ".exo"])
def test_exodus_blocks_are_phases_and_sets_are_surfaces(mesh: SolverMesh, tmp_path: Path, suffix: str) -> None:
    write_mesh(mesh, tmp_path / f"film{suffix}")
    reader = vtkExodusIIReader()
    reader.SetFileName(str(tmp_path / f"film{suffix}"))
    reader.UpdateInformation()
    found = {}
    for kind in (reader.ELEM_BLOCK, reader.SIDE_SET, reader.NODE_SET):
        names = [reader.GetObjectName(kind, n) for n in range(reader.GetNumberOfObjects(kind))]
        for number in range(len(names)):
            reader.SetObjectStatus(kind, number, 1)
        found[kind] = names
    assert found[reader.ELEM_BLOCK] == NAMES
    assert found[reader.SIDE_SET] == surface_names(mesh)
    assert found[reader.NODE_SET] == [f"face_{name}" for name in FACE_NAMES]
    reader.Update()
    blocks, sides = reader.GetOutput().GetBlock(0), reader.GetOutput().GetBlock(4)
    sizes = [blocks.GetBlock(n).GetNumberOfCells() for n in range(3)]
    np.testing.assert_array_equal(sizes, np.bincount(mesh.phases))
    facets = [*mesh.faces.values(), *mesh.interfaces.values()]
    for number, part in enumerate(facets):
        assert sides.GetBlock(number).GetNumberOfCells() == len(part)
        np.testing.assert_allclose(_extent(sides.GetBlock(number)), _span(mesh.points[part.corners]), atol=1e-6)


def test_exodus_is_of_its_classic_kind_with_the_cells_of_each_block(mesh: SolverMesh, tmp_path: Path) -> None:
    write_mesh(mesh, tmp_path / "film.e")
    assert (tmp_path / "film.e").read_bytes()[:4] == b"CDF\x02"
    with netcdf_file(tmp_path / "film.e", mmap=False) as exodus:
        for label in range(3):
            cells = exodus.variables[f"connect{label + 1}"][:] - 1
            np.testing.assert_array_equal(cells, mesh.cells[mesh.phases == label])
        assert exodus.variables["connect1"].elem_type == (b"TETRA4" if mesh.kind == "tetrahedra" else b"HEX8")


def test_vtu_has_the_phase_of_each_cell(mesh: SolverMesh, tmp_path: Path) -> None:
    write_mesh(mesh, tmp_path / "film.vtu")
    read = meshio.read(tmp_path / "film.vtu")
    check_cells(mesh, read, np.concatenate(read.cell_data["phase"]))


def test_damask_gets_materials_in_metres(hexahedral: SolverMesh, film: Microstructure, tmp_path: Path) -> None:
    """As its reader takes them: each tag on a line, base64 without line breaks after it, blocks of zlib."""
    path = tmp_path / "film.damask.vti"
    write_mesh(hexahedral, path)
    lines = path.read_text(encoding="ascii").splitlines()
    head = next(line for line in lines if "<ImageData" in line)
    assert 'WholeExtent="0 12 0 10 0 8"' in head
    assert 'Origin="0 0 0"' in head
    np.testing.assert_allclose(
        [float(w) for w in re.findall(r'Spacing="(.*?)"', head)[0].split()], [2e-9, 2e-9, 2.5e-9]
    )
    assert 'compressor="vtkZLibDataCompressor"' in lines[1]
    at = next(n for n, line in enumerate(lines) if 'Name="material"' in line)
    assert 'type="Int32"' in lines[at]
    assert 'format="binary"' in lines[at]
    text = lines[at + 1].strip()
    blocks, _, _, size = np.frombuffer(base64.b64decode(text[:24])[:16], "<u4")
    assert blocks == 1
    values = np.frombuffer(zlib.decompress(base64.b64decode(text[24:])[:size]), "<i4")
    np.testing.assert_array_equal(values, film.phases.ravel(order="F"))
    write_mesh(hexahedral, path, "m")
    assert io.scan(path, ImportOptions()).edges_without_unit == pytest.approx((2e-9, 2e-9, 2.5e-9))


@pytest.mark.parametrize("suffix", sorted(set(SUFFIXES) - {".damask.vti"}))
def test_lengths_can_be_in_metres(hexahedral: SolverMesh, tmp_path: Path, suffix: str) -> None:
    write_mesh(hexahedral, tmp_path / f"film{suffix}", "m")
    if suffix in (".e", ".exo"):
        with netcdf_file(tmp_path / f"film{suffix}", mmap=False) as exodus:
            points = np.stack([exodus.variables[f"coord{axis}"][:] for axis in "xyz"], axis=1)
            assert b"lengths in m" in exodus.title
    else:
        formats = {".msh2": "gmsh", ".nas": "nastran"}
        points = meshio.read(tmp_path / f"film{suffix}", formats.get(suffix)).points
    numbers_of(hexahedral, points * 1e9)


def test_names_are_plain_and_each_another_one() -> None:
    names = plain_names(["Käse", "käse", "a b", "A-B", "", "0", "x" * 99])
    assert names == ["K_se", "k_se_2", "a_b", "A_B_2", "phase", "phase_0", "x" * 28]


def test_unknown_files_units_and_kinds_are_refused(tetrahedral: SolverMesh, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"film\.xyz is no file of a mesh.*\.inp"):
        write_mesh(tetrahedral, tmp_path / "film.xyz")
    with pytest.raises(InputError, match="inch"):
        write_mesh(tetrahedral, tmp_path / "film.inp", "inch")
    with pytest.raises(InputError, match="DAMASK grid holds hexahedra"):
        write_mesh(tetrahedral, tmp_path / "film.damask.vti")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_full_disk_is_told_and_leaves_nothing(
    hexahedral: SolverMesh, tmp_path: Path, full_disk: FullDisk, suffix: str
) -> None:
    with full_disk(300), pytest.raises(InputError, match="too large"):
        write_mesh(hexahedral, tmp_path / f"film{suffix}")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_files_are_those_that_are_announced(hexahedral: SolverMesh, tmp_path: Path, suffix: str) -> None:
    write_mesh(hexahedral, tmp_path / f"film{suffix}")
    assert sorted(tmp_path.iterdir()) == sorted(files_written(tmp_path / f"film{suffix}", periodic=True))


def _extent(part: Any) -> np.ndarray:
    return np.array(part.GetBounds())


def _span(points: np.ndarray) -> np.ndarray:
    flat = points.reshape(-1, 3)
    return np.stack([flat.min(axis=0), flat.max(axis=0)], axis=1).ravel()
