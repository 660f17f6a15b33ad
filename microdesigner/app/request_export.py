"""A request in the words of the other doors: a command line, a Python program.

What is kept of a film is too long for words: such a request is a file, which both name.
"""

import hashlib
import json
import shlex
from dataclasses import fields
from pathlib import Path

from microdesigner.core.documents import document_text
from microdesigner.core.paths import user_data, write_text_atomic
from microdesigner.core.request import Request

_ALWAYS = ("count", "seed")
OPTIONS = {"refinement_strength": "refinement", "voxel_nm": "voxel"}
"""Options of `generate` that are not called as the request's entry is."""


FILE = Path("request.json")
"""The file of a request that has not been saved."""


def saved(request: Request) -> Path:
    """Where a request is saved among the user's data, the same file each time; raises OSError where it cannot be."""
    text = document_text(request.to_json())
    path = user_data() / "requests" / f"{hashlib.sha256(text.encode()).hexdigest()[:16]}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text_atomic(path, text)
    return path


def as_command(request: Request, file: Path = FILE) -> str:
    """The command that generates the same volumes; with a kept part it reads the request from `file`."""
    if request.given is not None:
        return shlex.join(["microdesigner", "generate", str(file)])
    words = ["microdesigner", "generate", "--model", request.model]
    if request.targets:
        words += ["--target", *(f"{name}={value!r}" for name, value in request.targets.items())]
    for name, value in _chosen(request).items():
        unit = ("nm",) if name == "voxel_nm" else ()
        words += [f"--{OPTIONS.get(name, name)}", *map(str, (*value, *unit) if isinstance(value, tuple) else (value,))]
    return shlex.join(words)


def as_python(request: Request, file: Path = FILE) -> str:
    """A program that generates the same volumes and prints what they measure; with a kept part it reads the request
    from `file`."""
    targets = ", ".join(f"{_literal(name)}: {value!r}" for name, value in request.targets.items())
    options = "".join(f", {name}={_literal(value)}" for name, value in _chosen(request).items())
    made = f"Request(targets={{{targets}}}, model={_literal(request.model)}{options})"
    path = "" if request.given is None else "from pathlib import Path\n\n"
    return (
        f"{path}from microdesigner import Engine, Request\n\n"
        f"engine = Engine.load({_literal(request.model)})\n"
        f"request = {made if request.given is None else f'Request.read(Path({_literal(str(file))}))'}\n"
        "for event in engine.generate(request):\n"
        "    pass  # Progress, Preview, SampleDone, at last Finished\n"
        "for sample in event.result.samples:\n"
        "    print(sample.seed, sample.measured)\n"
    )


def _literal(value: object) -> str:
    """`value` as Python reads it back: names come from files, and none may become code."""
    return json.dumps(value) if isinstance(value, str) else repr(value)


def _chosen(request: Request) -> dict[str, object]:
    """Options that are not the defaults; the number of candidates too where matching has a default of its own."""
    chosen = {}
    for entry in fields(request):
        value = getattr(request, entry.name)
        always = entry.name in _ALWAYS or (entry.name == "candidates" and request.match == "all")
        if entry.name not in ("targets", "model") and (always or value != entry.default):
            chosen[entry.name] = value
    return chosen
