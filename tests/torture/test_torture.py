"""The short form of `make torture`: a few kills of each kind, and a machine that lacks what stores need."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
KILLED = "history,queue,convert to raw,vtu,of films,session,models,generate,dataset,window"
"""Those of the long form that differ in kind, without those that take longest."""
pytestmark = [pytest.mark.long, pytest.mark.skipif(not hasattr(os, "fork"), reason="needs copies of a process")]


@pytest.mark.parametrize(
    "options",
    [
        ["--times", "1", "--count", "2", "--no-faults", "--pairs", "0", "--only", KILLED],
        ["--times", "0", "--count", "2", "--no-faults", "--pairs", "1", "--only", "generate"],
        ["--times", "0", "--pairs", "0", "--only", "queue,convert to raw"],
    ],
)
def test_nothing_is_lost_and_nothing_half_written_is_taken_for_whole(options: list[str]) -> None:
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    ended = subprocess.run(
        [sys.executable, "-m", "tests.torture", *options], cwd=ROOT, env=environment, capture_output=True, text=True,
        timeout=600, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout + ended.stderr
    tried, held, failed = ended.stdout.splitlines()[-1].split()[-3:]
    assert int(tried) == int(held) > 0
    assert failed == "0"


@pytest.mark.parametrize("name", ["rows", "training"])
def test_long_use_is_flat(name: str) -> None:
    """The short form of `make long`."""
    ended = subprocess.run(
        [sys.executable, "-m", "tests.torture.long_runs", "--only", name, "--share", "0.02"], cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1"}, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stdout.rstrip().endswith("flat")
