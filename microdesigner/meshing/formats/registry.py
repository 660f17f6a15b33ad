"""All formats of meshes, and the door through which meshes leave the program."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from microdesigner.core.errors import InputError
from microdesigner.meshing.formats import abaqus, damask, exodus, gmsh, nastran, vtu
from microdesigner.meshing.mesh import HEXAHEDRA, KINDS, SolverMesh

UNITS = ("nm", "m")


@dataclass(frozen=True)
class MeshFormat:
    """A file format: its title for dialogues, its extensions (the first is written), its writer, its kinds of cells."""

    title: str
    extensions: tuple[str, ...]
    write: Callable[[SolverMesh, Path, str], None]
    kinds: tuple[str, ...] = KINDS


MESH_FORMATS: dict[str, MeshFormat] = {
    "abaqus": MeshFormat("Abaqus and CalculiX input", (".inp",), abaqus.write),
    "gmsh": MeshFormat("Gmsh 4.1", (".msh",), gmsh.write),
    "gmsh-legacy": MeshFormat("Gmsh 2.2 for OpenFOAM", (".msh2",), gmsh.write_legacy),
    "nastran": MeshFormat("NASTRAN bulk data for COMSOL", (".bdf", ".nas"), nastran.write),
    "exodus": MeshFormat("Exodus II for MOOSE", (".e", ".exo"), exodus.write),
    "vtu": MeshFormat("VTK unstructured grid", (".vtu",), vtu.write),
    "damask": MeshFormat("DAMASK grid", (".damask.vti",), damask.write, (HEXAHEDRA,)),
}


def is_mesh(path: Path) -> bool:
    """Whether a file of this name is that of a mesh."""
    return any(path.name.lower().endswith(entry.extensions) for entry in MESH_FORMATS.values())


def format_of(path: Path) -> MeshFormat:
    """The format in which a file of this name is written; raises InputError naming the known ones."""
    for entry in MESH_FORMATS.values():
        if path.name.lower().endswith(entry.extensions):
            return entry
    known = ", ".join(extension for entry in MESH_FORMATS.values() for extension in entry.extensions)
    raise InputError(f"{path} is no file of a mesh; known are {known}.")


def check_kind(path: Path, kind: str) -> None:
    """Raise InputError where the format of `path` has no such cells."""
    entry = format_of(path)
    if kind not in entry.kinds:
        raise InputError(f"{path}: a {entry.title} holds {entry.kinds[0]}, no {kind}; choose those, or another format.")


def files_written(path: Path, periodic: bool) -> list[Path]:
    """All files that `write` makes for a `path`."""
    return [path, *(abaqus.companions(path) if periodic and format_of(path).write is abaqus.write else [])]


def write(mesh: SolverMesh, path: str | Path, unit: str = "nm") -> None:
    """Write a mesh in the format of the extension; files are whole or absent.

    Parameters
    ----------
    mesh : SolverMesh
        The mesh.
    path : str or Path
        File to write; one that is there is replaced.
    unit : str
        Unit of its lengths: nm or m.

    Raises
    ------
    InputError
        For an unknown extension or unit, cells that the format cannot hold, or a place that cannot be written.
    """
    path = Path(path)
    check_kind(path, mesh.kind)
    if unit not in UNITS:
        raise InputError(f"Lengths of a mesh are in nm or m; got '{unit}'.")
    try:
        format_of(path).write(mesh if unit == "nm" else mesh.in_metres(), path, unit)
    except OSError as error:
        raise InputError(f"{path} cannot be written ({error.strerror or error}); choose another place.") from None
