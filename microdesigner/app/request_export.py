"""A request in the words of the other doors: a command line, a Python program."""

import json
import shlex
from dataclasses import fields

from microdesigner.core.request import Request

_ALWAYS = ("count", "seed")
OPTIONS = {"refinement_strength": "refinement", "voxel_nm": "voxel"}
"""Options of `generate` that are not called as the request's entry is."""


def as_command(request: Request) -> str:
    """The command that generates the same volumes."""
    words = ["microdesigner", "generate", "--model", request.model]
    if request.targets:
        words += ["--target", *(f"{name}={value!r}" for name, value in request.targets.items())]
    for name, value in _chosen(request).items():
        unit = ("nm",) if name == "voxel_nm" else ()
        words += [f"--{OPTIONS.get(name, name)}", *map(str, (*value, *unit) if isinstance(value, tuple) else (value,))]
    return shlex.join(words)


def as_python(request: Request) -> str:
    """A program that generates the same volumes and prints what they measure."""
    targets = ", ".join(f"{_literal(name)}: {value!r}" for name, value in request.targets.items())
    options = "".join(f", {name}={_literal(value)}" for name, value in _chosen(request).items())
    return (
        "from microdesigner import Engine, Request\n\n"
        f"engine = Engine.load({_literal(request.model)})\n"
        f"request = Request(targets={{{targets}}}, model={_literal(request.model)}{options})\n"
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
