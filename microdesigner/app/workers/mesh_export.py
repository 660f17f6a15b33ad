"""A film as a mesh for a solver, in a file. It runs in a worker process."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from microdesigner.core.events import Progress
from microdesigner.core.microstructure import Microstructure


@dataclass(frozen=True)
class MeshChoice:
    """What is to be made of a film.

    Attributes
    ----------
    kind : str
        "tetrahedra" or "hexahedra".
    coarsen : int
        How many voxels along each axis become one cell.
    format : str
        Name of a format in `meshing.formats.MESH_FORMATS`.
    unit : str
        Of its lengths: nm or m.
    """

    kind: str = "tetrahedra"
    coarsen: int = 1
    format: str = "abaqus"
    unit: str = "nm"


def export_mesh(film: Microstructure, choice: MeshChoice, path: Path) -> Iterator[Progress | str]:
    """Make and write a mesh; the last event is a sentence that tells what it is.

    Raises
    ------
    InputError
        For unknown voxel edges, too many cells or a place that cannot be written.
    MicrodesignerError
        Where MMG fails.
    """
    from microdesigner.meshing import SolverMesh, mesh_events, write_mesh

    for event in mesh_events(film, choice.kind, choice.coarsen):
        if isinstance(event, SolverMesh):
            yield Progress("write", 0, 1)
            write_mesh(event, path, choice.unit)
            yield f"{len(event.cells):,} {event.kind} in {path}"
        else:
            yield event
