"""Names of phases, faces and interfaces as other programs take them."""

import re
from collections.abc import Sequence

from microdesigner.meshing.mesh import SolverMesh

_LONGEST = 32  # of Exodus


def plain_names(names: Sequence[str]) -> list[str]:
    """`names` of letters of ASCII, digits and underscores, a letter first, each another one.

    Examples
    --------
    >>> plain_names(["donor", "PC71BM rich", "PC71BM-rich", "2"])
    ['donor', 'PC71BM_rich', 'PC71BM_rich_2', 'phase_2']
    """
    found: list[str] = []
    for name in names:
        plain = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_")[: _LONGEST - 4]
        if not plain[:1].isalpha():
            plain = f"phase_{plain}".strip("_")
        known, base, number = {one.lower() for one in found}, plain, 1
        while plain.lower() in known:
            number += 1
            plain = f"{base}_{number}"
        found.append(plain)
    return found


def interface_name(labels: tuple[int, int], names: Sequence[str]) -> str:
    """The name of the faces between two phases, whose plain `names` are given."""
    return f"{names[labels[0]]}_to_{names[labels[1]]}"


def surface_names(mesh: SolverMesh) -> list[str]:
    """Names of the six faces of the box, then of the interfaces, in the order of `mesh.faces` and `mesh.interfaces`."""
    names = plain_names(mesh.phase_names)
    return [*(f"face_{name}" for name in mesh.faces), *(interface_name(pair, names) for pair in mesh.interfaces)]
