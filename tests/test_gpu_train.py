"""The half hour of GPU, rehearsed on the CPU at toy scale: interrupted, gone on with, packed, joined again."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from microdesigner.models.bundle import verify_bundle

ROOT = Path(__file__).resolve().parents[1]
ABSENT = ("vtk", "vtkmodules", "pyvista", "PySide6", "superqt", "pyqtgraph", "platformdirs", "tifffile",
    "distributed", "dask", "mrcfile", "imageio_ffmpeg")  # fmt: skip


def bare_machine(folder: Path) -> dict[str, str]:
    """An environment in which Python finds none of what a bare machine lacks."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(f"import sys; sys.modules.update(dict.fromkeys({ABSENT}))")
    return {**os.environ, "PYTHONPATH": str(folder), "PYTHON": sys.executable, "OMP_NUM_THREADS": "1"}


def call(environment: dict[str, str], work: Path, seconds: float) -> subprocess.CompletedProcess[str]:
    command = ["bash", "packaging/gpu_train.sh", "--toy", "--seconds", str(seconds), "--work", str(work)]
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.long
def test_all_stages_on_a_bare_machine(tmp_path: Path) -> None:
    environment, work = bare_machine(tmp_path / "bare"), tmp_path / "work"
    interrupted = call(environment, work, 28)  # three seconds of work beside what packing gets
    assert interrupted.returncode == 75, interrupted.stdout + interrupted.stderr
    assert "the time is up" in interrupted.stdout

    finished = call(environment | {"OUT": str(tmp_path / "out")}, work, 900)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert summary["finished"]
    assert summary["raw"]["count"] == 4
    assert summary["matched"]["control"]["vol_frac_D"]["mae"] < 1e-4

    files = list((tmp_path / "out").iterdir())
    assert len(files) <= 8
    assert max(file.stat().st_size for file in files) <= 16 << 20

    home = tmp_path / "home"
    subprocess.run(["bash", "packaging/gpu_join.sh", tmp_path / "out", home], cwd=ROOT, check=True, capture_output=True)
    verify_bundle(home / "run" / "bundle")
    assert (home / "raw" / "report.html").is_file()
    assert len(json.loads((home / "raw" / "batches.json").read_text())) == 4
