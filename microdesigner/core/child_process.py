"""How this program starts itself again, as a command or for one function, as Python's module or as a frozen bundle."""

import importlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

CALL = "--call"
_CREATE_NO_WINDOW, _CREATE_NEW_PROCESS_GROUP = 0x08000000, 0x00000200  # of Windows; subprocess has them only there


def is_frozen() -> bool:
    """Whether this is a bundle, whose executable is the program and no Python."""
    return bool(getattr(sys, "frozen", False))


def program() -> list[str]:
    """The command that is this program."""
    return [sys.executable] if is_frozen() else [sys.executable, "-P", "-m", "microdesigner"]


def call(function: str, *arguments: str) -> list[str]:
    """The command that calls "module:name" of this program, which finds `arguments` in `sys.argv[1:]`."""
    if is_frozen():
        return [sys.executable, CALL, function, *arguments]
    module, _, name = function.partition(":")
    # -P: modules that lie in the current folder are not those meant
    return [sys.executable, "-P", "-c", f"from {module} import {name}; {name}()", *arguments]


def environment() -> dict[str, str]:
    """The variables with which `program` and `call` find this very package, from whichever folder they start."""
    root, known = str(Path(__file__).resolve().parents[2]), os.environ.get("PYTHONPATH")
    return os.environ | ({} if is_frozen() else {"PYTHONPATH": f"{root}{os.pathsep}{known}" if known else root})


def answer_call(words: list[str]) -> bool:
    """In a bundle: do what `call` asks for; whether `words` of the command line were such a call."""
    if not (is_frozen() and len(words) > 1 and words[0] == CALL and words[1].startswith("microdesigner.")):
        return False
    module, _, name = words[1].partition(":")
    sys.argv = [sys.argv[0], *words[2:]]
    getattr(importlib.import_module(module), name)()
    return True


def hidden() -> dict[str, Any]:
    """Options of `subprocess.Popen` for a process that shows no console window on Windows, nor do those it starts."""
    return {"creationflags": _CREATE_NO_WINDOW} if sys.platform == "win32" else {}


def detached() -> dict[str, Any]:
    """Options of `subprocess.Popen` for a hidden process that no closing terminal or window takes along."""
    if sys.platform == "win32":
        return {"creationflags": _CREATE_NO_WINDOW | _CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def run_hidden(command: list[str], seconds: float | None = None) -> bytes:
    """What `command` writes to its standard output; raises CalledProcessError where it fails, TimeoutExpired where it
    takes longer than `seconds`."""
    return subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=seconds,
        check=True, env=environment(), **hidden(),
    ).stdout  # fmt: skip
