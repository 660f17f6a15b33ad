"""What a killed process left half-written is removed by the next one, and nothing else."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from microdesigner.core import paths
from microdesigner.core.paths import atomic_path, remove_leftovers, temporary_folder, write_text_atomic

KILLED = """
import os, sys
from pathlib import Path
from microdesigner.core.paths import atomic_path, temporary_folder
folder = Path(sys.argv[1])
with temporary_folder(folder, "arriving") as inner, atomic_path(folder / "film.ome.tiff") as temporary:
    (inner / "part").write_text("half")
    temporary.write_text("half")
    os.kill(os.getpid(), 9)
"""


def _hidden(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name.startswith("."))


@pytest.mark.skipif(sys.platform == "win32", reason="kills itself by a signal")
def test_what_a_killed_process_left_is_gone_after_the_next_write(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False)
    assert len(_hidden(tmp_path)) == 2
    (tmp_path / ".film-notes").touch()
    write_text_atomic(tmp_path / "other.txt", "whole")
    assert _hidden(tmp_path) == [".film-notes"]


def test_what_a_running_process_writes_stays(tmp_path: Path) -> None:
    with atomic_path(tmp_path / "film.vti") as temporary, temporary_folder(tmp_path, "inner") as inner:
        remove_leftovers(tmp_path)
        assert temporary.exists()
        assert inner.exists()
    assert _hidden(tmp_path) == []
    assert (tmp_path / "film.vti").exists()


def test_of_another_machine_nothing_is_known(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    with atomic_path(tmp_path / "film.vti") as temporary:
        ours = temporary.name.replace(f"-{os.getpid()}-", f"-{gone.pid}-")
    place = paths._PLACE
    theirs = ours.replace(place, f"{int(place, 16) ^ 1:08x}")
    for name in (ours, theirs):
        (tmp_path / name).touch()
    remove_leftovers(tmp_path)
    assert _hidden(tmp_path) == [theirs]


def test_a_long_name_has_room_for_a_temporary_one(tmp_path: Path) -> None:
    write_text_atomic(tmp_path / f"{'ä' * 120}.txt", "whole")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["whole"]
