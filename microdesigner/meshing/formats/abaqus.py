"""Abaqus input (.inp), which CalculiX reads too: nodes, elements, sets, surfaces and sections of a mesh.

Materials, steps and boundary conditions are the user's, in a file that includes this one. A periodic film gets two more
files with the equations of its periodic faces, for temperatures (or any other scalar) and for displacements.
Keywords: Abaqus Keywords Guide; CalculiX CrunchiX User's Manual (G. Dhondt).
"""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.number_lines import number_lines
from microdesigner.core.paths import atomic_path
from microdesigner.meshing.faces import Facets
from microdesigner.meshing.formats.names import plain_names, surface_names
from microdesigner.meshing.mesh import SolverMesh

ELEMENTS = {4: "C3D4", 8: "C3D8"}
DEGREES = {"temperature": (11,), "displacement": (1, 2, 3)}
"""Degrees of freedom of what the equations are for."""
_PER_LINE = 16


def companions(path: Path) -> list[Path]:
    """The files of equations that a periodic film gets besides `path`."""
    return [path.with_name(f"{path.stem}-periodic-{quantity}{path.suffix}") for quantity in DEGREES]


def write(mesh: SolverMesh, path: Path, unit: str) -> None:
    """Write the mesh and the equations of its periodic faces; all files appear or none."""
    with ExitStack() as files:
        pieces = {path: _mesh(mesh, path, unit)}
        if mesh.periodic:
            for target, quantity in zip(companions(path), DEGREES, strict=True):
                pieces[target] = _equations(mesh, quantity, path.name)
        for target, content in pieces.items():
            with files.enter_context(atomic_path(target)).open("wb") as file:
                file.writelines(content)


def _mesh(mesh: SolverMesh, path: Path, unit: str) -> Iterator[bytes]:
    element = ELEMENTS[mesh.cells.shape[1]]
    yield (
        f"** {mesh.kind} of a film by microdesigner, lengths in {unit}; z = 0 is the cathode side.\n"
        f"** Define a material for each phase, then *INCLUDE, INPUT={path.name}, then the steps.\n"
        f"** Abaqus: for heat or diffusion, write D{element} for {element}.\n"
        "*NODE, NSET=ALL_NODES\n"
    ).encode()
    numbers = np.arange(1, len(mesh.points) + 1)
    yield from number_lines("%d, %.12g, %.12g, %.12g\n", np.column_stack([numbers, mesh.points]))
    names = [name.upper() for name in plain_names(mesh.phase_names)]
    for label, name in enumerate(names):
        yield from _elements(mesh, label, name)
    for name, facets in mesh.faces.items():
        nodes = np.unique(facets.corners) + 1
        yield from _set(f"FACE_{name.upper()}", nodes)
        if mesh.periodic:
            yield from _set(f"FACE_{name.upper()}_FREE", np.setdiff1d(nodes, mesh.ties.dependent + 1))
    for name, facets in zip(surface_names(mesh), [*mesh.faces.values(), *mesh.interfaces.values()], strict=True):
        yield from _surface(name.upper(), facets)
    for label, name in enumerate(names):
        if (mesh.phases == label).any():
            yield f"*SOLID SECTION, ELSET={name}, MATERIAL={name}\n".encode()


def _elements(mesh: SolverMesh, label: int, name: str) -> Iterator[bytes]:
    (chosen,) = np.nonzero(mesh.phases == label)
    if len(chosen):
        corners = mesh.cells.shape[1]
        yield f"*ELEMENT, TYPE={ELEMENTS[corners]}, ELSET={name}\n".encode()
        form = ", ".join(["%d"] * (corners + 1)) + "\n"
        yield from number_lines(form, np.column_stack([chosen, mesh.cells[chosen]]) + 1)


def _set(name: str, nodes: NDArray[np.integer]) -> Iterator[bytes]:
    yield f"*NSET, NSET={name}\n".encode()
    whole = len(nodes) // _PER_LINE * _PER_LINE
    yield from number_lines(", ".join(["%d"] * _PER_LINE) + "\n", nodes[:whole].reshape(-1, _PER_LINE))
    if whole < len(nodes):
        yield (", ".join(map(str, nodes[whole:])) + "\n").encode()


def _surface(name: str, facets: Facets) -> Iterator[bytes]:
    yield f"*SURFACE, NAME=SURFACE_{name}, TYPE=ELEMENT\n".encode()
    yield from number_lines("%d, S%d\n", np.column_stack([facets.cells, facets.sides]) + 1)


def _equations(mesh: SolverMesh, quantity: str, name: str) -> Iterator[bytes]:
    """Each node on a last face follows its image on the first one, plus what the nodes PERIOD_X and PERIOD_Y say."""
    first = len(mesh.points) + 1
    yield (
        f"** Equations of the periodic faces of {name} for each {quantity}; include this file after it.\n"
        f"** value(node) - value(image) - value(PERIOD_X or PERIOD_Y) = 0: the last is the jump over one period.\n"
        f"** Fix PERIOD_X and PERIOD_Y (at 0: no mean gradient); put conditions on FACE_Z0_FREE and FACE_Z1_FREE.\n"
        f"*NODE, NSET=PERIOD_X\n{first}, {mesh.box[0]:.12g}, 0, 0\n"
        f"*NODE, NSET=PERIOD_Y\n{first + 1}, 0, {mesh.box[1]:.12g}, 0\n"
    ).encode()
    ties = mesh.ties
    for degree in DEGREES[quantity]:
        for wraps in ((True, False), (False, True), (True, True)):
            chosen = (ties.wraps == wraps).all(axis=1)
            pairs = np.column_stack([ties.dependent[chosen], ties.masters[chosen]]) + 1
            jumps = [first + axis for axis in (0, 1) if wraps[axis]]
            yield from number_lines(_equation(degree, jumps), pairs)


def _equation(degree: int, jumps: Iterable[int]) -> str:
    terms = [f"%d, {degree}, 1.", f"%d, {degree}, -1.", *(f"{node}, {degree}, -1." for node in jumps)]
    return f"*EQUATION\n{len(terms)}\n{', '.join(terms)}\n"
