"""Gmsh meshes (.msh, version 4.1; .msh2, version 2.2 for OpenFOAM), as text.

Each phase, face and interface is a physical group; no number stands for two, since gmshToFoam does not ask which
dimension a group has. Layout: Gmsh reference manual, chapter on file formats.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from microdesigner.core.number_lines import number_lines
from microdesigner.core.paths import atomic_path
from microdesigner.meshing.faces import Facets
from microdesigner.meshing.formats.names import plain_names, surface_names
from microdesigner.meshing.mesh import SolverMesh
from microdesigner.meshing.quality import Points

_CELL_TYPES, _SIDE_TYPES = {4: 4, 8: 5}, {4: 2, 8: 3}  # tetrahedron, hexahedron; triangle, quadrangle


def write(mesh: SolverMesh, path: Path, unit: str) -> None:
    """Write version 4.1; periodic faces are linked node by node."""
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        file.writelines(_version_4(mesh))


def write_legacy(mesh: SolverMesh, path: Path, unit: str) -> None:
    """Write version 2.2, which every gmshToFoam reads."""
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        file.writelines(_version_2(mesh))


def _surfaces(mesh: SolverMesh) -> dict[int, Facets]:
    """Faces of the box and interfaces by the number of their group, which follow those of the phases."""
    facets = [*mesh.faces.values(), *mesh.interfaces.values()]
    return dict(enumerate(facets, len(mesh.phase_names) + 1))


def _volumes(mesh: SolverMesh) -> list[int]:
    """Numbers of the groups of phases that have cells."""
    return [int(label) + 1 for label in np.unique(mesh.phases)]


def _names(mesh: SolverMesh) -> Iterator[bytes]:
    names = plain_names(mesh.phase_names)
    lines = [f'3 {number} "{names[number - 1]}"' for number in _volumes(mesh)]
    lines += [f'2 {number} "{name}"' for number, name in zip(_surfaces(mesh), surface_names(mesh), strict=True)]
    yield "\n".join(["$PhysicalNames", str(len(lines)), *lines, "$EndPhysicalNames\n"]).encode()


def _version_2(mesh: SolverMesh) -> Iterator[bytes]:
    yield b"$MeshFormat\n2.2 0 8\n$EndMeshFormat\n"
    yield from _names(mesh)
    yield f"$Nodes\n{len(mesh.points)}\n".encode()
    yield from number_lines("%d %.12g %.12g %.12g\n", np.column_stack([np.arange(len(mesh.points)) + 1, mesh.points]))
    surfaces, corners = _surfaces(mesh), mesh.cells.shape[1]
    done = 0
    yield f"$EndNodes\n$Elements\n{sum(map(len, surfaces.values())) + len(mesh.cells)}\n".encode()
    for number, facets in surfaces.items():
        yield from _elements(f"%d {_SIDE_TYPES[corners]} 2 {number} {number}", facets.corners, done)
        done += len(facets)
    for number in _volumes(mesh):
        cells = mesh.cells[mesh.phases == number - 1]
        yield from _elements(f"%d {_CELL_TYPES[corners]} 2 {number} {number}", cells, done)
        done += len(cells)
    yield b"$EndElements\n"


def _version_4(mesh: SolverMesh) -> Iterator[bytes]:
    yield b"$MeshFormat\n4.1 0 8\n$EndMeshFormat\n"
    yield from _names(mesh)
    yield from _entities(mesh)
    yield from _nodes(mesh)
    surfaces, volumes, corners = _surfaces(mesh), _volumes(mesh), mesh.cells.shape[1]
    total = sum(map(len, surfaces.values())) + len(mesh.cells)
    yield f"$Elements\n{len(surfaces) + len(volumes)} {total} 1 {total}\n".encode()
    done = 0
    for dimension, number, kind, nodes in (
        *((2, number, _SIDE_TYPES[corners], facets.corners) for number, facets in surfaces.items()),
        *((3, number, _CELL_TYPES[corners], mesh.cells[mesh.phases == number - 1]) for number in volumes),
    ):
        yield f"{dimension} {number} {kind} {len(nodes)}\n".encode()
        yield from _elements("%d", nodes, done)
        done += len(nodes)
    yield b"$EndElements\n"
    yield from _links(mesh)


def _elements(head: str, corners: "np.ndarray[tuple[int, ...], np.dtype[np.int32]]", before: int) -> Iterator[bytes]:
    form = head + " %d" * corners.shape[1] + "\n"
    numbers = np.arange(before, before + len(corners))
    yield from number_lines(form, np.column_stack([numbers, corners]) + 1)


def _entities(mesh: SolverMesh) -> Iterator[bytes]:
    """Surfaces with their extent and group, volumes with the surfaces around them too; points and curves are none."""
    surfaces, volumes = _surfaces(mesh), _volumes(mesh)
    around: dict[int, list[int]] = {number: [] for number in volumes}
    for number, facets in zip(surfaces, mesh.faces.values(), strict=False):
        for label in np.unique(mesh.phases[facets.cells]):
            around[int(label) + 1].append(number)
    for number, pair in zip(list(surfaces)[len(mesh.faces) :], mesh.interfaces, strict=True):
        for label in pair:
            around[label + 1].append(number)
    yield f"$Entities\n0 0 {len(surfaces)} {len(volumes)}\n".encode()
    for number, facets in surfaces.items():
        yield f"{number} {_extent(mesh.points[np.unique(facets.corners)])} 1 {number} 0\n".encode()
    for number in volumes:
        sides = " ".join(map(str, [len(around[number]), *around[number]]))
        extent = _extent(mesh.points[np.unique(mesh.cells[mesh.phases == number - 1])])
        yield f"{number} {extent} 1 {number} {sides}\n".encode()
    yield b"$EndEntities\n"


def _extent(points: Points) -> str:
    return " ".join(f"{value:.12g}" for value in (*points.min(axis=0), *points.max(axis=0)))


def _nodes(mesh: SolverMesh) -> Iterator[bytes]:
    """Each node with the first surface on which it lies, else with its phase."""
    owner = np.zeros(len(mesh.points), np.int64)
    for number in _volumes(mesh):
        owner[mesh.cells[mesh.phases == number - 1]] = number
    for number, facets in reversed(_surfaces(mesh).items()):
        owner[facets.corners] = number
    numbers = np.unique(owner)
    yield f"$Nodes\n{len(numbers)} {len(owner)} 1 {len(owner)}\n".encode()
    for number in numbers:
        (nodes,) = np.nonzero(owner == number)
        dimension = 3 if number <= len(mesh.phase_names) else 2
        yield f"{dimension} {number} 0 {len(nodes)}\n".encode()
        yield from number_lines("%d\n", nodes[:, None] + 1)
        yield from number_lines("%.12g %.12g %.12g\n", mesh.points[nodes])
    yield b"$EndNodes\n"


def _links(mesh: SolverMesh) -> Iterator[bytes]:
    if not mesh.periodic:
        return
    yield b"$Periodic\n2\n"
    for axis in (0, 1):
        first = len(mesh.phase_names) + 1 + 2 * axis
        shift = np.eye(4)
        shift[axis, 3] = mesh.box[axis]
        pairs = mesh.face_pairs(axis) + 1
        numbers = " ".join(f"{value:.12g}" for value in shift.ravel())
        yield f"2 {first + 1} {first}\n16 {numbers}\n{len(pairs)}\n".encode()
        yield from number_lines("%d %d\n", pairs)
    yield b"$EndPeriodic\n"
