"""NASTRAN bulk data (.bdf, .nas), for COMSOL and others: each phase is a property, and each face and interface one of
shells. Large fields hold the coordinates. Layout: NASTRAN Quick Reference Guide; materials are the user's."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from microdesigner.core.number_lines import number_lines
from microdesigner.core.paths import atomic_path
from microdesigner.meshing.formats.names import plain_names, surface_names
from microdesigner.meshing.mesh import SolverMesh

_CELLS = {4: "CTETRA  %8d%8d" + 4 * "%8d" + "\n", 8: "CHEXA   %8d%8d" + 6 * "%8d" + "+\n+       %8d%8d\n"}
_SIDES = {4: "CTRIA3  %8d%8d" + 3 * "%8d" + "\n", 8: "CQUAD4  %8d%8d" + 4 * "%8d" + "\n"}


def write(mesh: SolverMesh, path: Path, unit: str) -> None:
    """Write the mesh."""
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        file.writelines(_bulk(mesh, unit))


def _bulk(mesh: SolverMesh, unit: str) -> Iterator[bytes]:
    names = [*plain_names(mesh.phase_names), *surface_names(mesh)]
    phases, corners = len(mesh.phase_names), mesh.cells.shape[1]
    yield f"$ {mesh.kind} of a film, lengths in {unit}; z = 0 is the cathode side\n".encode()
    yield "".join(f"$ property {number}: {name}\n" for number, name in enumerate(names, 1)).encode()
    yield b"BEGIN BULK\n"
    for number in range(1, len(names) + 1):
        kind, material = ("PSOLID", number) if number <= phases else ("PSHELL", 1)
        yield f"{kind:8}{number:8}{material:8}\n".encode()
    numbers = np.arange(1, len(mesh.points) + 1)
    form = "GRID*   %16d                %16.9E%16.9E\n*       %16.9E\n"
    yield from number_lines(form, np.column_stack([numbers, mesh.points]))
    numbers = np.arange(1, len(mesh.cells) + 1)
    yield from number_lines(_CELLS[corners], np.column_stack([numbers, mesh.phases.astype(int) + 1, mesh.cells + 1]))
    done = len(mesh.cells)
    for number, facets in enumerate([*mesh.faces.values(), *mesh.interfaces.values()], phases + 1):
        numbers = np.arange(1, len(facets) + 1) + done
        properties = np.full(len(facets), number)
        yield from number_lines(_SIDES[corners], np.column_stack([numbers, properties, facets.corners + 1]))
        done += len(facets)
    yield b"ENDDATA\n"
