#!/usr/bin/env python3
"""Renews the locks: `make lock`, or `python packaging/lock.py --upgrade` for the newest versions; needs uv on the path.

`locks/users.txt` holds what the program needs, `locks/developers.txt` what `make setup` installs, each for all systems
with the hashes of every file. PyTorch comes in builds for each kind of device from places of their own, so it stands
without a hash in `locks/torch.txt`; the GPU libraries that a build needs are pinned in its own metadata.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ROOT / "packaging" / "locks"
OF_PYTORCH = re.compile(r"(torch|triton|nvidia-[\w-]+|cuda-[\w-]+)==")
COMMAND = ("uv", "pip", "compile", "--universal", "--python-version", "3.11", "--generate-hashes", "--no-annotate")
HEADS = {
    "users": "What microdesigner needs to run, as tested, less PyTorch, which is in torch.txt.",
    "developers": "What `make setup` installs, as tested; PyTorch is in torch.txt.",
    "bundle": "What `make bundle` adds to users.txt.",
}


def without_pytorch(lock: str) -> tuple[str, list[str]]:
    """`lock` less PyTorch and the libraries of its GPU builds, and PyTorch's own pin, where it is in it."""
    entries = re.split(r"\n(?=\S)", lock.strip())
    kept = [entry for entry in entries if not OF_PYTORCH.match(entry) and not entry.startswith("#")]
    return "\n".join(kept), re.findall(r"^torch==[\w.]+", lock, re.MULTILINE)


def compile_lock(name: str, source: list[str], options: list[str]) -> None:
    """Write one lock; versions that stand in it stay where they may."""
    path = LOCKS / f"{name}.txt"
    preferences = path.with_suffix(".new.txt")
    if path.exists():
        preferences.write_text(path.read_text(encoding="utf-8") + (LOCKS / "torch.txt").read_text(encoding="utf-8"))
    try:
        command = [*COMMAND, *options, *source, "--quiet", "--output-file", str(preferences)]
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        text, torch = without_pytorch(preferences.read_text(encoding="utf-8"))
    finally:
        preferences.unlink(missing_ok=True)
    path.write_text(f"# {HEADS[name]}\n{text}\n", encoding="utf-8")
    if torch:
        head = "# The tested PyTorch, in whichever build fits the machine."
        (LOCKS / "torch.txt").write_text(f"{head}\n{torch[0]}\n", encoding="utf-8")


if __name__ == "__main__":
    same = ["--constraints", str(LOCKS / "users.txt")]
    compile_lock("users", ["pyproject.toml"], sys.argv[1:])
    compile_lock("developers", ["pyproject.toml", "--extra", "dev"], same + sys.argv[1:])
    compile_lock("bundle", ["packaging/bundle/tools.in"], same + sys.argv[1:])
