"""MMG, in a process of its own: it takes minutes without a word, cannot be stopped, and could crash.

MMG (C. Dapogny, C. Dobrzynski, P. Frey, J. Comput. Phys. 262 (2014) 358) joins and turns tetrahedra within the phases,
where they may be larger; it leaves all faces of phases and box as they are, so that neighbours and periodic faces keep
fitting.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from microdesigner.core import child_process
from microdesigner.core.errors import MicrodesignerError
from microdesigner.core.events import Progress
from microdesigner.meshing.quality import Cells, Points

STAGE = "remesh"
LARGEST, SMALLEST, GROWTH = 3.0, 0.7, 1.5  # edges in cells, and from one edge to the next
SHARPEST_DEGREES = 80.0  # angle between triangles up to which a surface counts as smooth
SECONDS_PER_TETRAHEDRON = 1.2e-4  # on one core of a desktop
_TICK = 0.1
_IN, _OUT = "in.npz", "out.npz"
Remeshed = tuple[Points, Cells, NDArray[np.uint8]]


def remeshed(points: Points, cells: Cells, phases: NDArray[np.uint8]) -> Generator[Progress, None, Remeshed]:
    """The mesh with larger tetrahedra inside the phases; closing the generator ends MMG.

    Parameters
    ----------
    points, cells, phases
        Nodes (node, xyz) in cells of the grid, tetrahedra (cell, 4) of positive volume, and the phase of each.

    Yields
    ------
    Progress
        Seconds of those that it usually takes.

    Returns
    -------
    tuple of ndarray
        Nodes, tetrahedra and phases, what `yield from` gives.

    Raises
    ------
    MicrodesignerError
        Where MMG fails.
    """
    with tempfile.TemporaryDirectory(prefix="microdesigner-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        np.savez(folder / _IN, points=points, cells=cells, phases=phases)
        process = subprocess.Popen(
            child_process.call("microdesigner.meshing.remeshing:serve", name), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=child_process.environment(),
            **child_process.hidden(),
        )  # fmt: skip
        try:
            yield from _waiting(process, max(2, round(SECONDS_PER_TETRAHEDRON * len(cells))))
        finally:
            process.kill()
            process.wait()
        if process.returncode or not (folder / _OUT).exists():
            raise MicrodesignerError("MMG could not make tetrahedra of this film; take another size of its cells.")
        with np.load(folder / _OUT) as found:
            return found["points"], found["cells"], found["phases"]


def _waiting(process: "subprocess.Popen[bytes]", expected: int) -> Generator[Progress, None, None]:
    started = time.monotonic()
    while process.poll() is None:
        yield Progress(STAGE, min(int(time.monotonic() - started), expected - 1), expected)
        time.sleep(_TICK)
    yield Progress(STAGE, expected, expected)


def serve() -> None:
    """In the other process: remesh what lies in the folder that the first argument names."""
    folder = Path(sys.argv[1])
    with np.load(folder / _IN) as given:
        points, cells, phases = _remeshed_here(given["points"], given["cells"], given["phases"])
    partial = folder / "partial.npz"
    np.savez(partial, points=points, cells=cells, phases=phases)
    partial.replace(folder / _OUT)


def _remeshed_here(points: Points, cells: Cells, phases: NDArray[np.uint8]) -> Remeshed:
    import mmgpy

    mesh = mmgpy.MmgMesh3D()
    mesh.set_mesh_size(vertices=len(points), tetrahedra=len(cells))
    mesh.set_vertices(points)
    mesh.set_tetrahedra(cells, phases.astype(np.int32) + 1)  # 0 would be no phase
    mesh.remesh(
        hmin=SMALLEST, hmax=LARGEST, hgrad=GROWTH, ar=SHARPEST_DEGREES, nosurf=1, verbose=-1,
    )  # fmt: skip
    found, references = mesh.get_tetrahedra_with_refs()
    return np.array(mesh.get_vertices()), np.array(found, np.int32), (np.array(references) - 1).astype(np.uint8)
