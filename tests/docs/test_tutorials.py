"""Every line of a tutorial and every example runs as it stands."""

import os
import re
import subprocess
import sys
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TUTORIALS = sorted((ROOT / "docs" / "tutorials").glob("*.md"))
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
SECONDS = 1200
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the tutorials' commands are given for a POSIX shell")


def run(command: list[str], place: Path) -> None:
    """Run `command` in `place` with a user folder of its own; what it printed is shown where it fails."""
    programs = place / "bin"
    programs.mkdir()
    for name, words in (("python", ""), ("microdesigner", " -m microdesigner")):
        (programs / name).write_text(f'#!/bin/sh\nexec "{sys.executable}"{words} "$@"\n')
        (programs / name).chmod(0o755)
    found = f"{ROOT}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"
    own = {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": found,
        "MICRODESIGNER_HOME": str(place / "home"),
    }
    done = subprocess.run(
        command, cwd=place, env=os.environ | own, capture_output=True, text=True, timeout=SECONDS, check=False,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-3000:]}"


@pytest.mark.long
@pytest.mark.parametrize("page", TUTORIALS, ids=lambda path: path.stem)
def test_a_tutorial(page: Path, tmp_path: Path) -> None:
    blocks = re.findall(r"^```(bash|python)\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert blocks
    parts = []
    for language, group in groupby(blocks, itemgetter(0)):  # one session of Python goes on from block to block
        text = "".join(block for _, block in group)
        parts.append(text if language == "bash" else f"python - <<'END'\n{text}END\n")
    (tmp_path / "tutorial.sh").write_text("set -euo pipefail\n" + "".join(parts))
    run(["bash", "tutorial.sh"], tmp_path)


@pytest.mark.parametrize("script", EXAMPLES, ids=lambda path: path.stem)
def test_an_example(script: Path, tmp_path: Path) -> None:
    run(["python", str(script)], tmp_path)
