"""The verb `convert` where the output is a mesh."""

import os
import signal
import subprocess
import time
from pathlib import Path

import meshio
import numpy as np
import pytest

from microdesigner import io
from microdesigner.core import child_process
from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from tests.cli.test_convert import run


@pytest.fixture
def film(tmp_path: Path) -> Path:
    labels = np.zeros((8, 6, 4), np.uint8)
    labels[4:] = 1
    io.write(Microstructure(labels, (1.0, 1.0, 1.0), "no-flux", ("donor", "acceptor")), tmp_path / "film.vti")
    return tmp_path / "film.vti"


def test_a_mesh_is_written_and_told(film: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(film, film.with_suffix(".inp"), "--mesh", "hexahedra", "--coarsen", "2", "--unit", "m") == 0
    mesh = meshio.read(film.with_suffix(".inp"))
    assert sum(len(block.data) for block in mesh.cells) == 4 * 3 * 2
    np.testing.assert_allclose(mesh.points.max(axis=0), [8e-9, 6e-9, 4e-9])
    words = capsys.readouterr().err
    assert "24 hexahedra, 60 nodes; 2 voxels per cell along each axis; fractions within 0 of the voxels'" in words


def test_tetrahedra_are_the_default_and_periodicity_an_option(film: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(film, film.with_suffix(".inp"), "--periodic") == 0
    assert set(meshio.read(film.with_suffix(".inp")).cells_dict) == {"tetra"}
    assert film.with_name("film-periodic-temperature.inp").exists()
    assert "remesh" in (words := capsys.readouterr().err)
    assert "quality 0." in words


def test_damask_gets_hexahedra_by_default(film: Path) -> None:
    assert run(film, film.with_name("film.damask.vti")) == 0
    assert io.scan(film.with_name("film.damask.vti")).array == "material"


def test_what_is_asked_in_vain_is_refused_before_the_file_is_read(tmp_path: Path) -> None:
    missing = tmp_path / "missing.vti"
    with pytest.raises(InputError, match=r"--coarsen is for meshes.*out\.tif"):
        run(missing, tmp_path / "out.tif", "--coarsen", "2")
    with pytest.raises(InputError, match=r"--periodic is for meshes"):
        run(missing, tmp_path / "out.tif", "--periodic")
    with pytest.raises(InputError, match="hexahedra, no tetrahedra"):
        run(missing, tmp_path / "out.damask.vti", "--mesh", "tetrahedra")


def test_unknown_lengths_are_asked_for(tmp_path: Path) -> None:
    np.save(tmp_path / "film.npy", np.eye(4, dtype=np.uint8)[..., None].repeat(3, axis=2))
    with pytest.raises(InputError, match="--voxel"):
        run(tmp_path / "film.npy", tmp_path / "film.msh", "--mesh", "hexahedra")
    assert run(tmp_path / "film.npy", tmp_path / "film.msh", "--mesh", "hexahedra", "--voxel", "2", "nm") == 0
    assert meshio.read(tmp_path / "film.msh").points.max() == 8


@pytest.mark.skipif(os.name == "nt", reason="Ctrl+C is another thing on Windows")
def test_an_interruption_leaves_nothing(tmp_path: Path) -> None:
    labels = np.random.default_rng(0).integers(0, 2, (40, 40, 20)).astype(np.uint8)
    io.write(Microstructure(labels), tmp_path / "film.vti")
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    command = [*child_process.program(), "convert", str(tmp_path / "film.vti"), str(tmp_path / "film.inp")]
    process = subprocess.Popen(
        command, stderr=subprocess.PIPE, env=child_process.environment() | {"TMPDIR": str(temporary)}
    )
    while not list(temporary.glob("microdesigner-*/in.npz")):  # MMG is about to begin
        assert process.poll() is None
        time.sleep(0.05)
    time.sleep(0.3)
    process.send_signal(signal.SIGTERM)  # as Ctrl+C; that is ignored by what a shell starts in the background
    _, words = process.communicate()
    assert process.returncode == 130
    assert b"Traceback" not in words
    assert [path.name for path in tmp_path.iterdir() if path != temporary] == ["film.vti"]
    assert not list(temporary.iterdir())
