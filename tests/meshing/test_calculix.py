"""CalculiX solves heat conduction on the .inp, where it is installed, and agrees with the voxel solver."""

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from microdesigner.core.microstructure import Lateral, Microstructure
from microdesigner.core.steps import result_of
from microdesigner.meshing import SolverMesh, make_mesh, write_mesh
from microdesigner.properties.conduction import effective_conductivity

pytestmark = pytest.mark.skipif(shutil.which("ccx") is None, reason="CalculiX is not installed (calculix-ccx)")


def conductivity(mesh: SolverMesh, conductivities: tuple[float, ...], folder: Path) -> float:
    """Effective conductivity along z: the heat that flows between faces at 0 and 1, by CalculiX."""
    write_mesh(mesh, folder / "film.inp")
    materials = [f"*MATERIAL, NAME=PHASE_{label}\n*CONDUCTIVITY\n{value}" for label, value in enumerate(conductivities)]
    tied = "_FREE" if mesh.periodic else ""
    periods = ["PERIOD_X, 11, 11, 0.", "PERIOD_Y, 11, 11, 0."] if mesh.periodic else []
    job = [
        *materials, "*INCLUDE, INPUT=film.inp",
        *(["*INCLUDE, INPUT=film-periodic-temperature.inp"] if mesh.periodic else []),
        "*INITIAL CONDITIONS, TYPE=TEMPERATURE", "ALL_NODES, 0.5", "*STEP", "*HEAT TRANSFER, STEADY STATE",
        "*BOUNDARY", f"FACE_Z0{tied}, 11, 11, 0.", f"FACE_Z1{tied}, 11, 11, 1.", *periods,
        "*NODE PRINT, NSET=FACE_Z1, TOTALS=ONLY", "RFL", "*END STEP\n",
    ]  # fmt: skip
    (folder / "job.inp").write_text("\n".join(job), encoding="ascii")
    done = subprocess.run(["ccx", "job"], cwd=folder, capture_output=True, text=True, check=False)
    assert "ERROR" not in done.stdout, done.stdout
    found = re.search(r"total heat generation.*\n\s*\n\s*(\S+)", (folder / "job.dat").read_text(encoding="ascii"))
    assert found
    x, y, z = mesh.box
    return float(found[1]) * float(z) / float(x * y)


def film(phases: int, lateral: Lateral) -> Microstructure:
    """Large domains, so that both solvers are near convergence."""
    mode = ("wrap", "wrap", "nearest") if lateral == "periodic" else "nearest"
    field = gaussian_filter(np.random.default_rng(3).normal(size=(14, 14, 12)), 4, mode=mode)
    labels = np.digitize(field, np.quantile(field, np.arange(1, phases) / phases)).astype(np.uint8)
    return Microstructure(labels, (2.0, 2.0, 2.0), lateral, tuple(f"phase {n}" for n in range(phases)))


@pytest.mark.parametrize(("kind", "lateral"), [("tetrahedra", "periodic"), ("hexahedra", "no-flux")])
def test_layers_are_a_series(kind: str, lateral: Lateral, tmp_path: Path) -> None:
    """Exactly, on any mesh."""
    labels = np.zeros((4, 4, 6), np.uint8)
    labels[:, :, 2:] = 1
    layers = Microstructure(labels, (1.0, 2.0, 3.0), lateral, ("phase 0", "phase 1"))
    found = conductivity(make_mesh(layers, kind), (1.0, 0.25), tmp_path)
    assert found == pytest.approx(1 / (2 / 6 / 1.0 + 4 / 6 / 0.25), rel=1e-4)


@pytest.mark.parametrize(("phases", "lateral"), [(3, "periodic"), (2, "no-flux")])
def test_tetrahedra_conduct_as_the_voxels_do(phases: int, lateral: Lateral, tmp_path: Path) -> None:
    conductivities = (1.0, 0.3, 0.1)[:phases]
    volume = film(phases, lateral)
    finer = replace(volume, phases=volume.phases.repeat(2, 0).repeat(2, 1).repeat(2, 2), voxel_nm=(1.0, 1.0, 1.0))
    voxels, _ = result_of(effective_conductivity(finer, conductivities, 2))
    assert conductivity(make_mesh(volume), conductivities, tmp_path) == pytest.approx(voxels, rel=0.03)
