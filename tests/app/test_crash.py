"""A run that did not come to its end is noticed by the next one."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from microdesigner.app.crash import CrashGuard

RUN = """
import ctypes, sys
from pathlib import Path
from microdesigner.app.crash import CrashGuard
guard = CrashGuard(Path(sys.argv[1]))
print(guard.begin(), flush=True)
{ending}
"""


def _run(folder: Path, ending: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", RUN.format(ending=ending), str(folder)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True)


@pytest.fixture
def guard(tmp_path: Path) -> CrashGuard:
    """The guard of this process."""
    return CrashGuard(tmp_path)


def test_a_proper_end_leaves_nothing(tmp_path: Path, guard: CrashGuard) -> None:
    assert guard.begin() is None
    guard.end()
    assert not list(tmp_path.iterdir())
    assert guard.begin() is None
    guard.end()


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_crash_is_told_with_its_stack(tmp_path: Path, guard: CrashGuard) -> None:
    _run(tmp_path, "ctypes.string_at(0)").communicate()
    lost = guard.begin()
    guard.end()
    assert lost is not None
    assert "Segmentation fault" in lost
    assert "string_at" in lost
    assert guard.begin() is None
    guard.end()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs a signal that cannot be caught")
def test_a_killed_run_is_noticed_but_a_living_one_is_left_alone(tmp_path: Path, guard: CrashGuard) -> None:
    process = _run(tmp_path, "sys.stdin.read()")
    assert process.stdout is not None
    assert process.stdout.readline() == "None\n"
    assert guard.begin() is None
    guard.end()
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    lost = guard.begin()
    guard.end()
    assert lost is not None
    assert "Nothing is known" in lost
