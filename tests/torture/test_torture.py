"""The short form of `make torture`: a few kills of each kind, and a machine that lacks what stores need."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs copies of a process")


@pytest.mark.parametrize(
    "options",
    [
        ["--times", "1", "--count", "2", "--no-faults"],
        ["--times", "0", "--only", "history"],
        ["--times", "0", "--only", "convert to raw"],
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
