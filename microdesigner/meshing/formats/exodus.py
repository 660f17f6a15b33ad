"""Exodus II (.e) for MOOSE, as NetCDF of 64-bit offsets, which SciPy writes and every Exodus library reads.

Phases are element blocks, faces and interfaces side sets, faces node sets too. Layout: L. A. Schoof, V. R. Yarberry,
EXODUS II: A Finite Element Data Model, SAND92-2137 (1994), appendix A.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.io import netcdf_file

from microdesigner.core.paths import atomic_path
from microdesigner.meshing.formats.names import plain_names, surface_names
from microdesigner.meshing.mesh import SolverMesh

_ELEMENTS = {4: "TETRA4", 8: "HEX8"}
_SIDES = {4: (4, 1, 2, 3), 8: (5, 6, 1, 2, 3, 4)}  # their numbers here, in the order of `faces`
_NAME, _LINE = 33, 81


def write(mesh: SolverMesh, path: Path, unit: str) -> None:
    """Write the mesh; elements are numbered phase by phase."""
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        exodus = netcdf_file(file, "w", version=2)
        exodus.api_version = exodus.version = np.float32(5.22)
        exodus.floating_point_word_size = np.int32(8)
        exodus.file_size = np.int32(1)
        exodus.title = f"{mesh.kind} of a film by microdesigner, lengths in {unit}"[: _LINE - 1]
        for name, size in (
            ("time_step", None), ("len_string", _NAME), ("len_name", _NAME), ("len_line", _LINE), ("four", 4),
            ("num_dim", 3), ("num_nodes", len(mesh.points)), ("num_elem", len(mesh.cells)),
        ):  # fmt: skip
            exodus.createDimension(name, size)
        exodus.createVariable("time_whole", "d", ("time_step",))
        for axis, name in enumerate("xyz"):
            _put(exodus, f"coord{name}", mesh.points[:, axis], "d", ("num_nodes",))
        _put(exodus, "coor_names", _letters(list("xyz")), "c", ("num_dim", "len_name"))
        order = np.argsort(mesh.phases, kind="stable")
        _blocks(exodus, mesh, order)
        _side_sets(exodus, mesh, order)
        _node_sets(exodus, mesh)
        exodus.flush()


def _blocks(exodus: netcdf_file, mesh: SolverMesh, order: NDArray[np.intp]) -> None:
    labels, names = np.unique(mesh.phases), plain_names(mesh.phase_names)
    _properties(exodus, "el_blk", "eb", [int(label) + 1 for label in labels], [names[label] for label in labels])
    corners = mesh.cells.shape[1]
    for number, label in enumerate(labels, 1):
        cells = mesh.cells[order][mesh.phases[order] == label]
        exodus.createDimension(f"num_el_in_blk{number}", len(cells))
        exodus.createDimension(f"num_nod_per_el{number}", corners)
        sizes = (f"num_el_in_blk{number}", f"num_nod_per_el{number}")
        _put(exodus, f"connect{number}", cells + 1, "i", sizes).elem_type = _ELEMENTS[corners]


def _side_sets(exodus: netcdf_file, mesh: SolverMesh, order: NDArray[np.intp]) -> None:
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    names, facets = surface_names(mesh), [*mesh.faces.values(), *mesh.interfaces.values()]
    _properties(exodus, "side_sets", "ss", list(range(1, len(names) + 1)), names)
    kinds = np.array(_SIDES[mesh.cells.shape[1]])
    for number, sides in enumerate(facets, 1):
        exodus.createDimension(f"num_side_ss{number}", len(sides))
        _put(exodus, f"elem_ss{number}", place[sides.cells] + 1, "i", (f"num_side_ss{number}",))
        _put(exodus, f"side_ss{number}", kinds[sides.sides], "i", (f"num_side_ss{number}",))


def _node_sets(exodus: netcdf_file, mesh: SolverMesh) -> None:
    names = surface_names(mesh)[: len(mesh.faces)]
    _properties(exodus, "node_sets", "ns", list(range(1, len(names) + 1)), names)
    for number, facets in enumerate(mesh.faces.values(), 1):
        nodes = np.unique(facets.corners) + 1
        exodus.createDimension(f"num_nod_ns{number}", len(nodes))
        _put(exodus, f"node_ns{number}", nodes, "i", (f"num_nod_ns{number}",))


def _properties(exodus: netcdf_file, plural: str, short: str, numbers: list[int], names: list[str]) -> None:
    """How many blocks or sets there are, which are used, and their numbers and names."""
    size = f"num_{plural}"
    exodus.createDimension(size, len(numbers))
    _put(exodus, f"{short}_status", np.ones(len(numbers)), "i", (size,))
    exodus_property = _put(exodus, f"{short}_prop1", np.array(numbers), "i", (size,))
    exodus_property.name = "ID"
    _put(exodus, f"{short}_names", _letters(names), "c", (size, "len_name"))


def _letters(names: list[str]) -> NDArray[np.bytes_]:
    """Names as rows of letters that end with zeros."""
    return np.array([name.encode() for name in names], f"S{_NAME}").view("S1").reshape(len(names), _NAME)


def _put(exodus: netcdf_file, name: str, values: NDArray[np.generic], kind: str, sizes: tuple[str, ...]) -> Any:
    variable = exodus.createVariable(name, kind, sizes)
    variable[:] = values
    return variable
